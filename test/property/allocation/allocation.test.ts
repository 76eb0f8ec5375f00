import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { OpenLine } from "../../../src/domain/allocation/open-line.ts";
import type { AllocationPolicy } from "../../../src/domain/allocation/payment-order.ts";
import { type Prepayment, planPrepaymentUse } from "../../../src/domain/allocation/prepayment.ts";
import { planAllocation } from "../../../src/domain/allocation/receipt-allocation.ts";
import { planSetOff } from "../../../src/domain/allocation/set-off.ts";
import { planUndo } from "../../../src/domain/allocation/undo.ts";
import { smallerFen } from "../../../src/domain/money/fen.ts";
import { addDays, parseCivilDate } from "../../../src/domain/time/civil-date.ts";
import { openLine } from "../../unit/allocation/open-lines.ts";

const DAY = parseCivilDate("2026-03-01");
const KINDS = ["electricity", "water", "management", "rent", "parking", "deposit"] as const;

const anyLines: fc.Arbitrary<OpenLine[]> = fc
  .array(
    fc.record({
      billNo: fc.constantFrom("B1", "B2", "B3"),
      entity: fc.constantFrom("E1", "E1", "E1", "E2"),
      project: fc.constantFrom("P1", "P2"),
      kind: fc.constantFrom(...KINDS),
      dueOffset: fc.integer({ min: -3, max: 3 }),
      principalFen: fc.bigInt({ min: 0n, max: 5_000n }),
      lateFeeFen: fc.bigInt({ min: 0n, max: 300n }),
      disputed: fc.boolean(),
    }),
    { maxLength: 12 },
  )
  .map((drawn) =>
    drawn.map(({ dueOffset, ...line }, position) =>
      openLine({ lineId: `line ${position}`, position, dueDate: addDays(DAY, dueOffset), ...line }),
    ),
  );

const anyPolicy: fc.Arbitrary<AllocationPolicy> = fc
  .tuple(
    fc.constantFrom("late-fee" as const, "principal" as const),
    fc.array(fc.double({ noNaN: true }), { minLength: 5, maxLength: 5 }),
  )
  .map(([part, weights]) => {
    const keys = ["due-date", "bill", part, "kind", "position"] as const;
    return { order: [...keys].sort((a, b) => (weights[keys.indexOf(a)] ?? 0) - (weights[keys.indexOf(b)] ?? 0)) };
  });

const anyRequest = fc
  .record({
    openLines: anyLines,
    amountFen: fc.bigInt({ min: 1n, max: 40_000n }),
    policies: fc.record({ P1: anyPolicy, P2: anyPolicy }),
    designated: fc.record({
      billNos: fc.subarray(["B1", "B2"]),
      lineIds: fc.subarray(["line 0", "line 3", "line 5"]),
    }),
  })
  .map((drawn) => ({ ...drawn, entity: "E1", valueDate: DAY }));

const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((total, amount) => total + amount, 0n);

/** What is open per line and part, "line 3 principal" → fen. */
function openParts(lines: readonly OpenLine[]): Map<string, bigint> {
  return new Map(
    lines.flatMap((line) => [
      [`${line.lineId} principal`, line.principalFen],
      [`${line.lineId} late-fee`, line.lateFeeFen],
    ]),
  );
}

