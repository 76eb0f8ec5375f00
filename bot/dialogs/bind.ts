import { bindCard } from "../../cards/bind-card.ts";
import { textCard } from "../../cards/card.ts";
import { type Answer, type BotContext, type CodeRequestResult, type Dialog, say, withoutDialog } from "../context.ts";
import { SAY } from "../text/zh-CN.ts";

export type BindDialog = Extract<Dialog, { name: "bind" }>;

const OPEN_FOR_MS = 10 * 60_000;
const PHONE = /(?<!\d)1[3-9]\d{9}(?!\d)/;
const CODE = /(?<!\d)\d{6}(?!\d)/;
const SEND_AGAIN = /重发|重新发|再发|没收到|收不到/;

/** 绑定: asks for the phone that the park knows, then for the code sent to it. */
export async function startBind(context: BotContext): Promise<Answer> {
  const sender = await context.services.sender();
  const names = (sender?.memberships ?? []).map((member) => member.tenantName);
  if (names.length > 0) return say(textCard(SAY.bind.alreadyBound(names.join("、"))));
  return ask(context, { name: "bind", step: "phone" }, SAY.bind.askPhone);
}

/** The next step of an open bind dialog; `text` is what the person answered. */
export async function continueBind(context: BotContext, dialog: BindDialog, text: string): Promise<Answer> {
  const plain = withoutGaps(text);
  // Somebody who notices the wrong number simply types the right one.
  const phone = PHONE.exec(plain)?.[0];
  if (phone !== undefined) return codeSent(context, await context.services.requestBindCode(phone));
  if (dialog.step === "phone") return say(textCard(SAY.bind.badPhone));
  if (SEND_AGAIN.test(plain)) return codeSent(context, await context.services.resendBindCode(dialog.codeId));
  const code = CODE.exec(plain)?.[0];
  return code === undefined ? say(textCard(SAY.bind.badCode)) : confirm(context, dialog.codeId, code);
}

/** Whether words can be an answer to this dialog: numbers, or asking for the code again. */
export function answersBind(text: string): boolean {
  const plain = withoutGaps(text);
  return PHONE.test(plain) || CODE.test(plain) || SEND_AGAIN.test(plain) || /^\d+$/.test(plain);
}

function codeSent(context: BotContext, result: CodeRequestResult): Answer {
  switch (result.state) {
    case "sent-if-known":
      return ask(context, { name: "bind", step: "code", codeId: result.codeId }, SAY.bind.codeSent);
    case "too-soon":
      return say(textCard(SAY.bind.tooSoon));
    case "too-many":
      return say(textCard(SAY.bind.tooMany));
    default:
      return result satisfies never;
  }
}

async function confirm(context: BotContext, codeId: string, code: string): Promise<Answer> {
  const result = await context.services.confirmBindCode(codeId, code);
  switch (result.state) {
    case "bound": {
      const { memberships, personName } = result.sender;
      if (memberships.length === 0) return { replies: [textCard(SAY.bind.noTenant)], memory: {} };
      const names = (of: "tenantName" | "projectName") => [...new Set(memberships.map((one) => one[of]))].join("、");
      const card = bindCard({
        state: "bound",
        tenantName: names("tenantName"),
        projectName: names("projectName"),
        personName,
      });
      return { replies: [card], memory: {} };
    }
    case "wrong-code":
      return say(textCard(SAY.bind.wrongCode(result.attemptsLeft)));
    case "expired":
      return { replies: [textCard(SAY.bind.expired)], memory: withoutDialog(context.memory) };
    default:
      return result satisfies never;
  }
}

type Step = { name: "bind"; step: "phone" } | { name: "bind"; step: "code"; codeId: string };

const ask = (context: BotContext, step: Step, question: string): Answer => ({
  replies: [textCard(question)],
  memory: { ...context.memory, dialog: { ...step, expiresAtMs: context.nowMs + OPEN_FOR_MS } },
});

/** Full-width digits, spaces and dashes are how people type numbers. */
const withoutGaps = (text: string): string =>
  text
    .normalize("NFKC")
    .replace(/[\s-]/g, "")
    .replace(/\+?86(?=1\d{10}$)/, "");
