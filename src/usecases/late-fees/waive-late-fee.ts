import { Prisma } from "../../../generated/prisma/client.ts";
import { type Actor, recordAudit } from "../../db/audit.ts";
import type { Database } from "../../db/client.ts";
import { newId } from "../../db/ids.ts";
import { postToLedger } from "../../db/ledger/post.ts";
import type { LineClaim } from "../../db/line-claims.ts";
import { toRecordset } from "../../db/recordset.ts";
import { execute, rows } from "../../db/rows.ts";
import { lockTenantAccounts } from "../../db/tenant-account.ts";
import { inTransaction, type Transaction } from "../../db/transaction.ts";
import { claimWaived } from "../../domain/ledger/line-events.ts";
import { type Fen, formatYuan } from "../../domain/money/fen.ts";
import { addDays, type CivilDate } from "../../domain/time/civil-date.ts";
import { bookingDatesOf } from "../receipts/booking-dates.ts";
import { claimIn, contextOf, indexClaims, loadClaimsOf } from "../receipts/claim-index.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";
import { accrueLateFees } from "./accrue-late-fees.ts";
import { findLine } from "./find-line.ts";

export interface WaiverCommand {
  readonly lineId: string;
  /** Undefined: all that is open through the day before today. */
  readonly amountFen?: Fen | undefined;
  readonly reason: string;
  /** Codes of two different people of the staff. */
  readonly requestedBy: string;
  readonly approvedBy: string;
}

export interface WaiverContext extends Actor {
  readonly today: CivilDate;
}

export interface WaivedLateFee {
  readonly ok: true;
  readonly waiverId: string;
  readonly amountFen: Fen;
  /** Fee still open on the line, through the day before today. */
  readonly openFen: Fen;
}

/** Forgives late fee of one line that another person has approved. At most what is open through the day before today. */
export const waiveLateFee = (
  db: Database,
  command: WaiverCommand,
  context: WaiverContext,
): Promise<WaivedLateFee | Refusal> => inTransaction(db, (tx) => waive(tx, command, context));

async function waive(
  tx: Transaction,
  command: WaiverCommand,
  context: WaiverContext,
): Promise<WaivedLateFee | Refusal> {
  const approver = await findApprover(tx, command);
  if (!approver.ok) return approver;
  const line = await findLine(tx, command.lineId);
  if (!line.ok) return line;
  await lockTenantAccounts(tx, [line]);
  const [accrued] = await accrueLateFees(tx, await loadClaimsOf(tx, [command.lineId]), addDays(context.today, -1));
  const openFen = accrued?.openFen ?? 0n;
  const amountFen = command.amountFen ?? openFen;
  if (amountFen <= 0n || amountFen > openFen) {
    return refuse(
      "WAIVER_OUT_OF_RANGE",
      `该费用未付的违约金为 ${formatYuan(openFen)}，减免金额须大于零且不超过它。`,
      `The late fee open on this line is ${formatYuan(openFen)}; waive more than zero and at most that.`,
    );
  }
  const step = approvalRole(amountFen);
  if (step === undefined) {
    return refuse(
      "WAIVER_NEEDS_TWO_APPROVERS",
      `减免 ${formatYuan(amountFen)} 超过 ${formatYuan(ONE_APPROVER_LIMIT_FEN)}，要由财务经理和财务总监先后审批，这里只有一位审批人。`,
      `Above ${formatYuan(ONE_APPROVER_LIMIT_FEN)} a finance manager and then the CFO must approve.`,
    );
  }
  if (!approver.roles.includes(step.role)) {
    return refuse(
      "APPROVER_WITHOUT_ROLE",
      `减免 ${formatYuan(amountFen)} 要由${step.zh}审批，${command.approvedBy} 没有这个角色。`,
      `A waiver of ${formatYuan(amountFen)} is approved by the role ${step.role}, which ${command.approvedBy} does not have.`,
    );
  }
  const { reason, requestedBy, approvedBy } = command;
  const [waiver] = await writeWaivers(
    tx,
    await loadClaimsOf(tx, [command.lineId]),
    [{ lineId: command.lineId, amountFen, reason, requestedBy, approvedBy }],
    context.today,
  );
  if (!waiver) throw new Error("a waiver was written and has no id");
  await recordAudit(tx, [
    {
      actor: context.actor,
      channel: context.channel,
      ip: context.ip,
      businessDate: context.today,
      action: "late-fee.waived",
      subjectKind: "bill-line",
      subjectId: command.lineId,
      after: { waiverId: waiver.waiverId, amountFen, reason, requestedBy, approvedBy },
    },
  ]);
  return { ok: true, waiverId: waiver.waiverId, amountFen, openFen: openFen - amountFen };
}

