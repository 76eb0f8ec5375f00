import type { OpenLine } from "../../../src/domain/allocation/open-line.ts";
import type { PlannedAllocation } from "../../../src/domain/allocation/receipt-allocation.ts";
import { parseCivilDate } from "../../../src/domain/time/civil-date.ts";

/** An open line of tenant T1 at entity E1; a test states only what it is about. */
export function openLine(change: Partial<OpenLine> & { readonly lineId: string }): OpenLine {
  return {
    billNo: "B1",
    tenant: "T1",
    entity: "E1",
    project: "P1",
    lease: "L1",
    charge: change.lineId,
    role: "charge",
    ordinal: 0,
    period: { from: parseCivilDate("2026-02-01"), to: parseCivilDate("2026-02-28") },
    correction: 0,
    kind: "rent",
    dueDate: parseCivilDate("2026-02-05"),
    position: 0,
    principalFen: 10_000n,
    lateFeeFen: 0n,
    disputed: false,
    ...change,
  };
}

/** "rent principal 100" a line: how these tests read a plan. */
export const spoken = (allocations: readonly PlannedAllocation[]): string[] =>
  allocations.map(({ line, part, amountFen }) => `${line.lineId} ${part} ${amountFen}`);
