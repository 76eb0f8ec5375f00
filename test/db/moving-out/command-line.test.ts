import { expect, it } from "vitest";
import type { CliContext, Command } from "../../../src/cli/command.ts";
import {
  moveOutCancelCommand,
  moveOutConsentCommand,
  moveOutForfeitCommand,
  moveOutNextCommand,
  moveOutNoticeCommand,
  moveOutRefundCommand,
  moveOutShowCommand,
} from "../../../src/cli/commands/move-out.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import { parseYuan } from "../../../src/domain/money/fen.ts";
import { parseCivilDate } from "../../../src/domain/time/civil-date.ts";
import { EARLY_END_SUBJECT } from "../../../src/usecases/moving-out/ask-early-end.ts";
import { FORFEIT_SUBJECT } from "../../../src/usecases/moving-out/forfeit-deposit.ts";
import { recordReceipt } from "../../../src/usecases/receipts/record-receipt.ts";
import { confirmBankPayout } from "../../../src/usecases/refunds/bank-payouts.ts";
import { movableClock } from "../../support/clock.ts";
import { withDatabase } from "../../support/database.ts";
import { accepted, at, expectBooksInOrder } from "../../support/ledger-world.ts";
import { ENCRYPTION, imported, issue, publish } from "../billing/park.ts";
import { readingRow } from "../billing/world.ts";
import { approve, contextOn, park } from "./moving-out-world.ts";

const database = withDatabase();

it("a lease is given back on the command line, from the notice to the closing", async () => {
  const { db } = database;
  const clock = movableClock("2026-02-05");
  const context = {
    db,
    clock,
    config: {
      publicUrl: "https://park.example.com",
      officialAccount: { appId: "oa-1" },
      fieldEncryptionKey: { reveal: () => Buffer.alloc(32, 7).toString("base64") },
      fieldEncryptionOldKeys: [],
    },
    encryption: ENCRYPTION,
  } as unknown as CliContext;
  const run = async (command: Command, options: Record<string, string> = {}, reference = "L1") => {
    const { text = [], exitCode = 0, json } = await command.run(context, [reference], options);
    return { text: text.join("\n"), exitCode, json };
  };
  const steward = { as: "S05" };

  await imported(db, park(), "2026-01-01");
  await issue(db, "2026-01");
  await publish(db, "2026-01");
  const rentAndDeposit = {
    tenantCode: "T1",
    entityCode: "E1",
    amountFen: parseYuan("4000.00"),
    valueDate: parseCivilDate("2026-01-05"),
    channel: "bank",
    accountCode: "CMB1",
  } as const;
  accepted(await recordReceipt(db, rentAndDeposit, at("2026-01-05")));
  await issue(db, "2026-02");
  await publish(db, "2026-02");

  expect(await run(moveOutShowCommand, {}, "L9")).toMatchObject({
    exitCode: 1,
    json: { errors: [{ code: "MOVE_OUT_UNKNOWN" }] },
  });
  expect(await run(moveOutNoticeCommand, { ...steward, date: "2027-01-01" })).toMatchObject({ exitCode: 1 });
  // A notice may be taken back as long as nothing is billed for it.
  expect((await run(moveOutNoticeCommand, { ...steward, date: "2026-02-28" })).text).toContain("TZ-202602-00001");
  expect((await run(moveOutCancelCommand, steward)).text).toContain("已取消退租");
  const noticed = await run(moveOutNoticeCommand, { ...steward, date: "2026-02-20", reason: "公司搬迁" });
  expect(noticed).toMatchObject({
    exitCode: 0,
    json: { number: "TZ-202602-00002", lease: "L1", lastDay: "2026-02-20" },
  });

  expect((await run(moveOutNextCommand, steward)).text).toContain("已完成：退租登记");
  expect(await approve(db, EARLY_END_SUBJECT, "2026-02-06", ["S02"])).toBe("approved");
  clock.moveTo("2026-02-21");
  expect((await run(moveOutNextCommand, steward)).text).toContain("现在没有可以直接办理的步骤");
  await imported(db, park({ readings: [readingRow("W1", "2026-02-20", "125")] }), "2026-02-21");
  expect((await run(moveOutNextCommand, steward)).text).toContain("已完成：结算账单、结算单");

  // ¥500.00 for a broken door are kept: the sheet is another one then.
  expect((await run(moveOutForfeitCommand, { ...steward, amount: "500.00", reason: "入户门损坏" })).text).toContain(
    "已发起审批",
  );
  expect(await approve(db, FORFEIT_SUBJECT, "2026-02-21", ["S02"])).toBe("approved");
  expect((await run(moveOutNextCommand, steward)).text).toContain("已完成：结算单");
  // 714.29 rent + 3.21 fee + 30.00 water + 0.14 fee + 45.00 water of February; 3,000.00 − 500.00 are held.
  expect((await run(moveOutShowCommand, {}, "TZ-202602-00002")).json).toMatchObject({
    sheetVersion: 2,
    consent: "asked",
    owedFen: 79_264,
    depositFen: 250_000,
    forfeitedFen: 50_000,
    bills: [expect.stringMatching(/^DG-202602-/)],
    parked: [],
  });

  expect((await run(moveOutConsentCommand, steward)).text).toContain("还要租户的收款账户");
  const account = { payee: "租户T1", bank: "招商银行东莞分行", account: "6225880212345678" };
  const refunded = await run(moveOutRefundCommand, { ...steward, ...account });
  expect(refunded.text).toContain("已发起退款 TK-");
  const { refunds } = refunded.json as { refunds: readonly { refundNo: string; amountFen: number }[] };
  // 2,500.00 − 792.64.
  expect(refunds).toMatchObject([{ amountFen: 170_736 }]);
  expect(await approve(db, "refund", "2026-02-21", ["S02"])).toBe("approved");
  const paid = { refundNo: refunds[0]?.refundNo ?? "", bankReference: "CMB-1", paidOn: parseCivilDate("2026-02-22") };
  clock.moveTo("2026-02-22");
  expect(await inTransaction(db, (tx) => confirmBankPayout(tx, paid, contextOn("2026-02-22")))).toMatchObject({
    ok: true,
  });
  expect((await run(moveOutNextCommand, steward)).text).toContain("已完成：结案");
  expect((await run(moveOutShowCommand)).json).toMatchObject({ state: "closed", owedFen: 0, depositFen: 0 });
  await expectBooksInOrder(db);
});
