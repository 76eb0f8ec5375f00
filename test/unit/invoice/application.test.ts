import { describe, expect, it } from "vitest";
import {
  type ApplicationFacts,
  CONDITION_CODES,
  type ConditionFailure,
  checkApplication,
} from "../../../src/domain/invoice/conditions.ts";
import { groupInvoices } from "../../../src/domain/invoice/grouping.ts";
import type { InvoiceableLine } from "../../../src/domain/invoice/invoiceable-line.ts";
import { checkTitle, EMPTY_TITLE } from "../../../src/domain/invoice/title.ts";
import { parseCivilDate, parseMonth, rangeOfMonth } from "../../../src/domain/time/civil-date.ts";
import { refuseApplication } from "../../../src/usecases/invoices/invoice-refusals.ts";

const line = (change: Partial<InvoiceableLine> = {}): InvoiceableLine => ({
  lineId: "l1",
  component: "principal",
  billNo: "DG-202609-00001",
  published: true,
  entityId: "E1",
  leaseId: "L001",
  kind: "rent",
  charge: "rent",
  period: rangeOfMonth(parseMonth("2026-09")),
  taxRate: "0.09",
  dueFen: 1_090_000n,
  receivedFen: 1_090_000n,
  invoicedFen: 0n,
  disputed: false,
  reversing: false,
  refunding: false,
  ...change,
});
const company = { ...EMPTY_TITLE, name: "华星电子有限公司", taxNo: "91350100M000100Y43" };
const facts = (change: Partial<ApplicationFacts> = {}): ApplicationFacts => ({
  kind: "ordinary",
  lines: [line()],
  unknownBillNos: [],
  memberRole: "finance",
  title: checkTitle(company),
  titleConfirmed: false,
  specialNeedsBank: true,
  seller: { taxNo: "91440300MA5EXAMPLE", monthlyLimitFen: undefined, usedThisMonthFen: 0n },
  beforeMoney: false,
  wantedFen: undefined,
  pendingApplicationNo: undefined,
  ...change,
});
const lines = (...changes: Partial<InvoiceableLine>[]): Partial<ApplicationFacts> => ({ lines: changes.map(line) });
const titled = (change: object, party?: { name: string; taxNo: string }): Partial<ApplicationFacts> => ({
  title: checkTitle({ ...company, ...change }, party ? { party } : {}),
});

describe("an application is refused with the first thing that the person can change", () => {
  const REFUSED: readonly [
    string,
    Partial<ApplicationFacts>,
    Pick<ConditionFailure, "code"> & Partial<ConditionFailure>,
  ][] = [
    ["who may only look", { memberRole: "viewer" }, { code: "ROLE_VIEWER" }],
    ["another's bill", { unknownBillNos: ["DG-202609-00099"] }, { code: "BILL_UNKNOWN", subject: "DG-202609-00099" }],
    ["nothing chosen", { lines: [] }, { code: "NO_LINES" }],
    ["a bill that is not out", lines({ published: false }), { code: "BILL_NOT_PUBLISHED" }],
    ["only the deposit", lines({ kind: "deposit" }), { code: "ONLY_DEPOSIT" }],
    ["its money is being refunded", lines({ refunding: true }), { code: "REFUND_IN_PROGRESS" }],
    ["its invoice is being reversed", lines({ reversing: true }), { code: "RED_LETTER_IN_PROGRESS" }],
    ["under dispute", lines({ disputed: true }), { code: "LINE_DISPUTED" }],
    ["asked for already", { pendingApplicationNo: "FP-1" }, { code: "APPLICATION_PENDING", subject: "FP-1" }],
    ["invoiced already", lines({ invoicedFen: 1_090_000n }), { code: "ALREADY_INVOICED" }],
    ["not paid", lines({ receivedFen: 0n }), { code: "MONEY_FIRST", amountFen: 1_090_000n }],
    [
      "paid in part and that part invoiced",
      lines({ receivedFen: 500n, invoicedFen: 500n }),
      { code: "MONEY_FIRST", amountFen: 1_089_500n },
    ],
    ["nothing wanted", { wantedFen: 0n }, { code: "AMOUNT_NOT_POSITIVE" }],
    [
      "more than was paid",
      { ...lines({ receivedFen: 500n }), wantedFen: 501n },
      { code: "AMOUNT_TOO_HIGH", amountFen: 500n },
    ],
    ["no title", { title: undefined }, { code: "TITLE_MISSING" }],
    ["a title without a name", titled({ name: "" }), { code: "TITLE_NAME" }],
    [
      "a letter for a digit",
      titled({ taxNo: "9135O100M000100Y43" }),
      { code: "TITLE_TAX_NO", suggestions: ["91350100M000100Y43"] },
    ],
    ["an address that does not fit", titled({ address: "路".repeat(101) }), { code: "TITLE_ADDRESS" }],
    ["an e-mail that is none", titled({ email: "x" }), { code: "TITLE_EMAIL" }],
    [
      "a person who wants a 专票",
      { kind: "special", ...titled({ type: "person", name: "张三" }) },
      { code: "PERSON_WANTS_SPECIAL" },
    ],
    ["a 专票 without the bank", { kind: "special" }, { code: "SPECIAL_FIELDS_MISSING" }],
    ["another company than the lease's", titled({}, { name: "别家有限公司", taxNo: "" }), { code: "TITLE_DIFFERS" }],
    ["a seller without a number", { seller: { ...facts().seller, taxNo: "" } }, { code: "SELLER_TAX_NO_MISSING" }],
    [
      "the month's limit",
      { seller: { ...facts().seller, monthlyLimitFen: 1_100_000n, usedThisMonthFen: 20_000n } },
      { code: "SELLER_LIMIT", amountFen: 1_080_000n },
    ],
    [
      "a 专票 of a line without tax",
      { kind: "special", specialNeedsBank: false, ...lines({ taxRate: "0" }) },
      { code: "RATE_MISSING" },
    ],
  ];
  it.each(REFUSED)("%s", (_name, change, failure) => {
    const check = checkApplication(facts(change));
    expect(check).toMatchObject({ ok: false, failure });
    // Why, and what to do: a sentence of its own, never the code.
    const { zh } = refuseApplication(check.ok ? { code: "NO_LINES" } : check.failure).message;
    expect(zh).toMatch(/^[^A-Z_]{2}.{6,}[。？]$/u);
    expect(zh).not.toContain(failure.code);
  });

  it("every condition stands in the table; that there are too many invoices is seen once they are grouped", () => {
    const codes = new Set([...REFUSED.map(([, , { code }]) => code), "TOO_MANY_INVOICES"]);
    expect([...codes].sort()).toEqual([...CONDITION_CODES].sort());
  });

  it("and taken when the person has seen that the title is another, or finance agreed to invoice before the money", () => {
    const other = titled({}, { name: "别家有限公司", taxNo: "" });
    expect(checkApplication(facts({ ...other, titleConfirmed: true }))).toMatchObject({
      ok: true,
      totalFen: 1_090_000n,
    });
    expect(checkApplication(facts({ ...lines({ receivedFen: 0n }), beforeMoney: true }))).toMatchObject({
      ok: true,
      totalFen: 1_090_000n,
    });
  });

  it("a part is taken from the lines in their order, and a waived part of a line is not money", () => {
    const check = checkApplication(
      facts({ ...lines({ receivedFen: 400_000n }, { lineId: "l2", receivedFen: 300_000n }), wantedFen: 500_000n }),
    );
    expect(check.ok && check.parts.map((part) => [part.line.lineId, part.amountFen])).toEqual([
      ["l1", 400_000n],
      ["l2", 100_000n],
    ]);
  });
});