/** Up to 500 yuan one area manager, up to 5,000 one finance manager; above that two people (money-rules 11). */
const ONE_APPROVER_LIMIT_FEN = 500_000n;
const AREA_MANAGER_LIMIT_FEN = 50_000n;

/** The role whose one approval is enough for an amount; undefined where two people must approve. */
function approvalRole(amountFen: Fen): { readonly role: string; readonly zh: string } | undefined {
  if (amountFen <= AREA_MANAGER_LIMIT_FEN) return { role: "area-manager", zh: "区域经理" };
  return amountFen <= ONE_APPROVER_LIMIT_FEN ? { role: "finance-manager", zh: "财务经理" } : undefined;
}

/** The approver's roles, once it is sure that both are of the staff and not one person. */
async function findApprover(
  tx: Transaction,
  { requestedBy, approvedBy }: WaiverCommand,
): Promise<{ readonly ok: true; readonly roles: readonly string[] } | Refusal> {
  const known = await rows<{ code: string; personId: string; roles: readonly string[] }>(
    tx,
    Prisma.sql`SELECT code, person_id AS "personId",
        ARRAY(SELECT role FROM staff_role WHERE staff_id = staff.id) AS roles
      FROM staff WHERE code = ANY (${[requestedBy, approvedBy]}) AND left_at IS NULL`,
  );
  const requester = known.find((person) => person.code === requestedBy);
  const approver = known.find((person) => person.code === approvedBy);
  if (!requester || !approver) {
    const missing = requester ? approvedBy : requestedBy;
    return refuse(
      "STAFF_UNKNOWN",
      `没有编号为 ${missing} 的在职员工，请检查员工编号。`,
      `There is no active staff member ${missing}. Check the code.`,
    );
  }
  if (requester.personId === approver.personId) {
    return refuse(
      "APPROVER_IS_REQUESTER",
      "申请人不能审批自己的申请，请由另一位同事审批。",
      "The requester never approves. Another person must.",
    );
  }
  return { ok: true, roles: approver.roles };
}

export interface NewWaiver {
  readonly lineId: string;
  /** Above zero, at most the fee open in the receivable. */
  readonly amountFen: Fen;
  readonly reason: string;
  readonly requestedBy: string;
  readonly approvedBy: string;
}

/**
 * Writes waivers with their postings and lowers the open fee, set-based. The caller holds the accounts, has accrued the
 * lines (accrueLateFees) and hands over their claims as loaded after that.
 */
export async function writeWaivers(
  tx: Transaction,
  claims: readonly LineClaim[],
  waivers: readonly NewWaiver[],
  date: CivilDate,
): Promise<{ readonly waiverId: string; readonly lineId: string }[]> {
  const index = indexClaims(claims);
  const bookingDates = bookingDatesOf(tx);
  const values = waivers.map((waiver) => ({
    id: newId(),
    ...waiver,
    entityId: claimIn(index, waiver.lineId).entityId,
  }));
  await execute(
    tx,
    Prisma.sql`INSERT INTO late_fee_waiver (id, entity_id, line_id, amount_fen, reason, requested_by, approved_by, waived_on)
      SELECT id, "entityId", "lineId", "amountFen", reason, "requestedBy", "approvedBy", ${date}::date
      FROM jsonb_to_recordset(${toRecordset(values)}::jsonb) AS t(id uuid, "entityId" uuid, "lineId" uuid,
        "amountFen" bigint, reason text, "requestedBy" text, "approvedBy" text)`,
  );
  await execute(
    tx,
    Prisma.sql`UPDATE receivable r SET late_fee_waived_fen = r.late_fee_waived_fen + t.amount_fen,
        late_fee_open_fen = r.late_fee_open_fen - t.amount_fen
      FROM (SELECT "lineId" AS line_id, sum("amountFen") AS amount_fen
        FROM jsonb_to_recordset(${toRecordset(values)}::jsonb) AS v("lineId" uuid, "amountFen" bigint) GROUP BY 1) t
      WHERE r.line_id = t.line_id`,
  );
  const ledger = [];
  for (const { id, lineId, amountFen } of values) {
    const claim = claimIn(index, lineId);
    const dates = { bookingDate: await bookingDates(claim.entityId, date), valueDate: date };
    const postings = claimWaived(contextOf(claim, dates), {
      of: { type: "late-fee" },
      amountFen,
      taxRate: claim.taxRate,
    });
    ledger.push({ eventType: "late-fee.waived", eventId: id, postings });
  }
  await postToLedger(tx, ledger);
  return values.map(({ id, lineId }) => ({ waiverId: id, lineId }));
}
