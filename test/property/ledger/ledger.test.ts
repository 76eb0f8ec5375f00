import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { MoneyAccount } from "../../../src/domain/ledger/accounts.ts";
import { balancesOf } from "../../../src/domain/ledger/balances.ts";
import { daysByMonth, planDeferral } from "../../../src/domain/ledger/deferral.ts";
import {
  claimWaived,
  claimWrittenOff,
  lateFeeAccrued,
  lineIssued,
  openingPosition,
} from "../../../src/domain/ledger/line-events.ts";
import {
  channelFeeTaken,
  channelSettled,
  depositForfeited,
  depositOffset,
  depositPaidBack,
  freedToPrepayment,
  moneyReceived,
  prepaymentApplied,
  refundApproved,
  refundPaidOut,
  unclaimedMoneyClaimed,
  unclaimedMoneyReceived,
} from "../../../src/domain/ledger/money-events.ts";
import { type Posting, type PostingContext, reversePostings } from "../../../src/domain/ledger/posting.ts";
import { type BookFact, compareBalances, recomputeBalances } from "../../../src/domain/ledger/recompute.ts";
import { splitTax } from "../../../src/domain/tax/net-and-tax.ts";
import { addDays, monthOf, parseCivilDate, shiftMonth } from "../../../src/domain/time/civil-date.ts";

const DATE = parseCivilDate("2026-09-01");

/** One event told twice: to the ledger and to the business tables. */
interface Told {
  readonly postings: readonly Posting[];
  readonly facts: readonly BookFact[];
}
type Teller = (context: PostingContext & { tenant: string }, amountFen: bigint, account: MoneyAccount) => Told;

const TELLERS: readonly Teller[] = [
  (context, amountFen) => ({
    postings: lineIssued(context, { kind: "rent", ...splitTax(amountFen, "0.09") }),
    facts: [{ ...keys(context), type: "line-issued", kind: "rent", amountFen }],
  }),
  (context, amountFen) => ({
    postings: [
      ...lineIssued(context, { kind: "rent", ...splitTax(-amountFen, "0.09") }),
      ...freedToPrepayment(context, [{ purpose: "receivable", amountFen }]),
    ],
    facts: [
      { ...keys(context), type: "line-issued", kind: "discount", amountFen: -amountFen },
      { ...keys(context), type: "credit-to-prepayment", amountFen },
    ],
  }),
  (context, amountFen) => ({
    postings: lateFeeAccrued(context, { previousFen: 0n, cumulativeFen: amountFen, taxRate: "0.13" }),
    facts: [{ ...keys(context), type: "late-fee-accrued", amountFen }],
  }),
  (context, amountFen, account) => {
    const lineFen = amountFen / 2n;
    const depositFen = amountFen / 3n;
    return {
      postings: moneyReceived(context, account, [
        { purpose: "receivable", amountFen: lineFen },
        { purpose: "deposit", amountFen: depositFen },
        { purpose: "prepayment", amountFen: amountFen - lineFen - depositFen },
      ]),
      facts: [
        { ...keys(context), type: "receipt", account, amountFen },
        { ...keys(context), type: "allocation", kind: "rent", amountFen: lineFen },
        { ...keys(context), type: "allocation", kind: "deposit", amountFen: depositFen },
      ],
    };
  },
  (context, amountFen) => ({
    postings: prepaymentApplied(context, [{ purpose: "receivable", amountFen }]),
    facts: [{ ...keys(context), type: "allocation", kind: "water", amountFen }],
  }),
  (context, amountFen, account) => ({
    postings: [
      ...unclaimedMoneyReceived(context, account, amountFen),
      ...unclaimedMoneyClaimed(context, [{ purpose: "receivable", amountFen: amountFen / 2n }]),
      ...refundApproved(context, "unclaimed", amountFen - amountFen / 2n),
    ],
    facts: [
      { entity: context.entity, type: "unclaimed-receipt", account, amountFen },
      { ...keys(context), type: "receipt-claimed", amountFen: amountFen / 2n },
      { ...keys(context), type: "allocation", kind: "rent", amountFen: amountFen / 2n },
      { entity: context.entity, type: "unclaimed-refund-approved", amountFen: amountFen - amountFen / 2n },
    ],
  }),
  (context, amountFen, account) => ({
    postings: [...channelFeeTaken(context, account, 1n), ...channelSettled(context, account, amountFen)],
    facts: [
      { entity: context.entity, type: "channel-fee", account, amountFen: 1n },
      { entity: context.entity, type: "channel-settled", account, amountFen },
    ],
  }),
  (context, amountFen) => ({
    postings: [
      ...claimWaived(context, { of: { type: "late-fee" }, amountFen, taxRate: "0.06" }),
      ...claimWrittenOff(context, amountFen),
    ],
    facts: [
      { ...keys(context), type: "waiver", amountFen },
      { ...keys(context), type: "write-off", amountFen },
    ],
  }),
  (context, amountFen, account) => ({
    postings: [
      ...depositOffset(context, amountFen),
      ...depositForfeited(context, { amountFen, taxRate: "0.06" }),
      ...depositPaidBack(context, account, amountFen),
    ],
    facts: [
      { ...keys(context), type: "deposit-offset", amountFen },
      { ...keys(context), type: "deposit-forfeited", amountFen },
      { ...keys(context), type: "deposit-paid-back", account, amountFen },
    ],
  }),
  (context, amountFen, account) => ({
    postings: [
      ...refundApproved(context, "prepayment", amountFen),
      ...refundApproved(context, "deposit", amountFen),
      ...refundPaidOut(context, account, amountFen),
    ],
    facts: [
      { ...keys(context), type: "refund-approved", from: "prepayment", amountFen },
      { ...keys(context), type: "refund-approved", from: "deposit", amountFen },
      { entity: context.entity, type: "refund-paid", account, amountFen },
    ],
  }),
  (context, amountFen) => ({
    postings: (["receivable", "prepayment", "deposit"] as const).flatMap((type) =>
      openingPosition(context, { type, amountFen }),
    ),
    facts: (["receivable", "prepayment", "deposit"] as const).map((position) => ({
      ...keys(context),
      type: "opening",
      position,
      amountFen,
    })),
  }),
];

