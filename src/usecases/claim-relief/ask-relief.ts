import { Prisma } from "../../../generated/prisma/client.ts";
import { type LineClaim, openLineOf } from "../../db/line-claims.ts";
import { row } from "../../db/rows.ts";
import { lockTenantAccounts } from "../../db/tenant-account.ts";
import type { Transaction } from "../../db/transaction.ts";
import { type Fen, formatYuan } from "../../domain/money/fen.ts";
import { addDays, type CivilDate, formatDate } from "../../domain/time/civil-date.ts";
import type { ApprovalContext } from "../approvals/approval.ts";
import { type RequestedApproval, requestApproval } from "../approvals/request-approval.ts";
import { accrueLateFees } from "../late-fees/accrue-late-fees.ts";
import { findLine } from "../late-fees/find-line.ts";
import { loadClaimsOf } from "../receipts/claim-index.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";
import { findStaffMember } from "../staff/find-staff-member.ts";
import { may } from "../staff/permissions.ts";
import { buildingsOfLease } from "../staff/portfolio.ts";
import { RELIEF_TEXT } from "./text.zh-CN.ts";

/** Giving up a claim: forgiving it (waiver: income and tax are given up) or as uncollectable (write-off: 1231). */
export type ReliefKind = "waiver" | "write-off";
/** Late fees are waived, never written off: they are no debt before somebody asks for them. */
export type ReliefPart = "principal" | "late-fee";

export interface ReliefWish {
  readonly kind: ReliefKind;
  readonly part: ReliefPart;
  readonly lineId: string;
  /** Undefined: all that is open. */
  readonly amountFen?: Fen | undefined;
  readonly reason: string;
  /** Person. */
  readonly requestedBy: string;
}

/** What the approval keeps of it; amounts as text. */
export interface ReliefPayload {
  readonly lineId: string;
  readonly part: ReliefPart;
  readonly amountFen: string;
}

/**
 * Asks to give up what is open of one line, principal or late fee, at most what is open today (fees through the day before).
 * Nothing moves before the last approval. Refused: LINE_UNKNOWN, WAIVER_OUT_OF_RANGE, DEPOSIT_LINE, or as requestApproval.
 */
export async function askRelief(
  tx: Transaction,
  wish: ReliefWish,
  context: ApprovalContext,
): Promise<RequestedApproval | Refusal> {
  const line = await findLine(tx, wish.lineId);
  if (!line.ok) return line;
  if (!(await mayAsk(tx, wish))) return refuse("NOT_ALLOWED", RELIEF_TEXT.notYours, "Not within role or portfolio.");
  await lockTenantAccounts(tx, [line]);
  const claim = await accruedClaim(tx, wish.lineId, context.today);
  if (claim.kind === "deposit") {
    return refuse("DEPOSIT_LINE", RELIEF_TEXT.deposit, "A deposit is no income to give up.");
  }
  const openFen = openOf(claim, wish.part, context.today);
  const amountFen = wish.amountFen ?? openFen;
  const tooMuch = outOfRange(wish.part, amountFen, openFen);
  if (tooMuch) return tooMuch;
  const payload: ReliefPayload = { lineId: wish.lineId, part: wish.part, amountFen: amountFen.toString() };
  return requestApproval(
    tx,
    {
      type: wish.kind,
      entityId: claim.entityId,
      projectId: claim.projectId,
      tenantId: claim.tenantId,
      subjectKind: `bill-line-${wish.part}`,
      subjectId: wish.lineId,
      amountFen,
      payload: { ...payload },
      title: RELIEF_TEXT.titles[wish.kind][wish.part],
      facts: [
        { label: RELIEF_TEXT.tenant, value: line.tenantName },
        { label: RELIEF_TEXT.bill, value: claim.billNo },
        { label: RELIEF_TEXT.charge, value: RELIEF_TEXT.chargeOf(claim.charge, formatDate(claim.period.from)) },
        { label: RELIEF_TEXT.open[wish.part], value: formatYuan(openFen) },
      ],
      reason: wish.reason,
      requestedBy: wish.requestedBy,
    },
    context,
  );
}

/**
 * Whether who asks is of the staff, in a role that may, and has the lease of the line in the portfolio. Who was given no project
 * at all may ask too, on the command line of the operator: others decide.
 */
async function mayAsk(tx: Transaction, { kind, lineId, requestedBy }: ReliefWish): Promise<boolean> {
  const member = await findStaffMember(tx, { personId: requestedBy });
  const place = await row<{ entityId: string; projectId: string; buildingIds: string[] }>(
    tx,
    Prisma.sql`SELECT b.entity_id AS "entityId", b.project_id AS "projectId",
        ${buildingsOfLease(Prisma.sql`b.lease_id`)} AS "buildingIds"
      FROM bill_line l JOIN bill b ON b.id = l.bill_id WHERE l.id::text = ${lineId}`,
  );
  if (!member || !place) return false;
  return may(member, `${kind}.ask`, member.projectIds.length === 0 ? {} : place);
}

/** The claim with its fee posted through the day before today. The caller holds its account. */
export async function accruedClaim(tx: Transaction, lineId: string, today: CivilDate): Promise<LineClaim> {
  await accrueLateFees(tx, await loadClaimsOf(tx, [lineId]), addDays(today, -1));
  const [claim] = await loadClaimsOf(tx, [lineId]);
  if (!claim) throw new Error(`no claim on line ${lineId}`);
  return claim;
}

export function openOf(claim: LineClaim, part: ReliefPart, today: CivilDate): Fen {
  const open = openLineOf(claim, today);
  return part === "late-fee" ? open.lateFeeFen : open.principalFen;
}

/** Why an amount can't be given up; undefined when it can. */
export function outOfRange(part: ReliefPart, amountFen: Fen, openFen: Fen): Refusal | undefined {
  if (amountFen > 0n && amountFen <= openFen) return undefined;
  return refuse(
    "WAIVER_OUT_OF_RANGE",
    RELIEF_TEXT.outOfRange[part](formatYuan(openFen)),
    `Open is ${formatYuan(openFen)}; give up more than zero and at most that.`,
  );
}
