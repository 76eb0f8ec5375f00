import { readFile } from "node:fs/promises";
import { inTransaction } from "../../db/transaction.ts";
import { formatYuan } from "../../domain/money/fen.ts";
import { formatDate, parseCivilDate, parseMonth } from "../../domain/time/civil-date.ts";
import { STAFF_ROLES } from "../../domain/world/property.ts";
import type { ApprovalRequest } from "../../usecases/approvals/approval.ts";
import { approvalContextOf, askAndDecide, findColleague } from "../../usecases/approvals/by-code.ts";
import { cancelApproval } from "../../usecases/approvals/cancel-approval.ts";
import { type DecidedApproval, decideApproval } from "../../usecases/approvals/decide-approval.ts";
import { delegateApprovals } from "../../usecases/approvals/delegate-approvals.ts";
import { type Delegation, findDelegationsOf } from "../../usecases/approvals/delegations.ts";
import { findAllPending, findWaitingFor } from "../../usecases/approvals/list-approvals.ts";
import { allOrNothing } from "../../usecases/approvals/or-nothing.ts";
import { APPROVER_ROLE_NAMES, approvalRefusal } from "../../usecases/approvals/refusals.ts";
import { revokeDelegations } from "../../usecases/approvals/revoke-delegation.ts";
import { findRequest } from "../../usecases/approvals/stored-request.ts";
import { askPublish, previewToApprove } from "../../usecases/billing/publish-approval.ts";
import { askChange, CHANGE_TYPES } from "../../usecases/master-data-changes/ask-change.ts";
import type { Refusal } from "../../usecases/receipts/refusal.ts";
import { commandContextOf, pendingText } from "../approval-context.ts";
import {
  type Command,
  type CommandResult,
  readOption,
  refused,
  requiredOption,
  textOption,
  UsageError,
} from "../command.ts";

const PEOPLE = { as: { type: "string" }, "approve-as": { type: "string" } } as const;

export const approvalRequestCommand: Command = {
  name: "approval request",
  usage: `<${[...CHANGE_TYPES, "publish"].join("|")}> [--file FILE.json | --period YYYY-MM [--project CODE]] --reason TEXT --as STAFF [--approve-as STAFF]`,
  summary: "发起审批：价格、合同、审批制度、税率、收款账户的变更，或一个月的出账",
  options: {
    file: { type: "string" },
    period: { type: "string" },
    project: { type: "string" },
    reason: { type: "string" },
    ...PEOPLE,
  },
  positionals: [1, 1],
  async run(context, [type = ""], options) {
    const requestedBy = requiredOption(options, "as");
    const people = { requestedBy, approvedBy: textOption(options, "approve-as") };
    const reason = requiredOption(options, "reason");
    const command = commandContextOf(context, requestedBy);
    if (type === "publish") {
      const period = readOption("--period", requiredOption(options, "period"), parseMonth);
      const preview = await previewToApprove(context.db, {
        period,
        project: textOption(options, "project"),
        acknowledge: [],
      });
      return answerOf(
        await allOrNothing(context.db, (tx) =>
          askAndDecide(tx, people, command, ({ personId }, approval) =>
            askPublish(tx, preview, { requestedBy: personId, reason }, approval),
          ),
        ),
      );
    }
    const change = CHANGE_TYPES.find((one) => one === type);
    if (change === undefined)
      throw new UsageError(`不能发起 ${type} 类的审批，可用：${CHANGE_TYPES.join("、")}、publish`);
    const file = await readJson(requiredOption(options, "file"));
    return answerOf(
      await allOrNothing(context.db, (tx) =>
        askAndDecide(tx, people, command, ({ personId }, approval) =>
          askChange(tx, { type: change, file, reason, requestedBy: personId }, approval, (plain) =>
            context.encryption.encrypt(plain),
          ),
        ),
      ),
    );
  },
};

export const approvalListCommand: Command = {
  name: "approval list",
  usage: "[--as STAFF]",
  summary: "待审批的单据；--as 只看等这位同事处理的",
  options: { as: { type: "string" } },
  positionals: [0, 0],
  async run(context, _positionals, options) {
    const code = textOption(options, "as");
    const found = await inTransaction(context.db, async (tx) => {
      if (code === undefined) return { ok: true as const, requests: await findAllPending(tx) };
      const colleague = await findColleague(tx, code);
      if (!colleague.ok) return colleague;
      return { ok: true as const, requests: await findWaitingFor(tx, colleague.member, context.clock.today()) };
    });
    if (!found.ok) return refusedBy(found);
    return {
      json: { approvals: found.requests.map(jsonOf) },
      text: found.requests.length === 0 ? ["没有待审批的单据。"] : found.requests.map(lineOf),
    };
  },
};

