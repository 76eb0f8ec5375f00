import { describe, expect, it } from "vitest";
import { payoutRouteOf } from "../../../src/domain/refund/payout-route.ts";
import { afterApply, afterQuery, waitAfterQueries } from "../../../src/domain/refund/payout-step.ts";
import { canBecome, isBooked, isEnded, isLive, type RefundState } from "../../../src/domain/refund/refund-state.ts";
import { refundableFen, takeFromPrepayments } from "../../../src/domain/refund/refundable.ts";
import { type RiskFacts, risksOf } from "../../../src/domain/refund/risk.ts";
import { addDays, parseCivilDate } from "../../../src/domain/time/civil-date.ts";

const STATES: readonly RefundState[] = [
  "requested",
  "approved",
  "paying",
  "processing",
  "abnormal",
  "stuck",
  "bank-due",
  "paid",
  "rejected",
  "cancelled",
];

describe("what may be refunded", () => {
  it("is what lies free and nobody has asked for, at most what was received less what went back", () => {
    const money = { receivedFen: 100_000n, refundedFen: 0n, freeFen: 60_000n, askedFen: 10_000n };
    expect(refundableFen(money)).toBe(50_000n);
    // 100000 − 70000 = 30000 is less than the 50000 that lie free.
    expect(refundableFen({ ...money, refundedFen: 70_000n })).toBe(30_000n);
    expect(refundableFen({ ...money, refundedFen: 100_000n })).toBe(0n);
    expect(refundableFen({ ...money, askedFen: 60_001n })).toBe(0n);
    expect(refundableFen({ ...money, receivedFen: undefined, refundedFen: 999_999n })).toBe(50_000n);
  });

  it("is taken out of prepayments in their order, or not at all", () => {
    const prepayments = [
      { prepaymentId: "a", remainingFen: 300n },
      { prepaymentId: "b", remainingFen: 0n },
      { prepaymentId: "c", remainingFen: 200n },
    ];
    expect(takeFromPrepayments(prepayments, 400n)).toEqual([
      { prepaymentId: "a", amountFen: 300n },
      { prepaymentId: "c", amountFen: 100n },
    ]);
    expect(takeFromPrepayments(prepayments, 501n)).toBeUndefined();
  });
});

describe("which way it goes", () => {
  const paidOn = parseCivilDate("2025-09-05");
  const payment = { isWechatOrder: true, paidOn, earlierRefunds: 0 };

  it("back to WeChat Pay through the 365th day, then by bank transfer", () => {
    expect(payoutRouteOf({ ...payment, today: addDays(paidOn, 365) })).toEqual({ route: "wechat" });
    expect(payoutRouteOf({ ...payment, today: addDays(paidOn, 366) })).toEqual({ route: "bank", why: "TOO_OLD" });
  });

  it("fifty times, and never for money of a bank or a cash desk", () => {
    expect(payoutRouteOf({ ...payment, today: paidOn, earlierRefunds: 49 })).toEqual({ route: "wechat" });
    expect(payoutRouteOf({ ...payment, today: paidOn, earlierRefunds: 50 })).toEqual({
      route: "bank",
      why: "TOO_MANY_REFUNDS",
    });
    expect(payoutRouteOf({ ...payment, today: paidOn, isWechatOrder: false })).toEqual({
      route: "bank",
      why: "NOT_BY_WECHAT",
    });
  });
});

describe("the states", () => {
  it("end where the money has left or was never to leave, and nowhere else", () => {
    expect(STATES.filter(isEnded)).toEqual(["paid", "rejected", "cancelled"]);
    expect(STATES.filter((state) => !isLive(state))).toEqual(["rejected", "cancelled"]);
    expect(STATES.filter(isBooked)).toEqual([
      "approved",
      "paying",
      "processing",
      "abnormal",
      "stuck",
      "bank-due",
      "paid",
    ]);
  });

  it("never pay what nobody approved, and never call back what the channel may have", () => {
    expect(STATES.filter((state) => canBecome("requested", state))).toEqual(["approved", "rejected", "cancelled"]);
    expect(STATES.filter((state) => canBecome(state, "cancelled"))).toEqual([
      "requested",
      "approved",
      "stuck",
      "bank-due",
    ]);
    // An abnormal one may still arrive: only the channel's own end lets it go by bank transfer.
    expect(canBecome("abnormal", "cancelled")).toBe(false);
  });
});