describe("allocation, for all receipts", () => {
  it("I5: Σ allocations + prepayment = receipt; I4: no line is paid beyond what is open", () => {
    fc.assert(
      fc.property(anyRequest, (request) => {
        const plan = planAllocation(request);
        expect(sum(plan.allocations.map((one) => one.amountFen)) + plan.prepaymentFen).toBe(request.amountFen);
        const open = openParts(request.openLines);
        for (const { line, part, amountFen } of plan.allocations) {
          expect(line.entity).toBe("E1");
          expect(amountFen).toBeGreaterThan(0n);
          const rest = (open.get(`${line.lineId} ${part}`) ?? 0n) - amountFen;
          expect(rest).toBeGreaterThanOrEqual(0n);
          open.set(`${line.lineId} ${part}`, rest);
        }
      }),
    );
  });

  it("money is left over only when everything that it may pay is paid", () => {
    fc.assert(
      fc.property(anyRequest, (request) => {
        const plan = planAllocation(request);
        if (plan.prepaymentFen === 0n) return;
        const { billNos, lineIds } = request.designated;
        const payable = request.openLines.filter(
          (line) =>
            line.entity === "E1" && (!line.disputed || billNos.includes(line.billNo) || lineIds.includes(line.lineId)),
        );
        expect(sum(plan.allocations.map((one) => one.amountFen))).toBe(sum([...openParts(payable).values()]));
      }),
    );
  });

  it("does not depend on the order in which lines arrive, and more money only adds to the same payments", () => {
    fc.assert(
      fc.property(anyRequest, fc.bigInt({ min: 1n, max: 9_999n }), (request, moreFen) => {
        const plan = planAllocation(request);
        expect(planAllocation({ ...request, openLines: [...request.openLines].reverse() })).toEqual(plan);
        const more = planAllocation({ ...request, amountFen: request.amountFen + moreFen });
        const last = plan.allocations.length - 1;
        expect(more.allocations.slice(0, Math.max(last, 0))).toEqual(plan.allocations.slice(0, Math.max(last, 0)));
      }),
    );
  });

  it("I17: do, then undo in any number of parts, restores every line", () => {
    const parts = fc.array(fc.bigInt({ min: 1n, max: 9_000n }), { maxLength: 4 });
    fc.assert(
      fc.property(anyRequest, parts, (request, refundsFen) => {
        const plan = planAllocation(request);
        const open = openParts(request.openLines);
        let unusedPrepaymentFen = plan.prepaymentFen;
        let standing = plan.allocations.map((one, sequence) => {
          const allocationId = `${one.line.lineId} ${one.part}`;
          open.set(allocationId, (open.get(allocationId) ?? 0n) - one.amountFen);
          return { allocationId, sequence, valueDate: DAY, remainingFen: one.amountFen };
        });
        for (const wantedFen of [...refundsFen, request.amountFen]) {
          const leftFen = unusedPrepaymentFen + sum(standing.map((one) => one.remainingFen));
          const amountFen = smallerFen(wantedFen, leftFen);
          const undo = planUndo({ amountFen, unusedPrepaymentFen, allocations: standing, reason: { type: "bounce" } });
          expect(undo.shortfallFen).toBe(0n);
          expect(undo.prepaymentTakenFen + sum(undo.counterAllocations.map((one) => one.amountFen))).toBe(amountFen);
          if (undo.counterAllocations.length > 0) expect(undo.prepaymentTakenFen).toBe(unusedPrepaymentFen);
          unusedPrepaymentFen -= undo.prepaymentTakenFen;
          const taken = new Map(undo.counterAllocations.map((one) => [one.allocationId, one.amountFen]));
          standing = standing.map((one) => {
            const takenFen = taken.get(one.allocationId) ?? 0n;
            open.set(one.allocationId, (open.get(one.allocationId) ?? 0n) + takenFen);
            return { ...one, remainingFen: one.remainingFen - takenFen };
          });
        }
        expect(unusedPrepaymentFen).toBe(0n);
        expect(open).toEqual(openParts(request.openLines));
      }),
    );
  });

  it("prepayments pay no more than they hold, no line more than is open, and bound ones only their kind", () => {
    const anyPrepayments: fc.Arbitrary<Prepayment[]> = fc
      .array(
        fc.record({
          kind: fc.constantFrom(undefined, "rent" as const, "water" as const),
          remainingFen: fc.bigInt({ min: 0n, max: 8_000n }),
          age: fc.integer({ min: 0, max: 3 }),
        }),
        { maxLength: 5 },
      )
      .map((drawn) =>
        drawn.map(({ kind, remainingFen, age }, sequence) => ({
          prepaymentId: `prepayment ${sequence}`,
          receivedOn: addDays(DAY, -age),
          sequence,
          remainingFen,
          ...(kind === undefined ? {} : { kind }),
        })),
      );
    fc.assert(
      fc.property(anyLines, anyPrepayments, (openLines, prepayments) => {
        const uses = planPrepaymentUse({
          entity: "E1",
          issueDate: DAY,
          prepayments,
          openLines,
          excludedLeases: new Set(),
          policies: {},
        });
        const open = openParts(openLines);
        const left = new Map(prepayments.map((one) => [one.prepaymentId, one.remainingFen]));
        const kindOf = new Map(prepayments.map((one) => [one.prepaymentId, one.kind]));
        for (const { prepaymentId, line, part, amountFen } of uses) {
          open.set(`${line.lineId} ${part}`, (open.get(`${line.lineId} ${part}`) ?? 0n) - amountFen);
          left.set(prepaymentId, (left.get(prepaymentId) ?? 0n) - amountFen);
          const kind = kindOf.get(prepaymentId);
          if (kind !== undefined) expect([line.kind, part]).toEqual([kind, "principal"]);
        }
        for (const amountFen of [...open.values(), ...left.values()]) expect(amountFen).toBeGreaterThanOrEqual(0n);
        const freeLeftFen = sum(
          prepayments.filter((one) => one.kind === undefined).map((one) => left.get(one.prepaymentId) ?? 0n),
        );
        const stillOpen = openLines.filter(
          (line) =>
            line.entity === "E1" &&
            !line.disputed &&
            (open.get(`${line.lineId} principal`) ?? 0n) + (open.get(`${line.lineId} late-fee`) ?? 0n) > 0n,
        );
        if (freeLeftFen > 0n) expect(stillOpen).toEqual([]);
      }),
    );
  });

  it("I4: after set-off 0 ≤ open ≤ principal, and nothing is lost", () => {
    const amount = fc.bigInt({ min: 0n, max: 1_000n });
    fc.assert(
      fc.property(amount, amount, fc.array(fc.bigInt({ min: -800n, max: -1n })), (amountFen, paidFen, negatives) => {
        const allocatedFen = smallerFen(paidFen, amountFen);
        const identity = {
          lease: "L1",
          charge: "rent",
          role: "charge",
          ordinal: 0,
          periodFrom: DAY,
        } as const;
        const plan = planSetOff(
          negatives.map((negativeFen, index) => ({
            ...identity,
            lineId: `${index}`,
            correction: index + 1,
            amountFen: negativeFen,
          })),
          [{ ...identity, lineId: "line", correction: 0, amountFen, setOffFen: 0n, allocatedFen }],
        );
        const [line] = plan.targets;
        if (!line) throw new Error("the target is gone");
        expect(line.openFen).toBeGreaterThanOrEqual(0n);
        expect(line.openFen).toBeLessThanOrEqual(line.principalFen);
        const creditsFen = sum(plan.credits.map((credit) => credit.amountFen));
        // what the tenant owes, less what he is owed, moves by exactly the negative lines
        expect(line.openFen - line.freedFen - creditsFen).toBe(amountFen - allocatedFen + sum(negatives));
      }),
    );
  });
});
