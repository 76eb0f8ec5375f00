import { expect, it } from "vitest";
import { BankAccount } from "../../../playground/bank/bank.ts";
import { statementOf } from "../../../src/compose/statement-files.ts";
import { FileProof } from "../../../src/domain/reconciliation/file-proof.ts";

it.each(["cmb", "icbc"] as const)(
  "the pretend bank's %s statement says what is true, and a lost row is noticed",
  async (style) => {
    const account = new BankAccount("755900000000001", "某某园区", 1_000_000);
    const payer = { time: "09:30:00", payerName: "甲, 乙公司", payerAccount: "6225880012345678" };
    account.book({ ...payer, date: "2026-09-01", fen: 123_450, remark: "八月" });
    account.book({ ...payer, date: "2026-09-02", fen: 50_000, remark: "DG-202609-00001" });
    account.book({ ...payer, date: "2026-09-02", fen: -1_000, remark: "手续费" });
    account.book({ ...payer, date: "2026-09-02", fen: 70_000, remark: "九月" });
    const read = async (bytes: Uint8Array) => {
      const proof = new FileProof(true);
      for await (const event of (await statementOf("s.csv", bytes, { source: "bank" })).events()) {
        if (event.type === "line") proof.add(event.line);
        else if (event.type === "end") return { layout: event.layout, ...proof.result(event.declared) };
        else throw new Error(JSON.stringify(event));
      }
      throw new Error("no end");
    };
    const day = await read(account.statement("2026-09-02", "2026-09-02", style));
    expect(day.layout).toBe(style);
    // 10,000.00 + 1,234.50 = 11,234.50; then +500.00 −10.00 +700.00.
    expect(day.totals).toMatchObject({
      lines: 3,
      inFen: 120_000n,
      outFen: 1_000n,
      openingFen: 1_123_450n,
      closingFen: 1_242_450n,
    });
    expect(day.gaps).toEqual([]);
    expect(account.balanceOn("2026-09-02")).toBe(1_242_450);
    const without = await read(account.statement("2026-09-02", "2026-09-02", style, (rows) => rows.toSpliced(1, 1)));
    expect(without.gaps[0]).toMatchObject({ date: "2026-09-02", amountFen: -1_000n });
  },
);
