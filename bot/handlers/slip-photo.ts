import { textCard } from "../../cards/card.ts";
import { type Answer, type BotContext, say } from "../context.ts";
import { SAY_PHOTO } from "../text/photos.zh-CN.ts";

/** A picture that no dialog asked for: one that we asked for again, or the slip of a transfer that was claimed. */
export async function takeSlip({ services }: BotContext, mediaId: string): Promise<Answer | undefined> {
  const sender = await services.sender();
  if (!sender) return undefined;
  if (await services.replaceLostPhoto(mediaId, sender.personId)) return say(textCard(SAY_PHOTO.taken));
  return (await services.attachSlip(mediaId)) ? say(textCard(SAY_PHOTO.slipTaken)) : undefined;
}
