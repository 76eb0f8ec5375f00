import { bindCard } from "../../cards/bind-card.ts";
import { textCard } from "../../cards/card.ts";
import { type Answer, type BotContext, type Dialog, type Memory, say } from "../context.ts";
import { SAY } from "../text/zh-CN.ts";

type BindDialog = Extract<Dialog, { name: "bind" }>;

const OPEN_FOR_MS = 10 * 60_000;
const PHONE = /^1[3-9]\d{9}$/;
const CODE = /^\d{6}$/;

/** 绑定: asks for the phone that the park knows, then for the code sent to it. */
export async function startBind(context: BotContext): Promise<Answer> {
  const sender = await context.services.sender();
  const [first] = sender?.memberships ?? [];
  if (first) return say(textCard(SAY.bind.alreadyBound(first.tenantName)));
  return ask(context, { name: "bind", step: "phone" }, SAY.bind.askPhone);
}

/** The next step of an open bind dialog; `text` is what the person answered. */
export async function continueBind(context: BotContext, dialog: BindDialog, text: string): Promise<Answer> {
  const digits = digitsOf(text);
  if (dialog.step === "phone") return PHONE.test(digits) ? sendCode(context, digits) : say(textCard(SAY.bind.badPhone));
  if (/^重发|没收到/.test(text.trim())) return sendCode(context, dialog.phone);
  // Somebody who notices the wrong number simply types the right one.
  if (PHONE.test(digits)) return sendCode(context, digits);
  if (!CODE.test(digits)) return say(textCard(SAY.bind.badCode));
  return confirm(context, dialog, digits);
}

async function sendCode(context: BotContext, phone: string): Promise<Answer> {
  const result = await context.services.requestBindCode(phone);
  if (result === "too-many") return { replies: [textCard(SAY.bind.tooMany)], memory: without(context.memory) };
  return ask(context, { name: "bind", step: "code", phone }, SAY.bind.codeSent);
}

async function confirm(context: BotContext, dialog: BindDialog & { step: "code" }, code: string): Promise<Answer> {
  const result = await context.services.confirmBindCode(dialog.phone, code);
  switch (result.state) {
    case "bound": {
      const [member] = result.sender.memberships;
      const card = bindCard({
        state: "bound",
        tenantName: member?.tenantName ?? "",
        projectName: member?.projectName ?? "",
        personName: result.sender.personName,
      });
      return { replies: [card], memory: without(context.memory) };
    }
    case "wrong-code":
      return say(textCard(SAY.bind.wrongCode(result.attemptsLeft)));
    case "expired":
      return { replies: [textCard(SAY.bind.expired)], memory: without(context.memory) };
    default:
      return result satisfies never;
  }
}

type Step = { name: "bind"; step: "phone" } | { name: "bind"; step: "code"; phone: string };

const ask = (context: BotContext, step: Step, question: string): Answer => ({
  replies: [textCard(question)],
  memory: { ...context.memory, dialog: { ...step, expiresAtMs: context.nowMs + OPEN_FOR_MS } },
});

function without(memory: Memory): Memory {
  const { dialog: _closed, ...rest } = memory;
  return rest;
}

/** Full-width digits, spaces and dashes are how people type numbers. */
const digitsOf = (text: string): string =>
  text
    .normalize("NFKC")
    .replace(/[\s-]/g, "")
    .replace(/^\+?86(?=1\d{10}$)/, "");
