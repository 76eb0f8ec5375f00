import { expect, it } from "vitest";
import type { CliContext } from "../../../src/cli/command.ts";
import {
  dunningHoldCommand,
  dunningPreferCommand,
  dunningPreviewCommand,
  dunningRunCommand,
  dunningUnreachedCommand,
} from "../../../src/cli/commands/dunning.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import { ladderInForce } from "../../../src/usecases/dunning/ladder-store.ts";
import { askChange } from "../../../src/usecases/master-data-changes/ask-change.ts";
import {
  APPROVAL_ENCRYPTION,
  approvalWorld,
  contextAt,
  decides,
  importApprovalWorld,
  personOf,
} from "../../support/approval-world.ts";
import { movableClock } from "../../support/clock.ts";
import { createTestDatabase } from "../../support/database.ts";
import { writeBill } from "../../support/published-bill.ts";
import { DUNNING_ENCRYPTION, importDunningPark } from "./dunning-world.ts";

const LADDER = [
  { offsetDays: 5, action: "steward-task" },
  { offsetDays: 2, action: "notice" },
];

it("the world file's ladder is a version of its own, in ladder order; the same file again changes nothing", async () => {
  const { db, close } = await createTestDatabase();
  try {
    await importDunningPark(db, "2026-09-01", { dunning: LADDER });
    const stored = {
      version: 2,
      source: "import",
      steps: [
        { offsetDays: 2, action: "notice" },
        { offsetDays: 5, action: "steward-task" },
      ],
    };
    expect(await inTransaction(db, ladderInForce)).toEqual(stored);
    await importDunningPark(db, "2026-09-01", { dunning: LADDER });
    await importDunningPark(db, "2026-09-01");
    expect(await inTransaction(db, ladderInForce)).toEqual(stored);
  } finally {
    await close();
  }
});

it("changes by approval and not before it, and an import does not take that back", async () => {
  const { db, close } = await createTestDatabase();
  try {
    await importApprovalWorld(db, approvalWorld());
    const file = { policies: { dunning: LADDER } };
    const requestedBy = await personOf(db, "钱管理");
    const asked = await inTransaction(db, (tx) =>
      askChange(tx, { type: "policy", file, reason: "少打扰", requestedBy }, contextAt("2026-03-01"), (plain) =>
        APPROVAL_ENCRYPTION.encrypt(plain),
      ),
    );
    if (!asked.ok) throw new Error(asked.message.en);
    expect(asked.request.facts).toEqual([{ label: "催缴阶梯", value: "5天 管家上门 → 2天 通知" }]);
    expect((await inTransaction(db, ladderInForce)).version).toBe(1);
    let last = asked.request;
    for (const name of ["周财务", "赵总"]) {
      const decided = await decides(db, name, last);
      if (!decided.ok) throw new Error(decided.message.en);
      last = decided.request;
    }
    expect(last.state).toBe("approved");
    expect(await inTransaction(db, ladderInForce)).toMatchObject({ version: 2, source: "approval" });
    const other = { ...approvalWorld(), policies: { approval: [], dunning: [{ offsetDays: 1, action: "notice" }] } };
    expect(await importApprovalWorld(db, other, "2026-03-01")).toEqual(["POLICY_BY_APPROVAL"]);
    expect((await inTransaction(db, ladderInForce)).version).toBe(2);
  } finally {
    await close();
  }
});

it("on the command line: preview, run, hold, prefer, unreached", async () => {
  const { db, close } = await createTestDatabase();
  try {
    await importDunningPark(db, "2026-09-01");
    await writeBill(db, {
      billNo: "DG-202609-00001",
      lease: "L003",
      dueDate: "2026-09-10",
      lines: { rent: "1000.00" },
    });
    const clock = movableClock("2026-09-10T10:00:00+08:00");
    const config = {
      publicUrl: "https://park.example.com",
      officialAccount: { appId: "wx" },
      sms: undefined,
      mail: undefined,
      fieldEncryptionKey: { reveal: () => Buffer.alloc(32, 9).toString("base64") },
      fieldEncryptionOldKeys: [],
    };
    const context = {
      db,
      clock,
      config,
      encryption: DUNNING_ENCRYPTION,
    } as unknown as CliContext;
    const preview = await dunningPreviewCommand.run(context, [], {});
    expect(preview.text).toEqual([
      "2026年9月11日 催缴 1 户（阶梯第1版）",
      "  T002 二号贸易 逾期提醒 ¥1,000.00 到期2026年9月10日 公众号",
    ]);
    clock.moveTo("2026-09-11");
    const held = { until: "2026-09-15", reason: "正在协商", as: "S01" };
    expect((await dunningHoldCommand.run(context, ["T002"], held)).text).toEqual(["T002 暂停催缴到2026年9月15日"]);
    expect((await dunningRunCommand.run(context, [], {})).json).toMatchObject({ said: 0, paused: { held: 1 } });
    await dunningHoldCommand.run(context, ["T002"], { lift: true, as: "S01" });
    await dunningPreferCommand.run(context, ["T002"], { ways: "sms", as: "S01" });
    // SMS is off here, so there is no way to them.
    expect((await dunningRunCommand.run(context, [], {})).json).toMatchObject({ said: 1, unreached: 1 });
    expect((await dunningUnreachedCommand.run(context, [], {})).text).toEqual([
      "T002 二号贸易 2026年9月11日 逾期提醒 ¥1,000.00 没有任何联系方式",
    ]);
    expect(await dunningHoldCommand.run(context, ["T999"], held)).toMatchObject({ exitCode: 1 });
  } finally {
    await close();
  }
});
