import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CardAction, decodeAction, encodeAction } from "../../../cards/action.ts";
import { actionPhrase } from "../../../cards/text.zh-CN.ts";

const ACTIONS: readonly (readonly [CardAction, string])[] = [
  [{ type: "bill.show", billNo: "DG-202609-00001" }, "1:bill.show:DG-202609-00001"],
  [{ type: "bill.list" }, "1:bill.list"],
  [{ type: "bill.explain", billNo: "DG-202609-00001", position: 12 }, "1:bill.explain:DG-202609-00001:12"],
  [{ type: "pay", billNo: "DG-202609-00001" }, "1:pay:DG-202609-00001"],
  [{ type: "pay.all" }, "1:pay.all"],
  [{ type: "bind.start" }, "1:bind.start"],
  [{ type: "help" }, "1:help"],
  [{ type: "wish", intent: "invoice.query" }, "1:wish:invoice.query"],
  [{ type: "handoff" }, "1:handoff"],
  [
    { type: "approval.decide", number: "SP-202609-00001", version: 12, decision: "reject" },
    "1:approval.decide:SP-202609-00001:12:reject",
  ],
  [{ type: "approval.show", number: "SP-202609-00001" }, "1:approval.show:SP-202609-00001"],
  [{ type: "approval.cancel", number: "SP-202609-00001" }, "1:approval.cancel:SP-202609-00001"],
  [{ type: "approval.list" }, "1:approval.list"],
  [{ type: "delegation.revoke", id: "0198-a" }, "1:delegation.revoke:0198-a"],
  [{ type: "refund.lift", refundNo: "TK-E1-2026-000001" }, "1:refund.lift:TK-E1-2026-000001"],
  [{ type: "invoice.retry", orderNo: "FP-202609-00001-1" }, "1:invoice.retry:FP-202609-00001-1"],
  [{ type: "invoice.by-hand", orderNo: "HZ-202609-00001" }, "1:invoice.by-hand:HZ-202609-00001"],
  [{ type: "receipt.pdf", receiptNo: "SJ-E1-2026-000001" }, "1:receipt.pdf:SJ-E1-2026-000001"],
  [{ type: "move-out.show", number: "TZ-202610-00001" }, "1:move-out.show:TZ-202610-00001"],
  [{ type: "move-out.confirm", number: "TZ-202610-00001", version: 2 }, "1:move-out.confirm:TZ-202610-00001:2"],
  [{ type: "move-out.object", number: "TZ-202610-00001", version: 2 }, "1:move-out.object:TZ-202610-00001:2"],
  [{ type: "move-out.continue", number: "TZ-202610-00001" }, "1:move-out.continue:TZ-202610-00001"],
  [{ type: "bill.dispute", billNo: "DG-202609-00001" }, "1:bill.dispute:DG-202609-00001"],
  [{ type: "line.dispute", billNo: "DG-202609-00001", position: 1 }, "1:line.dispute:DG-202609-00001:1"],
  [{ type: "task.show", number: "RW2026-00001" }, "1:task.show:RW2026-00001"],
  [{ type: "task.result", number: "RW2026-00001", result: "promised" }, "1:task.result:RW2026-00001:promised"],
  [{ type: "task.collect", number: "RW2026-00001" }, "1:task.collect:RW2026-00001"],
];

describe("the text of a button", () => {
  it.each(ACTIONS)("%o is written %s and read back", (action, text) => {
    expect(encodeAction(action)).toBe(text);
    expect(decodeAction(text)).toEqual(action);
    expect(text.length).toBeLessThanOrEqual(64);
  });

  it("carries any number that fits, and refuses to cut one that does not", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 10 }), (billNo) => {
        const action: CardAction = { type: "pay", billNo };
        expect(decodeAction(encodeAction(action))).toEqual(action);
      }),
    );
    expect(() => encodeAction({ type: "pay", billNo: "9".repeat(130) })).toThrow(RangeError);
  });

  it.each([
    ["nothing", ""],
    ["words", "查账单"],
    ["another version", "2:help"],
    ["an unknown type", "1:refund:R1"],
    ["a missing number", "1:pay"],
    ["an empty number", "1:pay:"],
    ["one value too many", "1:help:x"],
    ["a place that is no number", "1:bill.explain:DG-1:x"],
    ["a place written otherwise", "1:bill.explain:DG-1:01"],
    ["two values for one", "1:pay:A:B"],
    ["a decision without a version", "1:approval.decide:SP-1:approve"],
    ["a version before the first", "1:approval.decide:SP-1:0:approve"],
    ["a decision that nobody can take", "1:approval.decide:SP-1:1:pay"],
    ["broken percent encoding", "1:pay:%E4%"],
    ["a number that is written otherwise than we write it", "1:pay:%41"],
    ["an unencoded number that would grow beyond the limit", `1:pay:${"账".repeat(60)}`],
    ["a name of the prototype", "1:constructor"],
    ["a wish that does not exist", "1:wish:ledger.delete"],
    ["a wish of the prototype", "1:wish:constructor"],
    ["something too long", `1:pay:${"9".repeat(200)}`],
  ])("%s is no action", (_name, text) => {
    expect(decodeAction(text)).toBeNull();
  });

  it("never throws, whatever a platform hands over", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 150 }), (text) => {
        const action = decodeAction(text);
        if (action !== null) expect(encodeAction(action)).toBe(text);
      }),
    );
  });

  it("has words for every action, for where there are no buttons", () => {
    expect(ACTIONS.map(([action]) => actionPhrase(action))).toEqual([
      "查账单 DG-202609-00001",
      "查账单",
      "账单 DG-202609-00001 第13笔怎么算的",
      "缴费 DG-202609-00001",
      "缴费",
      "绑定",
      "帮助",
      "查发票",
      "转人工",
      "驳回 SP-202609-00001",
      "查 SP-202609-00001",
      "撤回 SP-202609-00001",
      "待审批",
      "收回委托 0198-a",
      "解除暂扣 TK-E1-2026-000001",
      "重试 FP-202609-00001-1",
      "转手工 HZ-202609-00001",
      "收据PDF SJ-E1-2026-000001",
      "退租进度 TZ-202610-00001",
      "确认结算单 TZ-202610-00001",
      "结算单有异议 TZ-202610-00001",
      "继续退租 TZ-202610-00001",
      "账单 DG-202609-00001 有异议",
      "账单 DG-202609-00001 第2笔有异议",
      "任务 RW2026-00001",
      "任务 RW2026-00001 承诺付款",
      "收款码 RW2026-00001",
    ]);
  });
});
