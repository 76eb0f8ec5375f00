import { bindCard } from "../../cards/bind-card.ts";
import { textCard } from "../../cards/card.ts";
import { type Answer, type BotContext, type CodeRequestResult, say } from "../context.ts";
import { withPrivacyNotice } from "../privacy.ts";
import { SAY_PEOPLE } from "../text/people.zh-CN.ts";
import { SAY } from "../text/zh-CN.ts";
import { startAskToJoin, WANTS_TO_JOIN } from "./ask-to-join.ts";
import type { DialogOf, SceneMemory } from "./dialog.ts";
import { ask, type Flow, finish } from "./flow.ts";

type BindDialog = DialogOf<"bind">;

const PHONE = /(?<!\d)1[3-9]\d{9}(?!\d)/;
const CODE = /(?<!\d)\d{6}(?!\d)/;
const SEND_AGAIN = /重发|重新发|再发|没收到|收不到/;

/** 绑定: asks for the phone that the park knows, then for the code sent to it. */
export const bindFlow: Flow<"bind"> = {
  title: SAY.bind.title,
  interruptible: false,
  async question(context, dialog) {
    const { scene } = dialog;
    if (dialog.step === "code") return textCard(scene ? SAY_PEOPLE.scene.codeSent : SAY.bind.codeSent);
    return withPrivacyNotice(context, textCard(scene ? SAY_PEOPLE.scene.askPhone(scene.parkName) : SAY.bind.askPhone));
  },
  answers: (_context, dialog, text) => answersBind(text) || (dialog.scene !== undefined && WANTS_TO_JOIN.test(text)),
  async next(context, dialog, text) {
    const plain = withoutGaps(text);
    const { scene } = dialog;
    // Somebody who notices the wrong number simply types the right one.
    const phone = PHONE.exec(plain)?.[0];
    if (phone !== undefined) return codeSent(context, scene, await context.services.requestBindCode(phone));
    if (scene && WANTS_TO_JOIN.test(text)) return startAskToJoin(context, scene);
    if (dialog.step === "phone") return say(textCard(SAY.bind.badPhone));
    if (SEND_AGAIN.test(plain)) {
      return codeSent(context, scene, await context.services.resendBindCode(dialog.codeId));
    }
    const code = CODE.exec(plain)?.[0];
    return code === undefined ? say(textCard(SAY.bind.badCode)) : confirm(context, dialog, code);
  },
};

export async function startBind(context: BotContext): Promise<Answer> {
  const sender = await context.services.sender();
  const names = (sender?.memberships ?? []).map((member) => member.tenantName);
  if (names.length > 0) return say(textCard(SAY.bind.alreadyBound(names.join("、"))));
  return ask(context, bindFlow, { name: "bind", step: "phone" });
}

/** From the paper bill: nothing is shown but the park's name until the phone is proved. */
export const startBindByScene = (context: BotContext, scene: SceneMemory): Promise<Answer> =>
  ask(context, bindFlow, { name: "bind", step: "phone", scene });

/** Whether words can be an answer: numbers, or asking for the code again. */
function answersBind(text: string): boolean {
  const plain = withoutGaps(text);
  return PHONE.test(plain) || CODE.test(plain) || SEND_AGAIN.test(plain) || /^\d+$/.test(plain);
}

async function codeSent(
  context: BotContext,
  scene: SceneMemory | undefined,
  result: CodeRequestResult,
): Promise<Answer> {
  switch (result.state) {
    case "sent-if-known":
      return ask(context, bindFlow, {
        name: "bind",
        step: "code",
        codeId: result.codeId,
        ...(scene === undefined ? {} : { scene }),
      });
    case "too-soon":
      return say(textCard(SAY.bind.tooSoon));
    case "too-many":
      return say(textCard(SAY.bind.tooMany));
    default:
      return result satisfies never;
  }
}

async function confirm(
  context: BotContext,
  dialog: Extract<BindDialog, { step: "code" }>,
  code: string,
): Promise<Answer> {
  const result = await context.services.confirmBindCode(dialog.codeId, code);
  switch (result.state) {
    case "bound": {
      const { memberships, personName } = result.sender;
      const { scene } = dialog;
      const isOfScene = memberships.some((one) => one.tenantId === scene?.tenantId);
      if (memberships.length === 0) {
        return {
          replies: [textCard(scene ? SAY_PEOPLE.scene.notYoursAfterBind : SAY.bind.noTenant)],
          memory: sceneOnly(scene),
        };
      }
      const names = (of: "tenantName" | "projectName") => [...new Set(memberships.map((one) => one[of]))].join("、");
      const card = bindCard({
        state: "bound",
        tenantName: names("tenantName"),
        projectName: names("projectName"),
        personName,
      });
      if (scene && !isOfScene) {
        return { replies: [card, textCard(SAY_PEOPLE.scene.notYoursAfterBind)], memory: sceneOnly(scene) };
      }
      // Who came by a paper bill speaks for its tenant from now on, and that bill is "this one".
      return {
        replies: [card],
        memory: scene ? { tenantId: scene.tenantId, shownBillNos: [scene.billNo] } : {},
      };
    }
    case "wrong-code":
      return say(textCard(SAY.bind.wrongCode(result.attemptsLeft)));
    case "expired":
      return finish(context, textCard(SAY.bind.expired));
    default:
      return result satisfies never;
  }
}

const sceneOnly = (scene: SceneMemory | undefined) => (scene ? { scene } : {});

/** Full-width digits, spaces and dashes are how people type numbers. */
const withoutGaps = (text: string): string =>
  text
    .normalize("NFKC")
    .replace(/[\s-]/g, "")
    .replace(/\+?86(?=1\d{10}$)/, "");
