import type { JoinDecision } from "../cards/action.ts";
import { bindCard } from "../cards/bind-card.ts";
import { textCard } from "../cards/card.ts";
import { findJoiningCode } from "../src/usecases/people/joining-code.ts";
import { type Answer, type BotContext, say, type TenantContext } from "./context.ts";
import { decideJoin, startAskToJoin, WANTS_TO_JOIN } from "./dialogs/ask-to-join.ts";
import { askTenant, chosenMember } from "./dialogs/choose-tenant.ts";
import { plain } from "./dialogs/flow.ts";
import { startForget } from "./dialogs/forget.ts";
import { startInvite } from "./dialogs/invite.ts";
import { startJoin } from "./dialogs/join.ts";
import { startMembers } from "./dialogs/members.ts";
import { startPromise } from "./dialogs/promise.ts";
import { startWithdrawDispute } from "./dialogs/withdraw-dispute.ts";
import { cancelApplication } from "./handlers/invoices.ts";
import { reachCommandOf } from "./handlers/reach.ts";
import { receiptCommandOf } from "./handlers/receipt-pdf.ts";
import { cancelRefundByWords, changeRefundByWords } from "./handlers/refunds.ts";
import { moveOutCommandOf } from "./move-out-commands.ts";
import { withPrivacyNotice } from "./privacy.ts";
import { SAY } from "./text/zh-CN.ts";

type Command = (context: BotContext) => Promise<Answer>;

const THANKS =
  /^(?:好的?|嗯+|行|ok|知道了|收到|明白了?|了解)?[，, ]?(?:非常|太|十分)?(?:谢谢|多谢|谢了|感谢|辛苦|麻烦)(?:了|你们?|您|啦|你了|您了|哈|呀)*[~～]*$|^(?:知道了|收到|明白了?|了解了?|好的?|好嘞|ok)[~～]*$/i;
const CONFIRMS = /^(?:确认|确定|是的|同意)$/;
const DECISION = /^(同意|拒绝)加入\s*([A-Z0-9]{6})\s*(负责人|财务|只读)?[。.!！]*$/i;
const CHANGES_REFUND = /^(?:把)?退款\s*(TK-[A-Za-z0-9]+-\d{4}-\d{6})?\s*(?:的?金额)?(?:改成|改为|改到)\s*(.{1,20})$/i;
const WITHDRAWS_REFUND = /^(?:我要|我想)?(?:撤回|撤销|取消)(?:我的)?退款(?:申请)?\s*(TK-[A-Za-z0-9]+-\d{4}-\d{6})?$/i;
const DECISIONS: Readonly<Record<string, JoinDecision>> = { 负责人: "owner", 财务: "finance", 只读: "viewer" };

/**
 * Fixed phrases about the chat itself: who speaks, for whom, and what we know of them. They are looked for before the
 * words are understood, because they are names of functions and not language. Undefined: none of them.
 */
export function commandOf(text: string): Command | undefined {
  const words = plain(text);
  const bare = words.replace(/[。.!！]+$/, "");
  if (THANKS.test(bare)) return async () => say(textCard(SAY.thanks));
  if (CONFIRMS.test(bare)) return async () => say(textCard(SAY.nothingToConfirm));
  if (/切换(企业|公司|租户)|换(一?[家个])?(企业|公司|租户)/.test(words)) return switchTenant;
  if (/^(我要|我想|帮我)?(邀请|添加|增加)(一[个位下])?(新)?(同事|成员|联系人)$/.test(bare))
    return forTenant(startInvite, words);
  if (/^(查看?|看看?)?(我的|我们的|本公司)?(同事|成员|联系人)(名单|列表|管理)?$|^管理(同事|成员|联系人)$/.test(bare)) {
    return forTenant(startMembers, words);
  }
  if (
    /^(我要|我想)?(注销(账号|账户|我的账号)?|(删除|清除|抹掉)(我的)?(全部|所有)?(个人)?(信息|资料|数据)|忘记我)$/.test(
      bare,
    )
  ) {
    return startForget;
  }
  if (/^(隐私(说明|政策|声明)?|个人信息保护)$/.test(bare))
    return async (context) => say(withPrivacyNotice(context, textCard()));
  if (/^(我要|我想)?(撤销|取消|撤回)(账单)?(异议|争议|申诉)$/.test(bare)) return forTenant(startWithdrawDispute, words);
  const application = /^(?:撤销|取消|撤回)(?:开票申请)?\s*(FP-\d{6}-\d{5,})$/i.exec(bare)?.[1];
  if (application !== undefined) {
    return forTenant((context) => cancelApplication(context, application.toUpperCase()), words);
  }
  const receipt = receiptCommandOf(bare);
  if (receipt) return forTenant(receipt, words);
  const changed = CHANGES_REFUND.exec(bare);
  if (changed) {
    return forTenant((context) => changeRefundByWords(context, changed[1]?.toUpperCase(), changed[2] ?? ""), words);
  }
  const refund = WITHDRAWS_REFUND.exec(bare);
  if (refund) return forTenant((context) => cancelRefundByWords(context, refund[1]?.toUpperCase()), words);
  // The card of dunning says these very words.
  if (/^(?:我要?|我想)?承诺付款$/.test(bare)) {
    return forTenant((context) => startPromise(context, { intent: "promise", slots: {} }), words);
  }
  const reach = reachCommandOf(words);
  if (reach) return forTenant(reach, words);
  const movesOut = moveOutCommandOf(words);
  if (movesOut) return forTenant(movesOut, words);
  if (WANTS_TO_JOIN.test(words)) return askToJoin;
  const decision = DECISION.exec(words);
  if (decision) return decideByWords(decision[1] ?? "", decision[2] ?? "", decision[3]);
  if (/^加入/.test(words)) return (context) => startJoin(context, findJoiningCode(words));
  const code = words.length === 6 ? findJoiningCode(words) : undefined;
  return code === undefined ? undefined : (context) => startJoin(context, code);
}

/** An owner's decision about somebody who asked to join, from any of the owner's tenants: the code names which. */
export const decideCommand =
  (code: string, decision: JoinDecision): Command =>
  async (context) => {
    const sender = await context.services.sender();
    const [member] = sender?.memberships ?? [];
    if (!sender || !member) return say(bindCard({ state: "needed" }));
    return decideJoin({ ...context, sender, member }, code.toUpperCase(), decision);
  };

function decideByWords(verb: string, code: string, role: string | undefined): Command {
  if (verb === "拒绝") return decideCommand(code, "refuse");
  // Without a role the least: an owner can give more afterwards.
  return decideCommand(code, DECISIONS[role ?? "只读"] ?? "viewer");
}

const askToJoin: Command = async (context) => {
  const { scene } = context.memory;
  return scene ? startAskToJoin(context, scene) : startJoin(context, undefined);
};

const switchTenant: Command = async (context) => {
  const sender = await context.services.sender();
  const [first, second] = sender?.memberships ?? [];
  if (!sender || !first) return say(bindCard({ state: "needed" }));
  return second ? askTenant(context, sender) : say(textCard(SAY.onlyTenant(first.tenantName)));
};

/** For members only; who has several tenants and has chosen none says first which is meant. */
export const forTenant =
  (handler: (context: TenantContext) => Promise<Answer>, words: string): Command =>
  async (context) => {
    const sender = await context.services.sender();
    if (!sender || sender.memberships.length === 0) return say(bindCard({ state: "needed" }));
    const member = chosenMember(context, sender);
    return member ? handler({ ...context, sender, member }) : askTenant(context, sender, { words });
  };
