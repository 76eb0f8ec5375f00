import type { CardAction } from "../cards/action.ts";
import type { Answer, TenantContext } from "./context.ts";
import { confirmSheet, payoutAccountByWords, showMoveOut, startMoveOut, startObjection } from "./dialogs/move-out.ts";

type TenantHandler = (context: TenantContext) => Promise<Answer>;

const NUMBER = "(TZ-\\d{6}-\\d{5,})?";
const START =
  /^(?:你好[，,\s]*)?(?:我们?|公司|本公司)?(?:要|想要?|准备|打算|需要)?(?:申请|办理?)?退租(?:了|申请|手续)?(?:[，,。；;\s]*.{0,30})?$/;
const START_WITH_DAY = /^.{2,16}(?:日|号|底|天)(?:就|要|想|准备|打算)*退租$/;
const NOT_START = /进度|进展|到哪|结算|押金|保证金|多久|怎么|流程|取消|违约|[?？吗]/;
const PROGRESS = new RegExp(`^(?:查看?|看看?)?退租(?:的|办理)?(?:进度|进展|结算|办?到哪.{0,6})\\s*${NUMBER}$`, "i");
const CONFIRM = new RegExp(`^确认(?:退租)?结算单?\\s*${NUMBER}$`, "i");
const OBJECT = new RegExp(`^(?:退租)?结算单?(?:我)?有异议\\s*${NUMBER}(?:[，,：:\\s]+(.{2,200}))?$`, "i");
const ACCOUNT = /^(?:退款|收款)账[户号][：:\s]*(.{2,60}?)[，,、；;\s]+(.{2,60}?)[，,、；;\s]+([\d\s-]{8,40})$/;

/** Fixed phrases of a tenant about moving out. Undefined: none of them. */
export function moveOutCommandOf(text: string): TenantHandler | undefined {
  const words = text.replace(/[。.!！]+$/, "");
  const progress = PROGRESS.exec(words);
  if (progress) return (context) => showMoveOut(context, progress[1]?.toUpperCase());
  const confirmed = CONFIRM.exec(words);
  if (confirmed) return (context) => confirmSheet(context, confirmed[1]?.toUpperCase());
  const objected = OBJECT.exec(words);
  if (objected) {
    return (context) => startObjection(context, { number: objected[1]?.toUpperCase(), reason: objected[2] });
  }
  const account = ACCOUNT.exec(words);
  if (account) {
    const [, holder = "", bank = "", accountNo = ""] = account;
    return (context) => payoutAccountByWords(context, { holder, bank, accountNo });
  }
  if (!NOT_START.test(words) && (START.test(words) || START_WITH_DAY.test(words))) {
    return (context) => startMoveOut(context, words);
  }
  return undefined;
}

export type MoveOutAction = Extract<CardAction, { type: "move-out.show" | "move-out.confirm" | "move-out.object" }>;

export const isMoveOutAction = (action: CardAction): action is MoveOutAction =>
  action.type === "move-out.show" || action.type === "move-out.confirm" || action.type === "move-out.object";

/** The buttons of a tenant's settlement card. */
export function moveOutHandlerOf(action: MoveOutAction): TenantHandler {
  const { number } = action;
  switch (action.type) {
    case "move-out.show":
      return (context) => showMoveOut(context, number);
    case "move-out.confirm":
      return (context) => confirmSheet(context, number, action.version);
    case "move-out.object":
      return (context) => startObjection(context, { number, version: action.version });
    default:
      return action satisfies never;
  }
}