export const approvalShowCommand: Command = {
  name: "approval show",
  usage: "<number>",
  summary: "一份审批单：内容、进度、谁在什么时候做了什么决定",
  options: {},
  positionals: [1, 1],
  async run(context, [number = ""]) {
    const request = await inTransaction(context.db, (tx) => findRequest(tx, number));
    if (!request) return refusedBy(approvalRefusal("APPROVAL_UNKNOWN", undefined));
    return {
      json: jsonOf(request),
      text: [
        lineOf(request),
        ...request.facts.map(({ label, value }) => `  ${label}：${value}`),
        ...request.decisions.map(
          (one) =>
            `  ${formatDate(one.decidedOn)} ${one.personName}${one.onBehalfOfName === undefined ? "" : `（代${one.onBehalfOfName}）`} ${one.decision === "approve" ? "同意" : `驳回：${one.reason ?? ""}`}`,
        ),
      ],
    };
  },
};

const decideCommand = (verb: "approve" | "reject"): Command => ({
  name: `approval ${verb}`,
  usage: verb === "approve" ? "<number> [--version N] --as STAFF" : "<number> --reason TEXT [--version N] --as STAFF",
  summary: verb === "approve" ? "同意一份审批单" : "驳回一份审批单，要写理由",
  options: { as: { type: "string" }, reason: { type: "string" }, version: { type: "string" } },
  positionals: [1, 1],
  async run(context, [number = ""], options) {
    const code = requiredOption(options, "as");
    const reason = textOption(options, "reason");
    const version = textOption(options, "version");
    return answerOf(
      await allOrNothing(context.db, async (tx) => {
        const colleague = await findColleague(tx, code);
        if (!colleague.ok) return colleague;
        const request = await findRequest(tx, number);
        if (!request) return approvalRefusal("APPROVAL_UNKNOWN", undefined);
        return decideApproval(
          tx,
          {
            requestId: request.id,
            version: version === undefined ? request.version : Number(version),
            decision: verb,
            reason,
            personId: colleague.member.personId,
          },
          approvalContextOf(commandContextOf(context, code)),
        );
      }),
    );
  },
});

export const approvalApproveCommand = decideCommand("approve");
export const approvalRejectCommand = decideCommand("reject");

export const approvalCancelCommand: Command = {
  name: "approval cancel",
  usage: "<number> --as STAFF",
  summary: "撤回自己发起的审批单",
  options: { as: { type: "string" } },
  positionals: [1, 1],
  async run(context, [number = ""], options) {
    const code = requiredOption(options, "as");
    return answerOf(
      await allOrNothing(context.db, async (tx) => {
        const colleague = await findColleague(tx, code);
        if (!colleague.ok) return colleague;
        const request = await findRequest(tx, number);
        if (!request) return approvalRefusal("APPROVAL_UNKNOWN", undefined);
        const command = { requestId: request.id, personId: colleague.member.personId };
        return cancelApproval(tx, command, approvalContextOf(commandContextOf(context, code)));
      }),
    );
  },
};

export const approvalDelegateCommand: Command = {
  name: "approval delegate",
  usage: "--role ROLE --to STAFF --from DATE --until DATE --as STAFF",
  summary: "请假时把一个角色的审批委托给同事，期间由他代为审批；--until 含当天",
  options: {
    role: { type: "string" },
    to: { type: "string" },
    from: { type: "string" },
    until: { type: "string" },
    as: { type: "string" },
  },
  positionals: [0, 0],
  async run(context, _positionals, options) {
    const code = requiredOption(options, "as");
    const role = STAFF_ROLES.find((one) => one === requiredOption(options, "role"));
    if (role === undefined) throw new UsageError(`--role 应是 ${STAFF_ROLES.join("、")} 之一`);
    const days = {
      from: readOption("--from", requiredOption(options, "from"), parseCivilDate),
      to: readOption("--until", requiredOption(options, "until"), parseCivilDate),
    };
    const delegated = await allOrNothing(context.db, async (tx) => {
      const delegator = await findColleague(tx, code);
      if (!delegator.ok) return delegator;
      const delegate = await findColleague(tx, requiredOption(options, "to"));
      if (!delegate.ok) return delegate;
      return delegateApprovals(
        tx,
        { delegator: delegator.member, delegate: delegate.member, roles: [role], days },
        approvalContextOf(commandContextOf(context, code)),
      );
    });
    if (!delegated.ok) return refusedBy(delegated);
    return {
      json: { role, from: days.from, until: days.to, to: requiredOption(options, "to") },
      text: [
        `${formatDate(days.from)}至${formatDate(days.to)}，${APPROVER_ROLE_NAMES[role]}的审批可由 ${requiredOption(options, "to")} 代办`,
      ],
    };
  },
};

