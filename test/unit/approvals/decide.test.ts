import { describe, expect, it } from "vitest";
import { type DecidableDocument, type DecisionAttempt, judgeDecision } from "../../../src/domain/approval/decide.ts";

const document: DecidableDocument = {
  state: "pending",
  version: 2,
  steps: [
    { role: "finance-manager", count: 2 },
    { role: "cfo", count: 1 },
  ],
  requestedBy: "requester",
  decisions: [],
};

const click = (personId: string, roles: readonly string[], more: Partial<DecisionAttempt> = {}): DecisionAttempt => ({
  personId,
  version: 2,
  decision: "approve",
  isStaff: true,
  isTenantContact: false,
  principals: [{ personId, roles }],
  ...more,
});

const approved = (step: number, personId: string, onBehalfOf?: string) => ({
  step,
  personId,
  onBehalfOf,
  decision: "approve" as const,
});

describe("a click", () => {
  it("counts for the step that the document waits for, until its people are together", () => {
    expect(judgeDecision(document, click("a", ["finance-manager"]))).toEqual({ ok: true, step: 0, state: "pending" });
    const second = { ...document, decisions: [approved(0, "a")] };
    expect(judgeDecision(second, click("b", ["finance-manager"]))).toEqual({ ok: true, step: 0, state: "pending" });
    const last = { ...document, decisions: [approved(0, "a"), approved(0, "b")] };
    expect(judgeDecision(last, click("c", ["cfo"]))).toEqual({ ok: true, step: 1, state: "approved" });
  });

  it("of a CFO does nothing while the finance managers are asked", () => {
    expect(judgeDecision(document, click("c", ["cfo"]))).toMatchObject({
      code: "APPROVER_WITHOUT_ROLE",
      role: "finance-manager",
    });
  });

  it("of one person with both roles counts once", () => {
    const last = { ...document, decisions: [approved(0, "a"), approved(0, "both")] };
    expect(judgeDecision(last, click("both", ["finance-manager", "cfo"]))).toMatchObject({ code: "ALREADY_DECIDED" });
  });

  it.each([
    ["of the requester, whatever the role", click("requester", ["finance-manager"]), "APPROVER_IS_REQUESTER"],
    [
      "of the tenant's own contact",
      click("a", ["finance-manager"], { isTenantContact: true }),
      "TENANT_CONTACT_CANNOT_APPROVE",
    ],
    ["of a colleague who left", click("a", ["finance-manager"], { isStaff: false, principals: [] }), "NOT_STAFF"],
    ["on a card of an earlier version", click("a", ["finance-manager"], { version: 1 }), "STALE_VERSION"],
    ["without the role", click("a", ["steward"]), "APPROVER_WITHOUT_ROLE"],
    [
      "that rejects without a reason",
      click("a", ["finance-manager"], { decision: "reject", reason: "  " }),
      "REASON_MISSING",
    ],
  ])("%s is refused", (_what, attempt, code) => {
    expect(judgeDecision(document, attempt)).toMatchObject({ ok: false, code });
  });

  it.each([
    ["approved", "ALREADY_APPROVED"],
    ["rejected", "ALREADY_REJECTED"],
    ["cancelled", "ALREADY_CANCELLED"],
    ["expired", "ALREADY_EXPIRED"],
  ] as const)("on a document that is %s says so", (state, code) => {
    expect(judgeDecision({ ...document, state }, click("a", ["finance-manager"]))).toMatchObject({ ok: false, code });
  });

  it("of who has decided already hears that, and not that the document is over", () => {
    const over = { ...document, state: "approved" as const, decisions: [approved(0, "a")] };
    expect(judgeDecision(over, click("a", ["finance-manager"]))).toMatchObject({ code: "ALREADY_DECIDED" });
  });

  it("rejects with a reason, whatever is still missing", () => {
    const rejected = click("a", ["finance-manager"], { decision: "reject", reason: "金额不对" });
    expect(judgeDecision(document, rejected)).toEqual({ ok: true, step: 0, state: "rejected" });
  });
});

describe("a delegate", () => {
  const inNameOf = (other: string, roles: readonly string[]) => ({
    principals: [
      { personId: "delegate", roles: [] },
      { personId: other, roles },
    ],
  });

  it("decides in the name of who is away", () => {
    expect(judgeDecision(document, click("delegate", [], inNameOf("away", ["finance-manager"])))).toEqual({
      ok: true,
      step: 0,
      state: "pending",
      onBehalfOf: "away",
    });
  });

  it("decides by own right first, so that the name stays free", () => {
    const own = {
      principals: [
        { personId: "delegate", roles: ["finance-manager"] },
        { personId: "away", roles: ["finance-manager"] },
      ],
    };
    expect(judgeDecision(document, click("delegate", [], own))).toEqual({ ok: true, step: 0, state: "pending" });
  });

  it("cannot approve what the person away has asked for", () => {
    const attempt = click("delegate", [], inNameOf("requester", ["finance-manager"]));
    expect(judgeDecision(document, attempt)).toMatchObject({ code: "DELEGATOR_IS_REQUESTER" });
  });

  it("cannot approve the own request in another's name", () => {
    const own = { ...document, requestedBy: "delegate" };
    const attempt = click("delegate", [], inNameOf("away", ["finance-manager"]));
    expect(judgeDecision(own, attempt)).toMatchObject({ code: "APPROVER_IS_REQUESTER" });
  });

  it("cannot add a second voice to who has decided, nor can who is away to the delegate", () => {
    const byHand = { ...document, decisions: [approved(0, "away")] };
    const attempt = click("delegate", [], inNameOf("away", ["finance-manager"]));
    expect(judgeDecision(byHand, attempt)).toMatchObject({ code: "DELEGATOR_ALREADY_DECIDED" });
    const byDelegate = { ...document, decisions: [approved(0, "delegate", "away")] };
    expect(judgeDecision(byDelegate, click("away", ["finance-manager"]))).toMatchObject({ code: "ALREADY_DECIDED" });
  });
});
