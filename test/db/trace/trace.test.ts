import { beforeAll, describe, expect, it } from "vitest";
import { newId } from "../../../src/db/ids.ts";
import { parseCivilDate } from "../../../src/domain/time/civil-date.ts";
import { recordReceipt } from "../../../src/usecases/receipts/record-receipt.ts";
import { undoReceipt } from "../../../src/usecases/receipts/undo-receipt.ts";
import { type TraceEntry, traceSubject } from "../../../src/usecases/trace/trace.ts";
import { withDatabase } from "../../support/database.ts";
import { insertBill, insertEstate, insertLine, insertRow } from "../../support/rows.ts";

const database = withDatabase();
const OPENID = "oAbcdefghijklmnopqrstuvwxyz1";
const EXTERNAL_KEY = "24012345678901234";
const TODAY = parseCivilDate("2026-08-05");
const inboxId = newId();
let receiptNo = "";

/** A tenant asks to pay, makes an order on the cashier's page, pays 109.00 by WeChat and is told so. */
beforeAll(async () => {
  const { db } = database;
  const estate = await insertEstate(db, "X");
  const { billId } = await insertBill(db, estate, {
    bill_no: "PX-202608-00001",
    total_fen: 10_900n,
    issued_at: "2020-08-01T01:00:00Z",
  });
  const lineId = await insertLine(db, estate, billId);
  await insertRow(db, "receivable", {
    line_id: lineId,
    bill_id: billId,
    entity_id: estate.entityId,
    tenant_id: estate.tenantId,
    lease_id: estate.leaseId,
    principal_fen: 10_900n,
    open_fen: 10_900n,
  });
  const personId = newId();
  await insertRow(db, "person", { id: personId, name: "王小明" });
  await insertRow(db, "channel_identity", {
    id: newId(),
    person_id: personId,
    platform: "official-account",
    app_id: "wx1",
    external_id: OPENID,
  });
  await insertRow(db, "conversation", { key: `official-account|wx1|${OPENID}` });
  await insertRow(db, "inbox_event", {
    id: inboxId,
    platform: "official-account",
    app_id: "wx1",
    external_key: EXTERNAL_KEY,
    conversation_key: `official-account|wx1|${OPENID}`,
    sequence: 1,
    event: { kind: "text", text: "我要付款，电话13812345678", senderId: OPENID },
    state: "handled",
    received_at: "2020-08-05T02:00:00Z",
    handled_at: "2020-08-05T02:00:01Z",
  });
  const outboxId = newId();
  await insertRow(db, "outbox", {
    id: outboxId,
    stream_key: "s",
    stream_seq: 1,
    dedupe_key: `reply|${inboxId}|0`,
    channel: "official-account",
    app_id: "wx1",
    recipient: OPENID,
    occasion: "reply",
    message: {},
    inbox_event_id: inboxId,
    state: "sent",
    attempts: 1,
    created_at: "2020-08-05T02:00:01Z",
  });
  await insertRow(db, "delivery", {
    id: newId(),
    outbox_id: outboxId,
    attempt: 1,
    recipient: OPENID,
    via: "passive",
    vendor_id: "msg-77",
    state: "accepted",
    recorded_at: "2020-08-05T02:00:02Z",
  });
  await insertRow(db, "merchant_account", {
    id: newId(),
    entity_id: estate.entityId,
    code: "WXX",
    channel: "wechat",
    mch_id: "1900000001",
  });
  const merchant = await db.merchantAccount.findUniqueOrThrow({ where: { code: "WXX" } });
  const orderId = newId();
  await insertRow(db, "payment_order", {
    id: orderId,
    entity_id: estate.entityId,
    tenant_id: estate.tenantId,
    merchant_account_id: merchant.id,
    out_trade_no: "PLX0001",
    purpose: "bills",
    amount_fen: 10_900n,
    frozen_as_of: "2026-08-05",
    expires_at: "2020-08-05T04:00:00Z",
    state: "PAID",
    method: "jsapi",
    created_by: `person:${personId}`,
    created_at: "2020-08-05T02:03:00Z",
  });
  await insertRow(db, "payment_order_line", {
    order_id: orderId,
    line_id: lineId,
    component: "principal",
    amount_fen: 10_900n,
    active: false,
  });
  await insertRow(db, "vendor_call", {
    id: newId(),
    vendor: "wechat-pay",
    operation: "create",
    subject_kind: "payment-order",
    subject_id: orderId,
    attempt: 1,
    state: "OK",
    started_at: "2020-08-05T02:03:01Z",
    finished_at: "2020-08-05T02:03:02Z",
  });
  const receipt = await recordReceipt(
    db,
    {
      channel: "wechat",
      accountCode: "WXX",
      channelNo: "4200001",
      tenantCode: "TX",
      amountFen: 10_900n,
      valueDate: TODAY,
      paymentOrderId: orderId,
    },
    {
      actor: "channel:wechat",
      channel: "wechat-pay",
      today: TODAY,
      messagesOf: (made) => [
        {
          channel: "official-account",
          appId: "wx1",
          recipient: OPENID,
          personId,
          occasion: "notice",
          dedupeKey: `receipt|${made.receiptId}|${personId}`,
          message: { title: "收据" } as never,
        },
      ],
    },
  );
  if (!receipt.ok) throw new Error(receipt.message.en);
  receiptNo = receipt.receiptNo ?? "";
});