describe("invoices are grouped as the tax bureau wants them", () => {
  const month = (text: string) => rangeOfMonth(parseMonth(text));
  const part = (change: Partial<InvoiceableLine>, amountFen = 109_000n) => ({ line: line(change), amountFen });
  const told = (...parts: ReturnType<typeof part>[]) =>
    groupInvoices(parts).map((invoice) => [
      invoice.lease ? `${invoice.lease.leaseId} ${invoice.lease.period.from}..${invoice.lease.period.to}` : "",
      ...invoice.lines.map((one) => `${one.goodsName} ${one.amountFen} = ${one.netFen} + ${one.taxFen}`),
    ]);

  it("rent of contiguous months of one lease is one line of one invoice; a month missing begins another", () => {
    // 2 × 1,090.00 at 9 %: net 2,000.00, tax 180.00; split once, not per month.
    expect(
      told(
        part({ lineId: "a", period: month("2026-10") }),
        part({ lineId: "b", period: month("2026-09") }),
        part({ lineId: "c", period: month("2026-12") }),
      ),
    ).toEqual([
      ["L001 2026-09-01..2026-10-31", "*经营租赁*房屋租金 218000 = 200000 + 18000"],
      ["L001 2026-12-01..2026-12-31", "*经营租赁*房屋租金 109000 = 100000 + 9000"],
    ]);
  });

  it("leases and charges of rent never share an invoice, entities and rates neither", () => {
    expect(told(part({}), part({ leaseId: "L002" }), part({ charge: "rent-2" }))).toHaveLength(3);
    const water = { kind: "water", charge: "water" } as const;
    expect(
      told(part({ ...water }), part({ ...water, entityId: "E2" }), part({ ...water, taxRate: "0.03" })),
    ).toHaveLength(3);
  });

  it("electricity and its share are two lines of one invoice: same code, same rate", () => {
    expect(
      told(
        part({ kind: "electricity", charge: "elec", taxRate: "0.13" }, 11_300n),
        part({ kind: "shared-electricity", charge: "lift", taxRate: "0.13" }, 226n),
      ),
    ).toEqual([["", "*供电*电费 11300 = 10000 + 1300", "*供电*公摊电费 226 = 200 + 26"]]);
  });

  it("a late fee goes with its line, at its rate", () => {
    const fee = part({ component: "late-fee", kind: "rent" }, 1_090n);
    expect(told(part({}), fee)).toEqual([["L001 2026-09-01..2026-09-30", "*经营租赁*房屋租金 110090 = 101000 + 9090"]]);
  });

  it("covers every part once and sums to what was asked for", () => {
    const parts = [
      part({}),
      part({ kind: "management", charge: "mgmt", taxRate: "0.06" }, 10_600n),
      part({ lineId: "z", period: { from: parseCivilDate("2026-10-01"), to: parseCivilDate("2026-10-15") } }, 5n),
    ];
    const invoices = groupInvoices(parts);
    const covered = invoices.flatMap((invoice) => invoice.lines.flatMap((one) => one.coverage));
    expect(new Set(covered)).toEqual(new Set(parts));
    expect(invoices.reduce((total, invoice) => total + invoice.amountFen, 0n)).toBe(119_605n);
    for (const invoice of invoices) expect(invoice.netFen + invoice.taxFen).toBe(invoice.amountFen);
  });
});
