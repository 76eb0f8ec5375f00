import { textCard } from "../../cards/card.ts";
import { type Answer, type BotContext, say } from "../context.ts";
import { startBindByScene } from "../dialogs/bind.ts";
import { withPrivacyNotice } from "../privacy.ts";
import { SAY_PEOPLE } from "../text/people.zh-CN.ts";
import { showBill } from "./bills.ts";
import { help } from "./help.ts";

const SAY = SAY_PEOPLE.scene;

/** A new follower: what can be asked for, and what we do with personal data. */
export async function followed(context: BotContext): Promise<Answer> {
  const { replies } = await help(context);
  const [menu, ...others] = replies;
  return say(...(menu ? [withPrivacyNotice(context, menu)] : []), ...others);
}

/**
 * The QR code of a paper bill. A member sees the bill; a stranger hears the park's name and is asked for the phone;
 * somebody of another tenant hears nothing about whose bill it is.
 */
export async function scanned(context: BotContext, scene: string): Promise<Answer> {
  const meaning = await context.services.openScene(scene);
  switch (meaning.state) {
    case "foreign":
      return help(context);
    case "expired":
      return say(textCard(SAY.expired));
    case "forged":
      return say(textCard(SAY.forged));
    case "bill": {
      const { tenantId, billNo, parkName } = meaning;
      const sender = await context.services.sender();
      const member = sender?.memberships.find((one) => one.tenantId === tenantId);
      if (sender && member) {
        const memory = { ...context.memory, tenantId };
        return showBill({ ...context, memory, sender, member }, billNo);
      }
      const memory = { ...context.memory, scene: { tenantId, billNo, parkName } };
      if (sender && sender.memberships.length > 0) return { replies: [textCard(SAY.notYours)], memory };
      return startBindByScene({ ...context, memory }, { tenantId, billNo, parkName });
    }
    default:
      return meaning satisfies never;
  }
}
