import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startTencentSms, type TencentSms } from "../../../playground/sms/tencent.ts";
import { createTencentSmsSender } from "../../../src/sms/tencent/send.ts";
import { signTc3 } from "../../../src/sms/tencent/signature.ts";

const PHONE = "13800138000";
const message = {
  phone: PHONE,
  template: "dunning",
  parameters: { code: "aB3dE6gH9jK2", amount: "1000.00", dueDate: "2026年9月10日" },
  dedupeKey: "dunning|1|1",
} as const;

let sms: TencentSms;
let nowMs = Date.now();
beforeEach(async () => {
  nowMs = Date.now();
  sms = await startTencentSms(
    {
      secretId: "AKIDpark",
      secretKey: "park-secret",
      sdkAppId: "1400006666",
      signNames: ["园账通"],
      templates: [{ id: "1110", content: "您有账单未付，共{1}元，到期日{2}，付款 https://park.example.com/s/{3}" }],
    },
    { nowMs: () => nowMs, wireNowMs: Date.now },
  );
});
afterEach(() => sms.close());

const sender = (changed: { secretKey?: string; secretId?: string; sdkAppId?: string; skewMs?: number } = {}) =>
  createTencentSmsSender(
    {
      secretId: changed.secretId ?? "AKIDpark",
      secretKey: changed.secretKey ?? "park-secret",
      sdkAppId: changed.sdkAppId ?? "1400006666",
      signName: "园账通",
      templateIds: { "bind-code": "1108", "bill-notice": "1109", dunning: "1110" },
      apiBase: sms.url,
      region: "ap-guangzhou",
      timeoutMs: 250,
    },
    { nowMs: () => Date.now() + (changed.skewMs ?? 0) },
  );

describe("TC3-HMAC-SHA256", () => {
  it("signs as the provider's documentation does", () => {
    // cloud.tencent.com/document/api/213/30654: DescribeInstances with masked keys, which are the keys of the example.
    const authorization = signTc3(
      {
        service: "cvm",
        host: "cvm.tencentcloudapi.com",
        action: "DescribeInstances",
        contentType: "application/json; charset=utf-8",
        body: '{"Limit": 1, "Filters": [{"Values": ["\\u672a\\u547d\\u540d"], "Name": "instance-name"}]}',
        timestamp: 1_551_113_065,
      },
      "AKID********************************",
      "********************************",
    );
    expect(authorization).toBe(
      "TC3-HMAC-SHA256 Credential=AKID********************************/2019-02-25/cvm/tc3_request, SignedHeaders=content-type;host;x-tc-action, Signature=10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f",
    );
  });
});

it("the provider verifies our signature and the phone shows the text, variables in their order", async () => {
  const outcome = await sender().send(message);
  expect(sms.inbox(PHONE).map(({ text }) => text)).toEqual([
    "【园账通】您有账单未付，共1000.00元，到期日2026年9月10日，付款 https://park.example.com/s/aB3dE6gH9jK2",
  ]);
  expect(outcome).toEqual({ state: "accepted", channel: "sms", vendorId: sms.inbox(PHONE)[0]?.serialNo });
});

it("another key or a wrong clock is our trouble: try again later", async () => {
  expect(await sender({ secretKey: "wrong" }).send(message)).toMatchObject({
    state: "later",
    code: "AuthFailure.SignatureFailure",
  });
  expect(await sender({ secretId: "AKIDother" }).send(message)).toMatchObject({ state: "later" });
  expect(await sender({ skewMs: 3_600_000 }).send(message)).toMatchObject({ code: "AuthFailure.SignatureExpire" });
  expect(sms.inbox(PHONE)).toEqual([]);
});

it("what the console does not have is refused; a repeat within thirty seconds waits", async () => {
  expect(await sender().send({ ...message, template: "bill-notice" })).toMatchObject({ state: "refused" });
  expect(await sender({ sdkAppId: "1" }).send(message)).toMatchObject({ state: "refused" });
  expect(await sender().send({ ...message, phone: "123" })).toMatchObject({ state: "refused", recipientGone: true });
  await sender().send(message);
  expect(await sender().send(message)).toMatchObject({
    state: "later",
    code: "LimitExceeded.PhoneNumberThirtySecondLimit",
  });
  nowMs += 31_000;
  expect(await sender().send(message)).toMatchObject({ state: "accepted" });
});

it("when the answer is lost, we do not claim to know", async () => {
  sms.faults.arm("POST", /^\/$/, { kind: "drop-after" });
  expect(await sender().send(message)).toMatchObject({ state: "unknown" });
  expect(sms.inbox(PHONE)).toHaveLength(1);
  await sms.close();
  expect(await sender().send(message)).toMatchObject({ state: "later", code: "UNREACHABLE" });
});

it("what may have arrived is not said again: this provider takes one request as often as it comes", async () => {
  const request = { madeAtMs: nowMs - 60_000, isRepeat: true };
  expect(await sender().send({ ...message, request })).toMatchObject({ state: "unknown" });
  expect(sms.inbox(PHONE)).toEqual([]);
});
