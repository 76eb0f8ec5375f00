import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../db/client.ts";
import { rows } from "../../db/rows.ts";
import { compareCodes } from "../../domain/charging/code-order.ts";
import { toJsonInteger } from "../../domain/money/fen.ts";
import type { Month } from "../../domain/time/civil-date.ts";
import { previewRun } from "../billing/preview-run.ts";
import { causeOf, type DifferenceCause, type OurLine } from "./difference-cause.ts";
import type { LegacyRow } from "./legacy-csv.ts";

/** The JSON of `bill compare`. */
export interface LegacyComparison {
  /** Nothing differs. */
  readonly same: boolean;
  /** Charges of leases that were looked at, on either side. */
  readonly compared: number;
  readonly different: readonly LegacyDifference[];
}

export interface LegacyDifference {
  readonly lease: string;
  readonly charge: string;
  /** null: we bill no such charge in the month. */
  readonly oursFen: number | null;
  /** null: the file has no such row. */
  readonly theirsFen: number | null;
  readonly cause: DifferenceCause;
  /** Of area, reading and price: ours / theirs. */
  readonly detail?: string;
}

/**
 * Compares a month with the old system's, charge by charge: what was issued for the month and what a preview would still
 * bill, shadow projects and held bills included. Looks at the projects whose leases the file names. Leaves nothing behind.
 */
export async function compareLegacy(
  db: Database,
  legacy: readonly LegacyRow[],
  period: Month,
): Promise<LegacyComparison> {
  const projectOf = new Map(
    (
      await rows<{ lease: string; project: string }>(
        db,
        Prisma.sql`SELECT l.code AS lease, p.code AS project FROM lease l JOIN project p ON p.id = l.project_id`,
      )
    ).map(({ lease, project }) => [lease, project]),
  );
  const projects = new Set(legacy.map(({ lease }) => projectOf.get(lease)));
  const ours = await ourLines(db, period);
  const theirs = new Map(legacy.map((row) => [keyOf(row), row]));
  const keys = new Set(theirs.keys());
  for (const [key, { lease }] of ours) if (projects.has(projectOf.get(lease))) keys.add(key);
  const different: LegacyDifference[] = [];
  for (const key of keys) {
    const difference = differenceBetween(ours.get(key), theirs.get(key));
    if (difference) different.push(difference);
  }
  different.sort((a, b) => compareCodes(a.lease, b.lease) || compareCodes(a.charge, b.charge));
  return { same: different.length === 0, compared: keys.size, different };
}

interface OurCharge {
  readonly lease: string;
  readonly charge: string;
  readonly lines: OurLine[];
}

const keyOf = ({ lease, charge }: { readonly lease: string; readonly charge: string }): string => `${lease}\n${charge}`;

async function ourLines(db: Database, period: Month): Promise<Map<string, OurCharge>> {
  const issued = await rows<OurLine & { readonly lease: string; readonly charge: string }>(
    db,
    Prisma.sql`SELECT l.code AS lease, line.charge_code AS charge, line.role, line.correction_no AS correction,
        line.period_from::text AS "periodFrom", line.amount_fen AS "amountFen", line.inputs
      FROM bill b JOIN bill_line line ON line.bill_id = b.id JOIN lease l ON l.id = b.lease_id
      WHERE b.period = ${period} AND b.origin = 'run' AND b.state IN ('issued', 'published')`,
  );
  const command = { period, project: undefined, issueDate: undefined, acknowledge: [] };
  const { bills } = await previewRun(db, command, ({ lease, lines }) =>
    lines.map(({ charge, role, correction, period: { from }, amountFen, inputs }) => ({
      lease,
      charge,
      role,
      correction,
      periodFrom: from,
      amountFen,
      inputs,
    })),
  );
  const charges = new Map<string, OurCharge>();
  for (const { lease, charge, ...line } of [...issued, ...bills.flat()]) {
    const key = keyOf({ lease, charge });
    const known = charges.get(key) ?? { lease, charge, lines: [] };
    known.lines.push(line);
    charges.set(key, known);
  }
  return charges;
}

function differenceBetween(ours: OurCharge | undefined, theirs: LegacyRow | undefined): LegacyDifference | undefined {
  const oursFen = ours?.lines.reduce((total, line) => total + line.amountFen, 0n);
  if ((oursFen ?? 0n) === (theirs?.amountFen ?? 0n)) return undefined;
  const { lease, charge } = ours ?? theirs ?? { lease: "", charge: "" };
  const amounts = {
    oursFen: oursFen === undefined ? null : toJsonInteger(oursFen),
    theirsFen: theirs === undefined ? null : toJsonInteger(theirs.amountFen),
  };
  if (!ours || !theirs) return { lease, charge, ...amounts, cause: "missing" };
  return { lease, charge, ...amounts, ...causeOf(ours.lines, theirs) };
}
