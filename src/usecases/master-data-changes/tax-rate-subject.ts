import { Prisma } from "../../../generated/prisma/client.ts";
import { newId } from "../../db/ids.ts";
import { execute, row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { type CivilDate, formatDate, isCivilDate } from "../../domain/time/civil-date.ts";
import { CHARGE_KINDS } from "../../domain/world/lease.ts";
import type { ApprovalFact, ApprovalRequest } from "../approvals/approval.ts";
import type { ApprovalSubject } from "../approvals/subject.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";
import { CHANGE_TEXT } from "./text.zh-CN.ts";

/** {"entity": "E1", "kind": "rent", "from": "2027-01-01", "rate": "0.06"} */
export interface TaxRateChange {
  readonly entity: string;
  readonly kind: string;
  readonly from: CivilDate;
  readonly rate: string;
}

export interface CheckedTaxRate {
  readonly ok: true;
  readonly change: TaxRateChange;
  readonly entityId: string;
  /** The rate in force on that day so far; undefined: the default. */
  readonly before: string | undefined;
}

/** Reads a change of a rate: from a day to come, on a known entity, once a day. */
export async function checkTaxRate(
  tx: Transaction,
  written: Readonly<Record<string, unknown>>,
  today: CivilDate,
): Promise<CheckedTaxRate | Refusal> {
  const { entity, kind, from, rate } = written;
  if (typeof entity !== "string" || typeof kind !== "string" || typeof from !== "string" || typeof rate !== "string") {
    return invalid('文件应是 {"entity", "kind", "from", "rate"}，四项都是文本');
  }
  const found = await row<{ id: string }>(tx, Prisma.sql`SELECT id FROM legal_entity WHERE code = ${entity}`);
  if (!found) return invalid(`没有公司 ${entity}`);
  if (![...CHARGE_KINDS].some((one) => one === kind)) return invalid(`没有费用类别 ${kind}`);
  if (!/^0(\.\d{1,4})?$/.test(rate)) return invalid(`税率 ${rate} 应写成 0.09 这样的小数`);
  if (!isCivilDate(from) || from <= today) return invalid(`生效日 ${from} 应是今天以后的日期，格式 YYYY-MM-DD`);
  const standing = await row<{ rate: string; valid_from: string }>(
    tx,
    Prisma.sql`SELECT trim_scale(rate)::text AS rate, valid_from::text FROM tax_rate
      WHERE entity_id = ${found.id}::uuid AND kind = ${kind} AND valid_from <= ${from}::date
      ORDER BY valid_from DESC LIMIT 1`,
  );
  if (standing?.valid_from === from) return invalid(`${entity} 的 ${kind} 自 ${from} 起已有税率 ${standing.rate}`);
  return { ok: true, change: { entity, kind, from, rate }, entityId: found.id, before: standing?.rate };
}

const invalid = (why: string): Refusal => refuse("CHANGE_INVALID", `这项变更不能登记：${why}。`, why);

export const factsOfTaxRate = ({ change, before }: CheckedTaxRate): ApprovalFact[] => [
  { label: CHANGE_TEXT.entity, value: change.entity },
  { label: CHANGE_TEXT.kind, value: change.kind },
  { label: CHANGE_TEXT.before, value: before ?? CHANGE_TEXT.none },
  { label: CHANGE_TEXT.rate, value: change.rate },
  { label: CHANGE_TEXT.from, value: formatDate(change.from) },
];

/** A tax rate from a day on; bills issued before keep theirs. */
export const taxRateSubject: ApprovalSubject = {
  type: "tax-rate",
  async apply(tx: Transaction, request: ApprovalRequest, context) {
    const checked = await checkTaxRate(tx, request.payload, context.today);
    if (!checked.ok) return checked;
    const { change, entityId, before } = checked;
    await execute(
      tx,
      Prisma.sql`INSERT INTO tax_rate (id, entity_id, kind, valid_from, rate, approved_by)
        VALUES (${newId()}::uuid, ${entityId}::uuid, ${change.kind}, ${change.from}::date, ${change.rate}::numeric,
          ${context.actor})`,
    );
    return { ok: true, before: { rate: before ?? null }, after: change };
  },
};