export const approvalDelegationsCommand: Command = {
  name: "approval delegations",
  usage: "--as STAFF",
  summary: "查看自己给出的和代办的审批委托",
  options: { as: { type: "string" } },
  positionals: [0, 0],
  async run(context, _positionals, options) {
    const code = requiredOption(options, "as");
    return inTransaction(context.db, async (tx) => {
      const colleague = await findColleague(tx, code);
      if (!colleague.ok) return refusedBy(colleague);
      const { given, received } = await findDelegationsOf(tx, colleague.member.personId, context.clock.today());
      const all = [...given, ...received];
      return {
        json: { given: given.map(delegationJson), received: received.map(delegationJson) },
        text: all.length === 0 ? ["现在没有审批委托"] : all.map(delegationLine),
      };
    });
  },
};

export const approvalRevokeDelegationCommand: Command = {
  name: "approval revoke-delegation",
  usage: "[<id>] --as STAFF",
  summary: "收回自己给出的审批委托；不写编号时收回全部",
  options: { as: { type: "string" } },
  positionals: [0, 1],
  async run(context, [id], options) {
    const code = requiredOption(options, "as");
    const done = await allOrNothing(context.db, async (tx) => {
      const colleague = await findColleague(tx, code);
      if (!colleague.ok) return colleague;
      const which = id === undefined ? ("all" as const) : { id };
      return revokeDelegations(tx, colleague.member, which, approvalContextOf(commandContextOf(context, code)));
    });
    if (!done.ok) return refusedBy(done);
    return {
      json: { revoked: done.revoked.map(delegationJson) },
      text: done.revoked.map((one) => `已收回：${delegationLine(one)}`),
    };
  },
};

const delegationJson = ({ id, delegatorName, delegateName, roles, days }: Delegation) => ({
  id,
  from: delegatorName,
  to: delegateName,
  roles,
  days,
});

const delegationLine = ({ id, delegatorName, delegateName, roles, days }: Delegation): string =>
  `${delegatorName} → ${delegateName} ${roles.map((role) => APPROVER_ROLE_NAMES[role]).join("、")} ${formatDate(days.from)}至${formatDate(days.to)} ${id}`;

function answerOf(
  result: DecidedApproval | { readonly ok: true; readonly request: ApprovalRequest } | Refusal,
): CommandResult {
  if (!result.ok) return refusedBy(result);
  const impossible = "impossible" in result ? result.impossible : undefined;
  const { request } = result;
  return {
    json: jsonOf(request),
    text: [request.state === "pending" ? pendingText(request) : lineOf(request)],
    ...(impossible ? { problems: [`${impossible.code} ${impossible.message.zh}`], exitCode: 1 as const } : {}),
  };
}

const refusedBy = ({ code, message }: Refusal): CommandResult => refused({ code, message: message.zh });

const STATES = {
  pending: "审批中",
  approved: "已通过",
  rejected: "已驳回",
  cancelled: "已撤回",
  expired: "已失效",
} as const;

const lineOf = (request: ApprovalRequest): string =>
  [
    request.number,
    request.title,
    ...(request.amountFen === 0n ? [] : [formatYuan(request.amountFen)]),
    request.requestedByName,
    STATES[request.state],
  ].join(" ");

const jsonOf = (request: ApprovalRequest) => ({
  number: request.number,
  type: request.type,
  version: request.version,
  state: request.state,
  amountFen: Number(request.amountFen),
  title: request.title,
  reason: request.reason,
  requestedBy: request.requestedByName,
  steps: request.steps,
  decisions: request.decisions.map(({ personName, onBehalfOfName, decision, reason, step, decidedOn, channel }) => ({
    step,
    person: personName,
    ...(onBehalfOfName === undefined ? {} : { onBehalfOf: onBehalfOfName }),
    decision,
    ...(reason === undefined ? {} : { reason }),
    on: decidedOn,
    channel,
  })),
});

async function readJson(file: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch {
    throw new UsageError(`读不到文件 ${file}`);
  }
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw new UsageError(`文件不是有效的 JSON：${error instanceof Error ? error.message : ""}`);
  }
}
