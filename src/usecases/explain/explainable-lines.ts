import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { JsonValue } from "../../domain/charging/line.ts";
import type { ExplainableLine } from "../../domain/explanation/explain-line.ts";
import type { CivilDate, DateRange } from "../../domain/time/civil-date.ts";
import type { LineKind } from "../../domain/world/lease.ts";

/** A bill line with everything that its explanation needs but its name, which is the speaker's choice. */
export interface StoredLine extends Omit<ExplainableLine, "name"> {
  readonly lineId: string;
  /** Place on the bill, from 0. */
  readonly position: number;
  readonly charge: string;
  readonly role: string;
  readonly ordinal: number;
  readonly kind: LineKind;
  readonly correction: number;
}

interface LineRow extends Omit<StoredLine, "period" | "poolName" | "correctedInputs"> {
  readonly period_from: CivilDate;
  readonly period_to: CivilDate;
  readonly pool_name: string | null;
  readonly corrected_inputs: JsonValue;
}

/**
 * The lines of a bill in their order, with the inputs of the line before each correction; empty when there is no such
 * bill. `tenantId` for a chat: then only a published bill of that tenant counts (I15).
 */
export async function findExplainableLines(
  tx: Transaction,
  filter: { readonly billNo: string; readonly tenantId?: string | undefined },
): Promise<StoredLine[]> {
  const visible =
    filter.tenantId === undefined
      ? Prisma.sql`true`
      : Prisma.sql`b.tenant_id = ${filter.tenantId}::uuid AND b.state = 'published'`;
  const found = await rows<LineRow>(
    tx,
    Prisma.sql`SELECT line.id AS "lineId", line.position, line.charge_code AS charge, line.role, line.ordinal, line.kind,
        line.correction_no AS correction, line.amount_fen AS "amountFen", line.period_from::text, line.period_to::text,
        line.inputs, line.derivation, pool.terms->>'name' AS pool_name, corrected.inputs AS corrected_inputs
      FROM bill b JOIN bill_line line ON line.bill_id = b.id
        LEFT JOIN pool ON pool.code = coalesce(line.inputs->>'pool', line.inputs->'right'->>'pool')
        LEFT JOIN bill_line corrected ON line.correction_no > 0 AND corrected.lease_id = line.lease_id
          AND corrected.charge_code = line.charge_code AND corrected.role = line.role AND corrected.ordinal = line.ordinal
          AND corrected.period_from = line.period_from AND corrected.correction_no = line.correction_no - 1
      WHERE b.bill_no = ${filter.billNo} AND ${visible} ORDER BY line.position`,
  );
  return found.map(({ period_from, period_to, pool_name, corrected_inputs, ...line }) => ({
    ...line,
    period: { from: period_from, to: period_to } satisfies DateRange,
    ...(pool_name === null ? {} : { poolName: pool_name }),
    ...(corrected_inputs === null ? {} : { correctedInputs: corrected_inputs }),
  }));
}
