import { describe, expect, it } from "vitest";
import { checkRedLetter, nextRedState, type RedEvent, type RedState } from "../../../src/domain/invoice/red-letter.ts";

const blue = { state: "issued", amountFen: 10_900n, redFen: 0n };

describe("a red letter", () => {
  it.each<[string, Parameters<typeof checkRedLetter>[0], ReturnType<typeof checkRedLetter>]>([
    ["of the whole for a mistake", { reason: "mistake", amountFen: 10_900n, blue, hasLive: false }, undefined],
    ["of a part for an allowance", { reason: "allowance", amountFen: 900n, blue, hasLive: false }, undefined],
    ["of a part for a mistake", { reason: "mistake", amountFen: 900n, blue, hasLive: false }, "MISTAKE_IS_WHOLE"],
    [
      "of what is not issued",
      { reason: "return", amountFen: 1n, blue: { ...blue, state: "requested" }, hasLive: false },
      "NOT_ISSUED",
    ],
    ["beside another", { reason: "return", amountFen: 1n, blue, hasLive: true }, "ALREADY_LIVE"],
    ["of nothing", { reason: "return", amountFen: 0n, blue, hasLive: false }, "NOT_POSITIVE"],
    [
      "of more than is left",
      { reason: "return", amountFen: 10_001n, blue: { ...blue, redFen: 900n }, hasLive: false },
      "MORE_THAN_BLUE",
    ],
  ])("%s", (_name, request, expected) => {
    expect(checkRedLetter(request)).toBe(expected);
  });

  it("goes from draft to red in this order, and what comes at the wrong time changes nothing", () => {
    const path: readonly (readonly [RedEvent, RedState])[] = [
      [{ type: "submit-for-approval" }, "pending-approval"],
      [{ type: "approve" }, "approved"],
      [{ type: "form-submitted", needsPeer: true }, "awaiting-peer"],
      [{ type: "peer-confirmed" }, "confirmed"],
      [{ type: "red-issued" }, "red-issued"],
    ];
    let state: RedState = "draft";
    for (const [event, expected] of path) {
      for (const [other] of path)
        if (other !== event)
          expect([state, other.type, nextRedState(state, other)]).toEqual([state, other.type, undefined]);
      state = nextRedState(state, event) ?? state;
      expect(state).toBe(expected);
    }
    expect(nextRedState(state, { type: "withdraw" })).toBeUndefined();
  });

  it("needs nobody's confirmation where the buyer has not used the invoice, and falls after 72 hours where it does", () => {
    expect(nextRedState("approved", { type: "form-submitted", needsPeer: false })).toBe("confirmed");
    expect(nextRedState("awaiting-peer", { type: "time-passed", hours: 71.9 })).toBeUndefined();
    expect(nextRedState("awaiting-peer", { type: "time-passed", hours: 72 })).toBe("expired");
    expect(nextRedState("confirmed", { type: "time-passed", hours: 100 })).toBeUndefined();
  });
});
