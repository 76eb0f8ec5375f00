import { type TradeRow, tradeBill } from "./wechat-bills.ts";

/*
 * Books, statements and the truth about where they differ, made from a seed before anything of ours sees them. Imports
 * nothing of ours: amounts are integers of fen, dates are text. Every fault is written into the truth when it is planted.
 */

export interface PlantedBill {
  readonly billNo: string;
  readonly tenant: string;
  readonly entity: string;
  readonly amountFen: number;
}
export interface PlantedReceipt {
  readonly channel: "bank" | "wechat";
  readonly tenant: string;
  readonly number: string;
  readonly amountFen: number;
  readonly day: string;
  /** Taken back in the books. */
  readonly undone?: true;
}
export interface PlantedBankRow {
  readonly amountFen: number;
  readonly payer: string;
  readonly account: string;
  readonly remark: string;
  readonly serial: string;
}
export interface Truth {
  readonly account: string;
  readonly day: string;
  readonly kind: string;
  readonly amountFen: number;
}
export interface PlantedPark {
  readonly tenants: readonly { readonly code: string; readonly name: string }[];
  readonly bills: readonly PlantedBill[];
  readonly receipts: readonly PlantedReceipt[];
  readonly bank: readonly { readonly day: string; readonly text: string }[];
  readonly trade: readonly { readonly day: string; readonly text: string }[];
  readonly truth: readonly Truth[];
}

