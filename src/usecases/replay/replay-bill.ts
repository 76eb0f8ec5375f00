import { createHash } from "node:crypto";
import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../db/client.ts";
import { row, rows } from "../../db/rows.ts";
import { canonicalJson } from "../../domain/canonical-json.ts";
import { engineOf } from "../../domain/charging/engines.ts";
import type { JsonValue } from "../../domain/charging/line.ts";
import { toJsonInteger } from "../../domain/money/fen.ts";
import type { CivilDate, DateRange } from "../../domain/time/civil-date.ts";

/** What a bill's replay found (money-rules 13, I14). */
export interface ReplayedBill {
  readonly billNo: string;
  /** Every line came out with the same bytes, and they sum to the bill's total. */
  readonly same: boolean;
  /** Hex digest of the canonical JSON of what was computed: identity, amount and derivation of every line, in bill order. */
  readonly sha256: string;
  /** How many lines were computed. */
  readonly lines: number;
  /** Lines that came out otherwise, or could not be computed. */
  readonly different: readonly LineDifference[];
}

export interface LineDifference {
  readonly charge: string;
  readonly role: string;
  readonly ordinal: number;
  readonly period: DateRange;
  readonly correction: number;
  readonly storedFen: number;
  /** null: the stored inputs give no figure. */
  readonly replayedFen: number | null;
  readonly reason: "engine-unknown" | "not-computable" | "amount" | "derivation";
}

interface StoredLine {
  readonly charge: string;
  readonly role: string;
  readonly ordinal: number;
  readonly period_from: CivilDate;
  readonly period_to: CivilDate;
  readonly correction: number;
  readonly amount_fen: bigint;
  readonly engine_version: string;
  readonly inputs: JsonValue;
  readonly derivation: JsonValue;
}

/**
 * Computes every line of a bill again, from the inputs stored with it and by the engine that wrote it, and compares the
 * bytes. Reads the bill's own rows and nothing else, so master data may have changed in any way since. Undefined when
 * there is no such bill.
 */
export async function replayBill(db: Database, billNo: string): Promise<ReplayedBill | undefined> {
  const bill = await row<{ id: string; total_fen: bigint }>(
    db,
    Prisma.sql`SELECT id, total_fen FROM bill WHERE bill_no = ${billNo}`,
  );
  if (!bill) return undefined;
  const stored = await rows<StoredLine>(
    db,
    Prisma.sql`SELECT charge_code AS charge, role, ordinal, period_from::text, period_to::text,
        correction_no AS correction, amount_fen, engine_version, inputs, derivation
      FROM bill_line WHERE bill_id = ${bill.id}::uuid ORDER BY position`,
  );
  const digest = createHash("sha256");
  const different: LineDifference[] = [];
  let totalFen = 0n;
  for (const line of stored) {
    const { charge, role, ordinal, correction } = line;
    const identity = { charge, role, ordinal, period: { from: line.period_from, to: line.period_to }, correction };
    const replayed = replayLine(line);
    totalFen += replayed.amountFen ?? 0n;
    const { amountFen = null, derivation = null } = replayed;
    digest.update(`${canonicalJson({ ...identity, amountFen, derivation })}\n`, "utf8");
    const reason = differenceOf(line, replayed);
    if (reason === undefined) continue;
    const replayedFen = amountFen === null ? null : toJsonInteger(amountFen);
    different.push({ ...identity, storedFen: toJsonInteger(line.amount_fen), replayedFen, reason });
  }
  const same = different.length === 0 && totalFen === bill.total_fen;
  return { billNo, same, sha256: digest.digest("hex"), lines: stored.length, different };
}

interface ReplayedLine {
  readonly amountFen?: bigint;
  readonly derivation?: unknown;
  readonly reason?: "engine-unknown" | "not-computable";
}

function replayLine(line: StoredLine): ReplayedLine {
  const engine = engineOf(line.engine_version);
  if (!engine) return { reason: "engine-unknown" };
  const computed = engine(line.inputs);
  if (!computed?.ok) return { reason: "not-computable" };
  return { amountFen: computed.amountFen, derivation: computed.derivation };
}

function differenceOf(line: StoredLine, replayed: ReplayedLine): LineDifference["reason"] | undefined {
  if (replayed.reason !== undefined) return replayed.reason;
  if (replayed.amountFen !== line.amount_fen) return "amount";
  return canonicalJson(replayed.derivation) === canonicalJson(line.derivation) ? undefined : "derivation";
}
