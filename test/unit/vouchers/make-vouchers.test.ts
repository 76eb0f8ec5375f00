import { describe, expect, it } from "vitest";
import * as accounts from "../../../src/domain/ledger/accounts.ts";
import { parseCivilDate } from "../../../src/domain/time/civil-date.ts";
import { builtInMapping, type VoucherMapping } from "../../../src/domain/vouchers/account-mapping.ts";
import { makeVouchers } from "../../../src/domain/vouchers/make-vouchers.ts";
import { SUMMARIES } from "../../../src/domain/vouchers/templates.ts";
import type { VoucherEvent } from "../../../src/domain/vouchers/voucher.ts";
import { sourceFiles } from "../../tidy/source-files.ts";

const { CHART_OF_ACCOUNTS } = accounts;
/** Every account that a constant of the ledger names: whoever adds one adds it to the chart too. */
const POSTABLE = [
  ...Object.values(accounts).flatMap((value) => (typeof value === "string" ? [value as string] : [])),
  ...Object.values(accounts.INCOME_ACCOUNTS),
];

const tenant = { id: "t1", name: "华星电子" };
const project = { id: "p1", name: "东莞园区" };
const day = parseCivilDate("2026-09-01");
const pair = (debit: string, credit: string, amountFen: bigint) => ({ debit, credit, amountFen, tenant, project });

/** Rent 10,900.00 with 9 % VAT in it, and a management fee of 1,060.00 with 6 %: net 10,000.00 and 1,000.00. */
const issued: VoucherEvent = {
  id: "e1",
  type: "bill.issued",
  bookingDate: day,
  documentNo: "DG-202609-00001",
  pairs: [
    pair("1122", "6001", 1_000_000n),
    pair("1122", "2221.01", 90_000n),
    pair("1122", "6001", 100_000n),
    pair("1122", "2221.01", 6_000n),
  ],
};
const paid: VoucherEvent = {
  id: "e2",
  type: "receipt.recorded",
  bookingDate: day,
  documentNo: "E1-2026-000001",
  pairs: [pair("1012.01", "1122", 1_196_000n), pair("1012.01", "2203", 4_000n)],
};
const mapping = (changes: Partial<VoucherMapping> = {}): VoucherMapping => ({ ...builtInMapping("E1"), ...changes });

const told = (events: readonly VoucherEvent[], changes: Partial<VoucherMapping> = {}) =>
  makeVouchers(events, mapping(changes)).vouchers.map((voucher) => [
    voucher.word,
    ...voucher.entries.map((entry) =>
      [entry.summary, entry.externalCode, entry.debitFen, entry.creditFen, entry.tenantId, entry.projectId].join(" "),
    ),
  ]);

describe("an issued bill", () => {
  it("is one voucher: the receivable once, income and tax summed, each with what its account is kept by", () => {
    expect(told([issued])).toEqual([
      [
        "记",
        "确认应收 DG-202609-00001 华星电子 1122 1196000 0 t1 ",
        "确认应收 DG-202609-00001 2221.01 0 96000  ",
        "确认应收 DG-202609-00001 6001 0 1100000  p1",
      ],
    ]);
  });

  it("is a transfer, its payment a receipt and what leaves a payment where the words are three", () => {
    const out: VoucherEvent = { ...paid, id: "e3", type: "receipt.undone", pairs: [pair("1122", "1012.01", 5n)] };
    expect(told([issued, paid, out], { words: "three" }).map(([word]) => word)).toEqual(["转", "收", "付"]);
  });
});

describe("a day's events of one kind", () => {
  it("are one voucher where the mapping sums by day; another kind or day is another", () => {
    const second = { ...issued, id: "e4", documentNo: "DG-202609-00002" };
    const tomorrow = { ...issued, id: "e5", bookingDate: parseCivilDate("2026-09-02") };
    const vouchers = makeVouchers([issued, second, paid, tomorrow], mapping({ grouping: "day" })).vouchers;
    expect(vouchers.map((voucher) => [voucher.date, voucher.eventIds.join(), voucher.documentNo])).toEqual([
      ["2026-09-01", "e1,e4", ""],
      ["2026-09-01", "e2", "E1-2026-000001"],
      ["2026-09-02", "e5", "DG-202609-00001"],
    ]);
    expect(vouchers[0]?.entries[0]).toMatchObject({ summary: "确认应收 2 笔 华星电子", debitFen: 2_392_000n });
  });
});

describe("what has no place over there", () => {
  it("stops everything, and is named with the number of events that wait for it", () => {
    const strange = { ...issued, id: "e6", type: "moon.landed" };
    const accounts = new Map([...builtInMapping("E1").accounts].filter(([code]) => code !== "2203"));
    expect(makeVouchers([issued, paid, strange], mapping({ accounts }))).toEqual({
      vouchers: [],
      unmapped: [
        { what: "account", code: "2203", events: 1 },
        { what: "event", code: "moon.landed", events: 1 },
      ],
    });
  });
});

/**
 * What stands behind `eventType:` where it is no literal, with every value that it can have. A new expression fails the
 * test until its values are named here.
 */
const EXPRESSIONS: Readonly<Record<string, readonly string[]>> = {
  'kind === "waiver" ? "claim.waived" : "claim.written-off"': ["claim.waived", "claim.written-off"],
  "`channel.${movement.kind}`": [
    "channel.channel-fee",
    "channel.channel-settled",
    "channel.bank-fee",
    "channel.pos-settled",
    "channel.pos-fee",
    "channel.suspended",
    "channel.bank-suspended",
  ],
  RELEASED: ["deferral.released"],
  "event.type": ["receipt.recorded", "receipt.claimed"],
};

describe("the templates", () => {
  const texts = sourceFiles()
    .filter((file) => file.path.startsWith("src/usecases/"))
    .map((file) => file.text);

  it("know every event that the use cases post, behind constants and conditions too", () => {
    const said = texts
      .filter((text) => text.includes("postToLedger("))
      .flatMap((text) =>
        [...text.matchAll(/\beventType: ([^\n]+?)(?:, eventId\b|,?\n)/g)].map((match) => match[1] ?? ""),
      );
    const posted = said.flatMap((word) =>
      /^"[\w.-]+"$/.test(word) ? [JSON.parse(word) as string] : EXPRESSIONS[word],
    );
    expect(said.filter((word) => !word.startsWith('"') && EXPRESSIONS[word] === undefined)).toEqual([]);
    expect(Object.keys(EXPRESSIONS).filter((word) => !said.includes(word))).toEqual([]);
    expect(posted.filter((type) => type !== undefined && !SUMMARIES.has(type))).toEqual([]);
    expect([...SUMMARIES.keys()].filter((type) => !posted.includes(type))).toEqual([]);
  });

  it("know every event that the ledger check expects", () => {
    const expected = texts
      .filter((text) => text.includes("Every business event that belongs in the books"))
      .flatMap((text) => [...text.matchAll(/'([a-z-]+\.[a-z-]+)'/g)].map((match) => match[1] ?? ""));
    expect(expected.length).toBeGreaterThan(12);
    expect([...new Set(expected)].filter((type) => !SUMMARIES.has(type))).toEqual([]);
  });

  it("have a built-in account for each one that is posted to", () => {
    const mapped = builtInMapping("E1").accounts;
    expect(CHART_OF_ACCOUNTS.filter(({ code }) => !mapped.has(code))).toEqual([]);
    expect(POSTABLE.filter((code) => !mapped.has(code))).toEqual([]);
  });
});
