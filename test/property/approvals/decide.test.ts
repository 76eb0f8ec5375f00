import fc from "fast-check";
import { expect, it } from "vitest";
import { type DecidableDocument, type Decided, judgeDecision } from "../../../src/domain/approval/decide.ts";
import type { ApprovalStep } from "../../../src/domain/approval/policy.ts";

const ROLES = ["area-manager", "finance-manager", "cfo"] as const;
const PEOPLE = ["p0", "p1", "p2", "p3", "p4", "p5"] as const;

const steps = fc.array(
  fc.record({ role: fc.constantFrom(...ROLES, "any" as const), count: fc.integer({ min: 1, max: 3 }) }),
  {
    minLength: 1,
    maxLength: 3,
  },
);
const holdings = fc.tuple(...PEOPLE.map(() => fc.subarray([...ROLES])));
const clicks = fc.array(
  fc.record({
    person: fc.constantFrom(...PEOPLE),
    /** In whose name as well, if anybody's. */
    name: fc.option(fc.constantFrom(...PEOPLE), { nil: undefined }),
    decision: fc.constantFrom("approve" as const, "approve" as const, "approve" as const, "reject" as const),
    stale: fc.boolean(),
  }),
  { maxLength: 25 },
);

it("whatever is clicked, only distinct people with the right roles make a document approved, never its requester (I12)", () => {
  fc.assert(
    fc.property(
      steps,
      holdings,
      fc.constantFrom(...PEOPLE),
      clicks,
      (wanted: ApprovalStep[], held, requestedBy, tried) => {
        const rolesOf = (person: string): readonly string[] =>
          held[PEOPLE.indexOf(person as (typeof PEOPLE)[number])] ?? [];
        let document: DecidableDocument = { state: "pending", version: 1, steps: wanted, requestedBy, decisions: [] };
        for (const { person, name, decision, stale } of tried) {
          const judged = judgeDecision(document, {
            personId: person,
            version: stale ? 2 : 1,
            decision,
            reason: "理由",
            isStaff: true,
            isTenantContact: false,
            principals: [
              { personId: person, roles: rolesOf(person) },
              ...(name === undefined || name === person ? [] : [{ personId: name, roles: rolesOf(name) }]),
            ],
          });
          if (!judged.ok) continue;
          expect(document.state, "nothing is decided after the end").toBe("pending");
          const decided: Decided = { step: judged.step, personId: person, onBehalfOf: judged.onBehalfOf, decision };
          document = { ...document, state: judged.state, decisions: [...document.decisions, decided] };
        }
        const { decisions, state } = document;
        const voices = decisions.flatMap(({ personId, onBehalfOf }) =>
          onBehalfOf === undefined ? [personId] : [personId, onBehalfOf],
        );
        expect(new Set(voices).size, "nobody twice, by hand or in the name").toBe(voices.length);
        expect(voices).not.toContain(requestedBy);
        for (const { step, personId, onBehalfOf } of decisions) {
          const role = wanted[step]?.role;
          expect(role === "any" || rolesOf(onBehalfOf ?? personId).includes(role ?? "")).toBe(true);
        }
        const agreed = (index: number) =>
          decisions.filter(({ step, decision }) => step === index && decision === "approve").length;
        if (state === "approved")
          expect(wanted.map((_, index) => agreed(index))).toEqual(wanted.map(({ count }) => count));
        else expect(wanted.some(({ count }, index) => agreed(index) < count)).toBe(true);
      },
    ),
    { numRuns: 500 },
  );
});
