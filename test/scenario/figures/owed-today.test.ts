import { describe, expect, it } from "vitest";
import { answer } from "../../../bot/router.ts";
import { renderPassiveText } from "../../../cards/render/official-account.ts";
import type { CliContext } from "../../../src/cli/command.ts";
import { billShowCommand } from "../../../src/cli/commands/bill.ts";
import { lateFeeCommand } from "../../../src/cli/commands/late-fee.ts";
import { createBotServices, understandByRules } from "../../../src/compose/bot-services.ts";
import { createFieldEncryption } from "../../../src/db/field-encryption.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import { formatYuan, parseYuan } from "../../../src/domain/money/fen.ts";
import { openDispute } from "../../../src/usecases/disputes/dispute-line.ts";
import { findBillLine } from "../../../src/usecases/queries/bill-line.ts";
import { recordReceipt } from "../../../src/usecases/receipts/record-receipt.ts";
import { APP_ID, openPaymentWorld, type PaymentWorld } from "../../db/payments/payment-world.ts";

/*
 * What is owed today is one figure: the command line, the chat and the cashier page say the same, day after day, through
 * part payments and disputes (money-rules 7: "Chat, cashier, PDF and QR show that figure").
 */

const BILL = "DG-OPEN-202608-00001";
const OWNER = "oDemoOpenId201";

async function figures(world: PaymentWorld) {
  const cli = { db: world.db, clock: world.clock } as unknown as CliContext;
  const shown = (await billShowCommand.run(cli, [BILL], {})).json as { owedFen: number; lateFeeFen: number };
  const chat = await inTransaction(world.db, async (tx) => {
    const event = {
      platform: "official-account",
      appId: APP_ID,
      externalKey: "message:1",
      senderId: OWNER,
      conversationId: OWNER,
      receiverId: "gh_1",
      sentAtMs: world.clock.nowMs(),
      kind: "text",
      text: `查账单 ${BILL}`,
    } as const;
    const services = createBotServices(tx, event, {
      clock: world.clock,
      encryption: createFieldEncryption([Buffer.alloc(32, 7)]),
      understand: understandByRules,
      cashierLink: () => ({ url: "https://park.example.com/h5/pay", expiresAtMs: 0 }),
      sceneKeys: [],
      privacyUrl: "https://park.example.com/h5/privacy",
      photoLink: (photoId) => `https://park.example.com/h5/photo?t=${photoId}`,
      prepayLink: async () => undefined,
    });
    const { today, nowMs } = { today: world.clock.today(), nowMs: world.clock.nowMs() };
    return answer({ event, memory: {}, services, today, nowMs }, understandByRules);
  });
  const page = await fetch(world.linkTo(await world.selectionOf("T002", "E1")));
  return {
    owedFen: BigInt(shown.owedFen),
    chat: chat.replies.map(renderPassiveText).join("\n"),
    cashier: await page.text(),
  };
}

describe("the figure owed today", () => {
  it("is the same in command line, chat and cashier, day after day", async () => {
    const world = await openPaymentWorld();
    const seen = new Set<bigint>();
    const expectOneFigure = async () => {
      const { owedFen, chat, cashier } = await figures(world);
      expect(chat).toContain(`应付合计：${formatYuan(owedFen)}`);
      expect(cashier).toContain(formatYuan(owedFen));
      seen.add(owedFen);
      return owedFen;
    };
    // 677250 fen from 2026-08-15 on: 21 days through 09-04 = 7111.125 → 7111
    expect(await expectOneFigure()).toBe(677_250n + 7_111n);
    world.clock.moveTo("2026-09-10");
    // 26 days through 09-09 = 8804.25 → 8804
    expect(await expectOneFigure()).toBe(677_250n + 8_804n);

    const context = { today: world.clock.today(), actor: "staff:S01", channel: "test" };
    const command = { channel: "bank", tenantCode: "T002", entityCode: "E1", valueDate: world.clock.today() } as const;
    const paid = await recordReceipt(world.db, { ...command, amountFen: parseYuan("2088.04") }, context);
    expect(paid.ok).toBe(true);
    // The fee of 88.04 is paid, 2,000.00 of the principal: 477250 open
    expect(await expectOneFigure()).toBe(477_250n);
    world.clock.moveTo("2026-09-20");
    // 10 more days on 477250: all 36 days are 8804.25 + 2386.25 = 11190.5 → 11191, of which 8804 are paid
    expect(await expectOneFigure()).toBe(477_250n + 2_387n);

    const lineId = await findBillLine(world.db, BILL, "rent");
    await openDispute(
      world.db,
      { lineId: lineId ?? "", from: world.clock.today(), reason: "面积有疑问" },
      { ...context, today: world.clock.today() },
    );
    world.clock.moveTo("2026-09-30");
    // Disputed days earn nothing, the day of the dispute included
    expect(await expectOneFigure()).toBe(477_250n + 2_387n);
    expect(seen.size).toBe(4);

    const fee = (await lateFeeCommand.run({ db: world.db, clock: world.clock } as unknown as CliContext, [BILL], {
      "as-of": "2026-09-29",
    })) as { json: { lines: { days: number; amountFen: bigint }[] } };
    expect(fee.json.lines).toEqual([{ charge: "rent", days: 36, amountFen: 11_191n }]);
  });
});
