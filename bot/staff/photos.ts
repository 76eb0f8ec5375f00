import { type Card, type CardButton, textCard } from "../../cards/card.ts";
import { formatYuan } from "../../src/domain/money/fen.ts";
import { type Answer, say } from "../context.ts";
import { addPhoto } from "../dialogs/reading.ts";
import { takeVisitPhoto } from "../dialogs/task-note.ts";
import { SAY_EXCEPTION } from "../text/exception.zh-CN.ts";
import { SAY_PHOTO } from "../text/photos.zh-CN.ts";
import type { StaffContext } from "./context.ts";

/** A picture of a colleague: of the dial or the visit that is being told, or one that was asked for again. */
export async function takeStaffPhoto(context: StaffContext, mediaId: string): Promise<Answer | undefined> {
  const { dialog } = context.memory;
  if (
    dialog?.name === "reading" &&
    dialog.staffPersonId === context.staff.personId &&
    dialog.expiresAtMs > context.nowMs
  )
    return addPhoto(context, dialog, mediaId);
  const visit = await takeVisitPhoto(context, mediaId);
  if (visit) return visit;
  const replaced = await context.services.replaceLostPhoto(mediaId, context.staff.personId);
  return replaced ? say(textCard(SAY_PHOTO.taken)) : undefined;
}

/** As many links as a card of every platform shows. */
const MOST_LINKS = 3;

/** 看转账凭证: links to the slips that tenants sent for the money of a difference. */
export async function showSlips({ services, staff }: StaffContext, exceptionId: string): Promise<Answer> {
  const exception = await services.exception(staff, exceptionId);
  if (!exception) return say(textCard(SAY_EXCEPTION.unknown));
  const slips = await services.slipsOf(exception);
  if (slips.length === 0) return say(textCard(SAY_PHOTO.noSlips));
  const tenants = [...new Set(slips.map(({ tenantName }) => tenantName))];
  const card: Card = {
    ...textCard(SAY_PHOTO.slipsOf(tenants)),
    title: SAY_PHOTO.slipsTitle(formatYuan(exception.amountFen)),
    buttons: slips.slice(0, MOST_LINKS).map(
      ({ photoId }, index): CardButton => ({
        kind: "link",
        label: slips.length === 1 ? SAY_PHOTO.open : `${SAY_PHOTO.open} ${index + 1}`,
        url: services.photoLink(photoId),
      }),
    ),
  };
  return say(card);
}