const traced = async (key: string): Promise<readonly TraceEntry[]> =>
  (await traceSubject(database.db, key))?.timeline ?? [];
const kindsOf = (timeline: readonly TraceEntry[]) => timeline.map(({ what }) => what);

describe("a trace", () => {
  it("follows a message to the ledger, in order of time", async () => {
    const timeline = await traced(EXTERNAL_KEY);
    expect(kindsOf(timeline)).toEqual([
      "bill",
      "inbox",
      "outbox",
      "delivery",
      "order",
      "vendor-call",
      "receipt",
      "allocation",
      "ledger",
      "audit",
      "outbox",
    ]);
    expect([...timeline].map(({ at }) => at).sort()).toEqual(timeline.map(({ at }) => at));
    expect(timeline.find(({ what }) => what === "ledger")).toMatchObject({
      subject: "receipt.recorded",
      detail: "1012.01 → 1122 ¥109.00 in 2026-08",
    });
    expect(timeline.find(({ what }) => what === "allocation")).toMatchObject({
      subject: "PX-202608-00001",
      detail: "¥109.00 rent principal from receipt, value date 2026-08-05, order",
    });
  });

  it("begins at any of the message's ids, and at the vendor's id of an answer", async () => {
    const whole = await traced(EXTERNAL_KEY);
    const answer = whole.find(({ what }) => what === "outbox")?.subject ?? "";
    for (const key of [inboxId, answer, "msg-77"]) expect(await traced(key)).toEqual(whole);
  });

  it.each([
    ["a bill", () => "PX-202608-00001", "bill"],
    ["an order", () => "PLX0001", "order"],
    ["a receipt", () => receiptNo, "receipt"],
  ])("of %s holds order, call, receipt, allocation and ledger", async (_name, key, kind) => {
    const trace = await traceSubject(database.db, key());
    expect(trace?.kind).toBe(kind);
    expect(kindsOf(trace?.timeline ?? [])).toEqual([
      "bill",
      "order",
      "vendor-call",
      "receipt",
      "allocation",
      "ledger",
      "audit",
      "outbox",
    ]);
  });

  it("holds no openid, phone number or name", async () => {
    const text = JSON.stringify(await traced(EXTERNAL_KEY));
    for (const personal of [OPENID, "13812345678", "王小明"]) expect(text).not.toContain(personal);
    expect(text).toContain("我要付款，电话***");
  });

  it("of nothing is undefined", async () => {
    expect(await traceSubject(database.db, "nothing")).toBeUndefined();
  });

  it("shows what was taken back", async () => {
    await undoReceipt(database.db, { receiptNo }, { actor: "staff:S01", channel: "cli", today: TODAY });
    const timeline = await traced(receiptNo);
    expect(timeline.filter(({ what }) => what === "counter-entry")).toMatchObject([
      { detail: "-¥109.00 rent principal, undo as of 2026-08-05" },
    ]);
    expect(timeline.filter(({ what }) => what === "ledger").map(({ subject }) => subject)).toEqual([
      "receipt.recorded",
      "receipt.undone",
    ]);
  });
});