const keys = ({ entity, tenant }: { entity: string; tenant: string }) => ({ entity, tenant });

const anyTold: fc.Arbitrary<Told> = fc
  .record({
    teller: fc.constantFrom(...TELLERS),
    entity: fc.constantFrom("E1", "E2"),
    tenant: fc.constantFrom("T1", "T2"),
    amountFen: fc.bigInt({ min: 1n, max: 1_000_000n }),
    account: fc.constantFrom<MoneyAccount>("1001", "1002", "1012.01", "1012.02"),
  })
  .map(({ teller, entity, tenant, amountFen, account }) =>
    teller({ entity, tenant, bookingDate: DATE, valueDate: DATE }, amountFen, account),
  );
const anyHistory = fc.array(anyTold, { maxLength: 15 });

describe("the ledger, for all histories", () => {
  it("I6: its balances are those recomputed from what happened, and every entity is in balance", () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        const balances = balancesOf(history.flatMap((told) => told.postings));
        expect(compareBalances(balances, recomputeBalances(history.flatMap((told) => told.facts)))).toEqual([]);
        for (const entity of ["E1", "E2"]) {
          const ofEntity = balances.filter((balance) => balance.entity === entity);
          expect(ofEntity.reduce((sum, balance) => sum + balance.balanceFen, 0n)).toBe(0n);
        }
      }),
    );
  });

  it("I6 is no empty promise: one posting that is lost or doubled is found", () => {
    const known = ["1001", "1002", "1122", "2203", "2241.01", "2241.02", "2241.03"];
    fc.assert(
      fc.property(anyHistory, fc.nat(), fc.constantFrom(0, 2), (history, pick, times) => {
        const postings = history.flatMap((told) => told.postings);
        // What stays inside one account moves no balance: channel 1002 settling to 1002 is the only such pair.
        const seen = postings.filter(
          ({ debit, credit }) => debit !== credit && [debit, credit].some((code) => known.includes(code)),
        );
        fc.pre(seen.length > 0);
        const wrong = seen[pick % seen.length];
        const changed = postings.flatMap((posting) =>
          posting === wrong ? Array.from({ length: times }, () => posting) : [posting],
        );
        const expected = recomputeBalances(history.flatMap((told) => told.facts));
        expect(compareBalances(balancesOf(changed), expected)).not.toEqual([]);
      }),
    );
  });

  it("I17: reversed, every balance is back at zero; every amount is above zero", () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        const postings = history.flatMap((told) => told.postings);
        for (const posting of postings) expect(posting.amountFen).toBeGreaterThan(0n);
        const reversed = reversePostings(postings, { bookingDate: DATE, valueDate: DATE });
        expect(balancesOf([...postings, ...reversed])).toEqual([]);
      }),
    );
  });

  it("I13: net and tax of a fee do not depend on how often it was accrued", () => {
    const steps = fc.array(fc.bigInt({ min: 0n, max: 5_000n }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(steps, fc.constantFrom("0", "0.06", "0.09", "0.13"), (cumulatives, taxRate) => {
        const context = { entity: "E1", tenant: "T1", bookingDate: DATE, valueDate: DATE };
        const postings = cumulatives.flatMap((cumulativeFen, index) =>
          lateFeeAccrued(context, { previousFen: cumulatives[index - 1] ?? 0n, cumulativeFen, taxRate }),
        );
        const atOnce = lateFeeAccrued(context, { previousFen: 0n, cumulativeFen: cumulatives.at(-1) ?? 0n, taxRate });
        expect(balancesOf(postings)).toEqual(balancesOf(atOnce));
      }),
    );
  });

  it("I2: net + tax = amount, and a reverse splits like its original", () => {
    const amount = fc.bigInt({ min: -1_000_000n, max: 1_000_000n });
    fc.assert(
      fc.property(amount, fc.constantFrom("0", "0.03", "0.06", "0.09", "0.13"), (amountFen, taxRate) => {
        const { netFen, taxFen } = splitTax(amountFen, taxRate);
        expect(netFen + taxFen).toBe(amountFen);
        expect(splitTax(-amountFen, taxRate)).toEqual({ netFen: -netFen, taxFen: -taxFen });
      }),
    );
  });

  it("deferral loses nothing and keeps back later months only", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -100_000n, max: 100_000n }),
        fc.integer({ min: 0, max: 400 }),
        fc.integer({ min: -2, max: 14 }),
        (netFen, length, monthsLater) => {
          const postingMonth = shiftMonth(monthOf(DATE), monthsLater);
          const weights = daysByMonth({ from: DATE, to: addDays(DATE, length) });
          const { nowFen, later } = planDeferral(netFen, postingMonth, weights);
          expect(later.reduce((sum, part) => sum + part.amountFen, nowFen)).toBe(netFen);
          for (const part of later) expect(part.month > postingMonth).toBe(true);
          expect(later).toHaveLength(weights.filter((one) => one.month > postingMonth).length);
        },
      ),
    );
  });
});
