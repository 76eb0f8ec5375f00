import { describe, expect, it } from "vitest";
import {
  afterAsking,
  afterQuery,
  IDENTITY_NEEDED,
  waitAfterOrderQueries,
} from "../../../src/domain/invoice/order-step.ts";
import {
  eventsToward,
  nextRedState,
  type RedFormStanding,
  type RedState,
} from "../../../src/domain/invoice/red-letter.ts";

const sent = { state: "sent", refusal: undefined, retryWanted: false } as const;
const making = { ...sent, state: "making" } as const;
const refused = { ...sent, refusal: { code: "E9105", reason: "购方税号不存在" } };
const notLoggedIn = { ...sent, refusal: { code: IDENTITY_NEEDED, reason: "请扫码" } };

describe("what a provider's answer means for an order", () => {
  it.each([
    [
      { state: "accepted", serialNo: "1" },
      { do: "wait", state: "making" },
    ],
    [
      { state: "unknown", reason: "HTTP 502" },
      { do: "wait", state: "sent" },
    ],
    [{ state: "refused", code: "E9105", reason: "x" }, { do: "query" }],
    [{ state: "identity-needed", reason: "x" }, { do: "query" }],
    [{ state: "by-hand" }, { do: "by-hand" }],
  ] as const)("asked: %o", (answer, step) => {
    expect(afterAsking(answer)).toEqual(step);
  });

  it.each([
    [{ state: "made" }, sent, { do: "record" }],
    [{ state: "making" }, sent, { do: "wait", state: "making" }],
    // Never "making" by silence: what was not seen there may not be there.
    [{ state: "unknown", reason: "x" }, sent, { do: "wait", state: "sent" }],
    [{ state: "unknown", reason: "x" }, making, { do: "wait", state: "making" }],
    [{ state: "not-known" }, sent, { do: "ask" }],
    // Taken on and not in the books yet: never asked for a second time.
    [{ state: "not-known" }, making, { do: "wait", state: "making" }],
    [{ state: "not-known" }, refused, { do: "fail", code: "E9105", reason: "购方税号不存在" }],
    [{ state: "not-known" }, notLoggedIn, { do: "wait-for-identity", reason: "请扫码" }],
    // A refusal of a repetition: the first one was taken on.
    [{ state: "making" }, refused, { do: "wait", state: "making" }],
    [{ state: "made" }, refused, { do: "record" }],
    [{ state: "failed", code: "22", reason: "x" }, making, { do: "fail", code: "22", reason: "x" }],
    [{ state: "failed", code: "22", reason: "x" }, { ...sent, retryWanted: true }, { do: "retry" }],
    [{ state: "not-known" }, { ...sent, retryWanted: true }, { do: "ask" }],
    [{ state: "by-hand" }, sent, { do: "by-hand" }],
  ] as const)("looked at: %o of %o", (answer, order, step) => {
    expect(afterQuery(answer, order)).toEqual(step);
  });

  it("is looked at after 5 s, then at growing distances of at most ten minutes", () => {
    expect([0, 1, 2, 3, 5, 6, 60].map((looks) => waitAfterOrderQueries(looks) / 1_000)).toEqual([
      5, 10, 30, 60, 300, 600, 600,
    ]);
  });
});

describe("where a form stands at the bureau", () => {
  const states: readonly RedState[] = ["approved", "awaiting-peer", "confirmed"];
  const standings: readonly RedFormStanding[] = ["awaiting-peer", "confirmed", "refused", "expired", "withdrawn"];

  it("is reached by steps that each fit the state before, from every state and without going back", () => {
    const reached = states.map((from) =>
      standings.map((standing) =>
        eventsToward(from, standing).reduce<RedState | undefined>(
          (state, event) => state && nextRedState(state, event),
          from,
        ),
      ),
    );
    expect(reached).toEqual([
      ["awaiting-peer", "confirmed", "refused", "expired", "withdrawn"],
      ["awaiting-peer", "confirmed", "refused", "expired", "withdrawn"],
      // What is confirmed is not confirmed less; only taken back.
      ["confirmed", "confirmed", "confirmed", "confirmed", "withdrawn"],
    ]);
  });

  it("moves nothing that waits for approval or has ended", () => {
    for (const state of ["draft", "pending-approval", "red-issued", "refused", "expired", "withdrawn"] as const) {
      for (const standing of standings) expect(eventsToward(state, standing)).toEqual([]);
    }
  });
});