describe("what an answer of the channel leads to", () => {
  it("anything but an acceptance is followed by a query", () => {
    expect(afterApply({ state: "accepted" })).toEqual({ do: "follow-fact" });
    expect(afterApply({ state: "unknown", reason: "TIMEOUT" })).toEqual({ do: "query" });
    expect(afterApply({ state: "refused", code: "REFUND_FEE_MISMATCH" })).toEqual({ do: "query" });
    expect(afterApply({ state: "insufficient-funds", code: "NOT_ENOUGH" })).toEqual({ do: "query" });
  });

  it("the number is asked for again only when the channel knows nothing and has not refused", () => {
    expect(afterQuery("missing", undefined)).toEqual({ do: "ask-again" });
    expect(afterQuery("unknown", undefined)).toEqual({ do: "wait" });
    expect(afterQuery("unknown", "NOT_ENOUGH")).toEqual({ do: "wait" });
    expect(afterQuery("known", "INVALID_REQUEST")).toEqual({ do: "follow-fact" });
    expect(afterQuery("missing", "NOT_ENOUGH")).toEqual({ do: "wait-for-funds", code: "NOT_ENOUGH" });
    expect(afterQuery("missing", "TRADE_OVERDUE")).toEqual({ do: "pay-by-bank", code: "TRADE_OVERDUE" });
    expect(afterQuery("missing", "PARAM_ERROR")).toEqual({ do: "stop", code: "PARAM_ERROR" });
  });

  it("queries come each minute at first, then wider, then every half hour", () => {
    const minutes = [0, 4, 5, 6, 7, 8, 100].map((queries) => waitAfterQueries(queries) / 60_000);
    expect(minutes).toEqual([1, 1, 5, 10, 20, 30, 30]);
  });
});

describe("the risks, at their edges", () => {
  const DAY_MS = 86_400_000;
  const askedAtMs = Date.parse("2026-09-05T10:00:00+08:00");
  const calm: RiskFacts = {
    askedAtMs,
    amountFen: 50_000n,
    paidAtMs: askedAtMs - DAY_MS,
    earlierRefunds: [],
    firstTierFen: 50_000n,
    payoutAccountChangedAtMs: undefined,
    otherTenantsOnAccount: [],
  };
  const kinds = (facts: Partial<RiskFacts>) => risksOf({ ...calm, ...facts }).map(({ kind }) => kind);
  const small = (...daysAgo: number[]) =>
    daysAgo.map((days) => ({ askedAtMs: askedAtMs - days * DAY_MS, amountFen: 50_000n }));

  it("none where nothing is odd", () => expect(kinds({})).toEqual([]));

  it("the third small one in seven days; one a millisecond older, or one fen larger, is none of them", () => {
    expect(kinds({ earlierRefunds: small(1, 7) })).toEqual(["MANY_SMALL_REFUNDS"]);
    expect(kinds({ earlierRefunds: small(1) })).toEqual([]);
    expect(kinds({ earlierRefunds: [...small(1), { askedAtMs: askedAtMs - 7 * DAY_MS - 1, amountFen: 1n }] })).toEqual(
      [],
    );
    expect(kinds({ earlierRefunds: [...small(1), { askedAtMs, amountFen: 50_001n }] })).toEqual([]);
    expect(kinds({ earlierRefunds: small(1, 2), amountFen: 50_001n })).toEqual([]);
  });

  it("ten minutes after the payment, the tenth counted; a clock that runs backwards says nothing", () => {
    expect(kinds({ paidAtMs: askedAtMs - 600_000 })).toEqual(["ASKED_RIGHT_AFTER_PAYMENT"]);
    expect(kinds({ paidAtMs: askedAtMs - 600_001 })).toEqual([]);
    expect(kinds({ paidAtMs: askedAtMs + 1 })).toEqual([]);
  });

  it("all of them at once, in the order of the rule", () => {
    expect(
      kinds({
        earlierRefunds: small(0, 0),
        payoutAccountChangedAtMs: askedAtMs - 7 * DAY_MS,
        paidAtMs: askedAtMs,
        otherTenantsOnAccount: ["T002"],
      }),
    ).toEqual(["MANY_SMALL_REFUNDS", "PAYOUT_ACCOUNT_CHANGED", "ASKED_RIGHT_AFTER_PAYMENT", "SHARED_PAYER_ACCOUNT"]);
  });
});
