import { parseFormula } from "../formula/formula.ts";
import type { CivilDate } from "../time/civil-date.ts";
import { amendmentOrder } from "./holdings.ts";
import { amendCharge } from "./import/charge-versions.ts";
import { checkCodes } from "./import/check-codes.ts";
import { checkHoldings } from "./import/check-holdings.ts";
import { checkLeases } from "./import/check-leases.ts";
import { checkOpening } from "./import/check-opening.ts";
import { checkPeople } from "./import/check-people.ts";
import { checkPools } from "./import/check-pools.ts";
import { checkReadings } from "./import/check-readings.ts";
import { indexCodes } from "./import/code-index.ts";
import { lease, type WrittenLease } from "./import/leases.ts";
import { meter, pool, reading, tariff } from "./import/metering.ts";
import { opening } from "./import/opening.ts";
import { entity, operator, staff, tenant } from "./import/parties.ts";
import { Place, ProblemList, type WorldProblem } from "./import/place.ts";
import { policies } from "./import/policies.ts";
import { project } from "./import/premises.ts";
import { buildingsOf, type Rows, rowsOf, unitsOf, type WrittenWorld } from "./import/rows.ts";
import { describe, list, object, optional, orElse, type Reader, required } from "./import/shapes.ts";
import type { ChargeAmendment, LeaseTerms } from "./lease.ts";
import type { World } from "./world.ts";

export type { WorldProblem } from "./import/place.ts";

export interface ReadWorldOptions {
  /** The business day; readings after it are warned about. Absent: not checked. */
  readonly today?: CivilDate;
  /** Why a formula does not parse, or undefined when it does. Absent: parseFormula decides. */
  readonly checkFormula?: (expression: string) => string | undefined;
  /**
   * What is already stored. A document may refer to it, its leases hold their units, its readings count as earlier ones; rows
   * of the document with the same code come before it.
   */
  readonly known?: Partial<World>;
}

export type ReadWorldResult =
  | { readonly ok: true; readonly world: World; readonly warnings: readonly WorldProblem[] }
  | { readonly ok: false; readonly errors: readonly WorldProblem[]; readonly warnings: readonly WorldProblem[] };

const format: Reader<"parkledger/1"> = (place) => {
  if (place.value !== "parkledger/1") place.report("FORMAT_UNKNOWN", { value: describe(place.value) });
  return "parkledger/1";
};

const document = object({
  format: required(format),
  operator: required(operator),
  entities: required(list(entity)),
  projects: required(list(project)),
  tenants: orElse(list(tenant), []),
  staff: orElse(list(staff), []),
  tariffs: orElse(list(tariff), []),
  meters: orElse(list(meter), []),
  readings: orElse(list(reading), []),
  pools: orElse(list(pool), []),
  leases: orElse(list(lease), []),
  opening: optional(opening),
  policies: orElse(policies, { approval: [], dunning: [] }),
});

/**
 * Reads a world file (interfaces.md section 2) that was parsed from JSON: defaults filled in, references resolved, amendments
 * in order. Reports every problem at once, each with its JSON path, a stable code (import/catalogue.ts) and a sentence in
 * Chinese that says what to do. Pure; never throws, whatever the document is.
 */
export function readWorld(file: unknown, options: ReadWorldOptions = {}): ReadWorldResult {
  const known = options.known ?? {};
  const problems = new ProblemList();
  const root = new Place("$", file, {
    problems,
    codes: indexCodes(file, known),
    today: options.today,
    checkFormula: options.checkFormula ?? formulaProblem,
  });
  const written: WrittenWorld = document(root);
  const rows = rowsOf(written, known, root);
  checkCodes(written, root);
  checkPeople(written, rows, root);
  const readings = checkReadings(written, rows, root);
  checkPools(written, rows, root);
  checkLeases(written, rows, root);
  checkHoldings(written, rows, root);
  if (written.opening !== undefined) checkOpening(written.opening, rows, root.child("opening"));
  const { errors, warnings } = problems;
  if (errors.length > 0) return { ok: false, errors, warnings };
  return { ok: true, world: assemble(written, readings, rows), warnings };
}

function formulaProblem(expression: string): string | undefined {
  const parse = parseFormula(expression);
  return parse.ok ? undefined : parse.message;
}

function assemble(written: WrittenWorld, readings: World["readings"], rows: Rows): World {
  return {
    operator: written.operator,
    entities: written.entities,
    projects: written.projects.map(({ buildings: _, ...row }) => row),
    buildings: buildingsOf(written),
    units: unitsOf(written),
    tenants: written.tenants,
    staff: written.staff,
    tariffs: written.tariffs,
    meters: written.meters,
    readings,
    pools: written.pools.map((row) => ({
      ...row,
      utility: row.utility ?? rows.meters.get(row.meters[0] ?? "")?.utility ?? "electricity",
    })),
    leases: written.leases.map((row) => leaseTerms(row, rows)),
    ...(written.opening === undefined ? {} : { opening: written.opening }),
    policies: written.policies,
  };
}

/** Looks up project and entity, puts the amendments in order, and completes the charges that they add. */
function leaseTerms(row: WrittenLease, rows: Rows): LeaseTerms {
  const projectCode = rows.units.get(row.units[0] ?? "")?.project ?? "";
  const charges = new Set(row.charges.map(({ code }) => code));
  const amendments = amendmentOrder(row.amendments).flatMap((index) => {
    const amendment = row.amendments[index];
    if (amendment === undefined) return [];
    const completed = amendment.charges.map((changes): ChargeAmendment => {
      if (charges.has(changes.code)) return changes;
      charges.add(changes.code);
      return { ...changes, ...amendCharge(undefined, changes, amendment.effective) };
    });
    return [{ ...amendment, charges: completed }];
  });
  return {
    ...row,
    entity: row.entity ?? rows.projects.get(projectCode)?.entity ?? "",
    project: projectCode,
    amendments,
  };
}