/** mulberry32: small, and the same on every machine. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const DAYS = ["2026-03-03", "2026-03-04", "2026-03-05"];
const yuan = (fen: number): string => (fen / 100).toFixed(2);

export function plant(seed: number): PlantedPark {
  const random = randomOf(seed);
  const pick = (least: number, most: number): number => least + Math.floor(random() * (most - least + 1));
  const tenants = [
    { code: "T1", name: "租户一" },
    { code: "T2", name: "租户二" },
  ];
  const bills: PlantedBill[] = [];
  const receipts: PlantedReceipt[] = [];
  const truth: Truth[] = [];
  const used = new Set<number>();
  /** No two amounts are alike, and none is near another: nothing may match by accident. */
  const amount = (): number => {
    for (;;) {
      const fen = pick(20_000, 900_000) * 10 + 7;
      if ([...used].every((other) => Math.abs(other - fen) > 6_000)) {
        used.add(fen);
        return fen;
      }
    }
  };
  let count = 0;
  const bill = (entity = "E1"): PlantedBill => {
    count += 1;
    const made = {
      billNo: `P-202603-${String(count).padStart(5, "0")}`,
      // The first tenant owes; what the books have already is the second one's, so that it pays none of these bills.
      tenant: "T1",
      entity,
      amountFen: amount(),
    };
    bills.push(made);
    return made;
  };
  const nameOf = (code: string): string => tenants.find((tenant) => tenant.code === code)?.name ?? "";
  const rows = new Map<string, PlantedBankRow[]>(DAYS.map((day) => [day, []]));
  let serial = 0;
  const put = (day: string, row: Omit<PlantedBankRow, "serial">): PlantedBankRow => {
    serial += 1;
    const made = { ...row, serial: `BK${String(serial).padStart(8, "0")}` };
    rows.get(day)?.push(made);
    return made;
  };
  const say = (account: string, day: string, kind: string, amountFen: number): number =>
    truth.push({ account, day, kind, amountFen });

  // Every tenant owes one bill that nobody pays, so that a single transfer is never more than all that is owed.
  for (let index = 0; index < 2; index += 1) bill();
  const [first, second] = DAYS;
  if (first === undefined || second === undefined) throw new Error("three days");
  for (const day of [first, second]) {
    for (let index = pick(2, 4); index > 0; index -= 1) {
      const paid = bill();
      put(day, {
        amountFen: paid.amountFen,
        payer: nameOf(paid.tenant),
        account: `62${paid.tenant}`,
        remark: `房租 ${paid.billNo}`,
      });
    }
    for (let index = pick(1, 3); index > 0; index -= 1) {
      const row = put(day, { amountFen: amount(), payer: `路人${serial}`, account: `99${serial}`, remark: "货款" });
      say("CMB1", day, "UNKNOWN_PAYER", row.amountFen);
    }
    for (let index = pick(1, 2); index > 0; index -= 1) {
      const short = bill();
      const missing = pick(101, 4_000);
      put(day, { amountFen: short.amountFen - missing, payer: "", account: "", remark: short.billNo.toLowerCase() });
      say("CMB1", day, "UNDERPAYMENT", missing);
    }
    // The second tenant owes nothing to the first company: all of it is too much.
    const over = put(day, { amountFen: amount(), payer: "租户二", account: "", remark: "房租" });
    say("CMB1", day, "OVERPAYMENT", over.amountFen);
    const elsewhere = bill("E2");
    put(day, { amountFen: elsewhere.amountFen, payer: "", account: "", remark: elsewhere.billNo });
    say("CMB1", day, "CROSS_ENTITY_PAYMENT", elsewhere.amountFen);
    // Booked by hand before the statement came: once as it is, once with a slip of the hand, once without any money.
    const hand = amount();
    const same = put(day, { amountFen: hand, payer: "租户二", account: "62T2", remark: "转账" });
    receipts.push({ channel: "bank", tenant: "T2", number: same.serial, amountFen: hand, day });
    const typed = amount();
    const slip = put(day, { amountFen: typed, payer: "租户二", account: "62T2", remark: "转账" });
    receipts.push({ channel: "bank", tenant: "T2", number: slip.serial, amountFen: typed - 900, day });
    say("CMB1", day, "AMOUNT_MISMATCH", 900);
    const imagined = amount();
    receipts.push({ channel: "bank", tenant: "T2", number: `NONE${day.slice(-2)}0001`, amountFen: imagined, day });
    say("CMB1", day, "CHANNEL_MISSING", imagined);
  }
  const taken = rows.get(first)?.[0];
  if (taken) {
    put(second, { ...taken, amountFen: -taken.amountFen, remark: "冲账" });
    say("CMB1", second, "REVERSED_LINE", taken.amountFen);
  }
  const trades = new Map<string, TradeRow[]>(DAYS.map((day) => [day, []]));
  let order = 0;
  const trade = (day: string, amountFen: number, more: Partial<TradeRow> = {}): TradeRow => {
    order += 1;
    const row: TradeRow = {
      time: `${day} 1${order % 10}:00:00`,
      transactionId: `42000${String(seed).padStart(4, "0")}${String(order).padStart(8, "0")}`,
      orderNo: `PLTEST${String(order).padStart(8, "0")}`,
      amount: yuan(amountFen),
      fee: yuan(Math.round((amountFen * 6) / 1_000)),
      ...more,
    };
    return row;
  };
  const keep = (day: string, row: TradeRow): number => trades.get(day)?.push(row) ?? 0;
  const book = (day: string, row: TradeRow, amountFen: number, undone?: true): number =>
    receipts.push({
      channel: "wechat",
      tenant: "T2",
      number: row.transactionId,
      amountFen,
      day,
      ...(undone ? { undone } : {}),
    });
  for (const day of [first, second]) {
    for (let index = pick(3, 6); index > 0; index -= 1) {
      const fen = amount();
      const row = trade(day, fen);
      keep(day, row);
      book(day, row, fen);
    }
    const extra = amount();
    keep(day, trade(day, extra));
    say("WX1", day, "LOCAL_MISSING", extra);
    const dropped = amount();
    book(day, trade(day, dropped), dropped);
    say("WX1", day, "CHANNEL_MISSING", dropped);
    const altered = amount();
    const wrong = trade(day, altered + 300);
    keep(day, wrong);
    book(day, wrong, altered);
    say("WX1", day, "AMOUNT_MISMATCH", 300);
    const dear = amount();
    const fee = Math.round((dear * 6) / 1_000);
    const costly = trade(day, dear, { fee: yuan(fee + 5) });
    keep(day, costly);
    book(day, costly, dear);
    say("WX1", day, "FEE_MISMATCH", 5);
    const foreign = amount();
    const refunded = trade(day, 0, { fee: yuan(-Math.round((foreign * 6) / 1_000)) });
    const refundNo = `RFTEST${refunded.transactionId}`;
    keep(day, { ...refunded, refund: { id: `503${refunded.transactionId}`, no: refundNo, amount: yuan(foreign) } });
    say("WX1", day, "REFUND_MISMATCH", foreign);
    const back = amount();
    const undone = trade(day, back);
    keep(day, undone);
    book(day, undone, back, true);
    say("WX1", day, "STATUS_MISMATCH", back);
  }
  const late = amount();
  const crossed = { ...trade(second, late), time: `${second} 00:00:02` };
  keep(second, crossed);
  book(first, crossed, late);
  say("WX1", first, "CUTOFF", late);

  // A copied row: there was one payment. The file contradicts itself, and the second row explains nothing.
  const copied = amount();
  const once = trade(second, copied);
  keep(second, once);
  keep(second, once);
  book(second, once, copied);
  say("WX1", second, "DUPLICATE_PAYMENT", copied);
  say("WX1", second, "STATEMENT_GAP", copied);

  // The third day does not begin where the second one ended: something in between was never sent.
  const third = DAYS[2] ?? "";
  const last = bill();
  put(third, { amountFen: last.amountFen, payer: "租户一", account: "62T1", remark: last.billNo });
  const hidden = amount();
  say("CMB1", third, "STATEMENT_GAP", hidden);

  let balance = 1_000_000;
  const bank = DAYS.map((day) => ({ day, text: bankFile(day, rows.get(day) ?? []) }));
  return {
    tenants,
    bills,
    receipts,
    bank,
    trade: DAYS.map((day) => ({ day, text: tradeBill(trades.get(day) ?? []) })),
    truth,
  };

  function bankFile(day: string, lines: readonly PlantedBankRow[]): string {
    if (day === third) balance += hidden;
    const body = lines.map((row, index) => {
      balance += row.amountFen;
      const time = `09:${String(index).padStart(2, "0")}:00`;
      const [debit, credit] = row.amountFen < 0 ? [yuan(-row.amountFen), ""] : ["", yuan(row.amountFen)];
      return [day, time, day, debit, credit, yuan(balance), row.payer, row.account, row.remark, row.serial].join(",");
    });
    const header = "记账日期,交易时间,起息日,借方金额,贷方金额,余额,对方户名,对方账号,附言,流水号";
    return `\uFEFF${[header, ...body].join("\r\n")}\r\n`;
  }
}
