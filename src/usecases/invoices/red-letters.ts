import { Prisma } from "../../../generated/prisma/client.ts";
import { type Actor, recordAudit } from "../../db/audit.ts";
import { newId } from "../../db/ids.ts";
import { takeNumbers } from "../../db/number-series.ts";
import { toRecordset } from "../../db/recordset.ts";
import { execute, row, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import {
  CONFIRMATION_HOURS,
  checkRedLetter,
  LIVE_RED_STATES,
  nextRedState,
  type RedEvent,
  type RedReason,
  type RedState,
} from "../../domain/invoice/red-letter.ts";
import { type Fen, smallerFen } from "../../domain/money/fen.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import { beginRedOrder } from "../invoice-orders/begin-orders.ts";
import { takeFromProvider } from "../invoice-orders/take-over.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";
import { refuseRedLetter } from "./invoice-refusals.ts";

export interface RedLetter {
  readonly redLetterId: string;
  /** "HZ-202609-00001" */
  readonly redNo: string;
  readonly version: number;
  readonly state: RedState;
  readonly reason: RedReason;
  readonly explanation: string;
  readonly amountFen: Fen;
  readonly invoiceId: string;
  readonly invoiceNumber: string;
  readonly tenantId: string;
  readonly tenantName: string;
  readonly entityId: string;
  readonly formNo: string | undefined;
  readonly number: string | undefined;
  readonly refundId: string | undefined;
  /** A provider sees to it. */
  readonly isAutomatic: boolean;
}

export interface RedContext extends Actor {
  readonly today: CivilDate;
  /** Business clock. */
  readonly nowMs: number;
}

/** Of which part of which line an invoice is taken back. */
export interface RedPart {
  readonly lineId: string;
  readonly component: "principal" | "late-fee";
  readonly amountFen: Fen;
}

export interface RedCommand {
  readonly invoiceNumber: string;
  readonly reason: RedReason;
  readonly explanation: string;
  /** Undefined: all that is left of the invoice. */
  readonly amountFen?: Fen | undefined;
  /** Undefined: from the newest covered line backwards. */
  readonly parts?: readonly RedPart[] | undefined;
  readonly refundId?: string | undefined;
}

/**
 * Begins a red letter, waiting for approval. The blue invoice is locked: there is one live red letter of it at most, and
 * the unique index says so too. Asking again for the same refund returns the one that is there.
 */
export async function requestRedLetter(
  tx: Transaction,
  command: RedCommand,
  context: RedContext,
): Promise<{ readonly ok: true; readonly redLetter: RedLetter } | Refusal> {
  const blue = await row<{ id: string; state: string; amount_fen: Fen; red_fen: Fen }>(
    tx,
    Prisma.sql`SELECT id, state, amount_fen, red_fen FROM invoice WHERE number = ${command.invoiceNumber} FOR UPDATE`,
  );
  if (!blue)
    return refuse("INVOICE_UNKNOWN", `没有号码为 ${command.invoiceNumber} 的发票，请核对。`, "Unknown invoice.");
  if (command.refundId !== undefined) {
    const known = await findRedLetter(
      tx,
      Prisma.sql`r.refund_id = ${command.refundId}::uuid AND r.invoice_id = ${blue.id}::uuid
      AND r.state NOT IN ('refused', 'expired', 'withdrawn')`,
    );
    if (known) return { ok: true, redLetter: known };
  }
  const amountFen = command.amountFen ?? blue.amount_fen - blue.red_fen;
  const live = await findRedLetter(
    tx,
    Prisma.sql`r.invoice_id = ${blue.id}::uuid AND r.state = ANY(${[...LIVE_RED_STATES]})`,
  );
  const refusal = checkRedLetter({
    reason: command.reason,
    amountFen,
    blue: { state: blue.state, amountFen: blue.amount_fen, redFen: blue.red_fen },
    hasLive: live !== undefined,
  });
  if (refusal !== undefined) return refuseRedLetter(refusal);
  const parts = command.parts ?? (await partsOf(tx, blue.id, amountFen));
  if (parts.reduce((total, part) => total + part.amountFen, 0n) !== amountFen) return refuseRedLetter("MORE_THAN_BLUE");
  const id = newId();
  const month = context.today.slice(0, 7).replace("-", "");
  const taken = await takeNumbers(tx, `red-letter|${month}`, 1);
  await execute(
    tx,
    Prisma.sql`INSERT INTO red_letter (id, red_no, invoice_id, reason, explanation, amount_fen, state, refund_id, requested_by, business_date)
      VALUES (${id}::uuid, ${`HZ-${month}-${taken.toString().padStart(5, "0")}`}, ${blue.id}::uuid, ${command.reason}, ${command.explanation},
        ${amountFen}, 'pending-approval', ${command.refundId ?? null}::uuid, ${context.actor}, ${context.today}::date)`,
  );
  await execute(
    tx,
    Prisma.sql`INSERT INTO red_letter_coverage (red_letter_id, line_id, component, amount_fen)
      SELECT ${id}::uuid, t.line_id, t.component, t.amount_fen FROM jsonb_to_recordset(${toRecordset(
        parts.map((part) => ({ line_id: part.lineId, component: part.component, amount_fen: part.amountFen })),
      )}::jsonb) AS t(line_id uuid, component text, amount_fen bigint)`,
  );
  const redLetter = await existing(tx, id);
  await audit(tx, context, "red-letter.requested", redLetter, undefined);
  return { ok: true, redLetter };
}

/** What is left of the invoice's coverage, the newest service period first. */
async function partsOf(tx: Transaction, invoiceId: string, amountFen: Fen): Promise<RedPart[]> {
  const covered = await rows<{ lineId: string; component: RedPart["component"]; left_fen: Fen }>(
    tx,
    Prisma.sql`SELECT c.line_id AS "lineId", c.component, c.amount_fen - coalesce((
          SELECT sum(k.amount_fen) FROM red_letter_coverage k JOIN red_letter r ON r.id = k.red_letter_id
          WHERE r.invoice_id = c.invoice_id AND r.state = 'red-issued' AND k.line_id = c.line_id AND k.component = c.component), 0)::bigint AS left_fen
      FROM invoice_coverage c JOIN bill_line l ON l.id = c.line_id WHERE c.invoice_id = ${invoiceId}::uuid
      ORDER BY l.period_from DESC, c.component, c.line_id`,
  );
  let leftFen = amountFen;
  const parts: RedPart[] = [];
  for (const { lineId, component, left_fen: possibleFen } of covered) {
    const part = smallerFen(possibleFen, leftFen);
    if (part <= 0n) continue;
    parts.push({ lineId, component, amountFen: part });
    leftFen -= part;
  }
  return parts;
}

export interface RedStep {
  readonly redNo: string;
  readonly event: RedEvent;
  /** With `form-submitted`. */
  readonly formNo?: string | undefined;
  /** With `red-issued`: the number of the red invoice and its date. */
  readonly number?: string | undefined;
  readonly issuedOn?: CivilDate | undefined;
  /** Whose word moves it; undefined: a person's. */
  readonly provider?: string | undefined;
}

/**
 * Moves a red letter one step. A step that does not fit the state is refused and changes nothing; the same step again is
 * the state that is there. With its number the blue invoice's red sum grows, and the whole of it makes it reversed.
 */
export async function moveRedLetter(
  tx: Transaction,
  step: RedStep,
  context: RedContext,
): Promise<{ readonly ok: true; readonly redLetter: RedLetter } | Refusal> {
  const before = await lockRedLetter(tx, Prisma.sql`red_no = ${step.redNo}`);
  if (!before) return refuse("RED_LETTER_UNKNOWN", `没有红字信息 ${step.redNo}，请核对编号。`, "Unknown red letter.");
  if (step.event.type === "red-issued") {
    if (before.state === "red-issued" && before.number === step.number) return { ok: true, redLetter: before };
    if (!/^\d{20}$/.test(step.number ?? ""))
      return refuse("NUMBER_INVALID", "红字发票号码要是20位数字，请核对。", "Not a number of 20 digits.");
  }
  const state = nextRedState(before.state, step.event);
  if (state === undefined) {
    return refuse(
      "STEP_NOT_POSSIBLE",
      `${step.redNo} 现在是“${STATE_NAMES[before.state]}”，不能做这一步。`,
      `Not possible in state ${before.state}.`,
    );
  }
  if (step.provider === undefined) {
    const as = state === "withdrawn" ? "withdrawn" : "by-hand";
    const underWay = await takeFromProvider(tx, { redLetterId: before.redLetterId }, as);
    if (underWay) return underWay;
  }
  const redLetter = await writeState(tx, before, state, step, context);
  if (state !== "approved") return { ok: true, redLetter };
  await beginRedOrder(tx, redLetter.redLetterId);
  return { ok: true, redLetter: await existing(tx, redLetter.redLetterId) };
}

/** What people call the states. */
export const STATE_NAMES: Readonly<Record<RedState, string>> = {
  draft: "草稿",
  "pending-approval": "待审批",
  approved: "待提交确认单",
  "awaiting-peer": "待对方确认",
  confirmed: "已确认待开红票",
  "red-issued": "红票已开",
  refused: "已拒绝",
  expired: "超过72小时未确认已失效",
  withdrawn: "已撤回",
};

/** Red letters whose 72 hours are over fall; returns them. For the job that runs every hour. */
export async function expireRedLetters(tx: Transaction, context: RedContext): Promise<readonly RedLetter[]> {
  const due = await rows<{ id: string }>(
    tx,
    Prisma.sql`SELECT id FROM red_letter WHERE state = 'awaiting-peer'
      AND form_submitted_at <= ${new Date(context.nowMs - CONFIRMATION_HOURS * 3_600_000).toISOString()}::timestamptz
      -- One that a provider looks after falls when the bureau says so: it may have been confirmed in the last minute.
      AND NOT EXISTS (SELECT 1 FROM invoice_order o WHERE o.red_letter_id = red_letter.id AND o.state IN ('sent', 'making'))
      ORDER BY id FOR UPDATE SKIP LOCKED`,
  );
  const fallen: RedLetter[] = [];
  for (const { id } of due) {
    const before = await existing(tx, id);
    const state = nextRedState(before.state, { type: "time-passed", hours: CONFIRMATION_HOURS });
    if (state !== undefined) fallen.push(await writeState(tx, before, state, {}, context));
  }
  return fallen;
}

async function writeState(
  tx: Transaction,
  before: RedLetter,
  state: RedState,
  step: Partial<RedStep>,
  context: RedContext,
): Promise<RedLetter> {
  const submitted = step.event?.type === "form-submitted" ? step.event : undefined;
  const isIssued = state === "red-issued";
  await execute(
    tx,
    Prisma.sql`UPDATE red_letter SET state = ${state}, version = version + 1,
        form_no = coalesce(${step.formNo ?? null}, form_no),
        needs_peer = coalesce(${submitted?.needsPeer ?? null}::boolean, needs_peer),
        form_submitted_at = coalesce(${submitted ? new Date(context.nowMs).toISOString() : null}::timestamptz, form_submitted_at),
        number = ${isIssued ? (step.number ?? null) : null}, issued_on = ${isIssued ? (step.issuedOn ?? context.today) : null}::date
      WHERE id = ${before.redLetterId}::uuid`,
  );
  if (isIssued) {
    await execute(
      tx,
      Prisma.sql`UPDATE invoice SET red_fen = red_fen + ${before.amountFen},
          state = CASE WHEN red_fen + ${before.amountFen} = amount_fen THEN 'reversed' ELSE state END
        WHERE id = ${before.invoiceId}::uuid`,
    );
  }
  const after = await existing(tx, before.redLetterId);
  await audit(tx, context, `red-letter.${state}`, after, before);
  return after;
}

async function lockRedLetter(tx: Transaction, condition: Prisma.Sql): Promise<RedLetter | undefined> {
  const found = await row<{ id: string }>(tx, Prisma.sql`SELECT id FROM red_letter WHERE ${condition} FOR UPDATE`);
  return found && existing(tx, found.id);
}

async function existing(tx: Transaction, id: string): Promise<RedLetter> {
  const found = await findRedLetter(tx, Prisma.sql`r.id = ${id}::uuid`);
  if (!found) throw new Error(`the red letter ${id} is not there`);
  return found;
}

async function findRedLetter(tx: Transaction, condition: Prisma.Sql): Promise<RedLetter | undefined> {
  return (await findRedLetters(tx, condition))[0];
}

/** Red letters that fit a condition on `r` (red_letter) and `i` (its invoice), the newest first. */
export async function findRedLetters(tx: Transaction, condition: Prisma.Sql): Promise<RedLetter[]> {
  const found = await rows<
    Omit<RedLetter, "formNo" | "number" | "refundId"> & {
      form_no: string | null;
      number: string | null;
      refund_id: string | null;
    }
  >(
    tx,
    Prisma.sql`SELECT r.id AS "redLetterId", r.red_no AS "redNo", r.version, r.state, r.reason, r.explanation, r.amount_fen AS "amountFen",
        r.invoice_id AS "invoiceId", coalesce(i.number, '') AS "invoiceNumber", i.tenant_id AS "tenantId", t.name AS "tenantName",
        i.entity_id AS "entityId", r.form_no, r.number, r.refund_id,
        EXISTS (SELECT 1 FROM invoice_order o WHERE o.red_letter_id = r.id AND o.state IN ('waiting', 'sent', 'making')) AS "isAutomatic"
      FROM red_letter r JOIN invoice i ON i.id = r.invoice_id JOIN tenant t ON t.id = i.tenant_id
      WHERE ${condition} ORDER BY r.recorded_at DESC, r.id DESC`,
  );
  return found.map(({ form_no: formNo, number, refund_id: refundId, ...letter }) => ({
    ...letter,
    formNo: formNo ?? undefined,
    number: number ?? undefined,
    refundId: refundId ?? undefined,
  }));
}

const audit = (
  tx: Transaction,
  context: RedContext,
  action: string,
  after: RedLetter,
  before: RedLetter | undefined,
): Promise<void> =>
  recordAudit(tx, [
    {
      actor: context.actor,
      channel: context.channel,
      ip: context.ip,
      businessDate: context.today,
      action,
      subjectKind: "red-letter",
      subjectId: after.redLetterId,
      before: before && { state: before.state },
      after: {
        redNo: after.redNo,
        invoice: after.invoiceNumber,
        amountFen: after.amountFen,
        state: after.state,
        number: after.number ?? null,
      },
    },
  ]);
