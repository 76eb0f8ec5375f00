import { afterEach, beforeEach, expect, it } from "vitest";
import { type Sms, startSms } from "../../../playground/sms/sms.ts";
import { createAliyunSmsSender } from "../../../src/sms/aliyun/send.ts";

const PHONE = "13800138000";
const message = { phone: PHONE, template: "bind-code", parameters: { code: "483920" }, dedupeKey: "bind:1" } as const;

let sms: Sms;
beforeEach(async () => {
  sms = await startSms(
    {
      accessKeyId: "testId",
      accessKeySecret: "testSecret",
      signNames: ["园账通"],
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the provider's own notation of a variable
      templates: [{ code: "SMS_1", content: "您的验证码是${code}", kind: "verification" }],
    },
    { nowMs: Date.now, wireNowMs: Date.now },
  );
});
afterEach(() => sms.close());

const sender = (accessKeySecret = "testSecret", skewMs = 0) =>
  createAliyunSmsSender(
    {
      accessKeyId: "testId",
      accessKeySecret,
      signName: "园账通",
      templateCodes: { "bind-code": "SMS_1", "bill-notice": "SMS_2", dunning: "SMS_3" },
      apiBase: sms.url,
      timeoutMs: 250,
    },
    { nowMs: () => Date.now() + skewMs },
  );

it("the provider verifies our signature and the phone shows the text", async () => {
  const outcome = await sender().send(message);
  expect(sms.inbox(PHONE)).toMatchObject([{ text: "【园账通】您的验证码是483920" }]);
  expect(outcome).toEqual({ state: "accepted", channel: "sms", vendorId: sms.inbox(PHONE)[0]?.bizId });
});

it("another secret or a wrong clock is our trouble: try again later", async () => {
  expect(await sender("wrong").send(message)).toMatchObject({ state: "later", code: "SignatureDoesNotMatch" });
  expect(await sender("testSecret", 3_600_000).send(message)).toMatchObject({ code: "InvalidTimeStamp.Expired" });
  expect(sms.inbox(PHONE)).toEqual([]);
});

it("a second code within a minute has to wait", async () => {
  await sender().send(message);
  expect(await sender().send(message)).toMatchObject({ state: "later", code: "isv.BUSINESS_LIMIT_CONTROL" });
});

it("a template that the console does not have is refused", async () => {
  expect(await sender().send({ ...message, template: "dunning" })).toMatchObject({ state: "refused" });
});

it("when the answer is lost, we do not claim to know", async () => {
  sms.faults.arm("POST", /^\/$/, { kind: "drop-after" });
  expect(await sender().send(message)).toMatchObject({ state: "unknown" });
  expect(sms.inbox(PHONE)).toHaveLength(1);
});

it("when the provider is down, nothing was sent", async () => {
  await sms.close();
  expect(await sender().send(message)).toMatchObject({ state: "later", code: "UNREACHABLE" });
});

it("a repeat arrives once: the provider refuses it as used, later as too old; what never arrived does by it", async () => {
  // A notice, which no limit of a minute holds back.
  sms.registerTemplate({ code: "SMS_3", content: "您有账单未付", kind: "notice" });
  const notice = { ...message, template: "dunning" } as const;
  const request = { madeAtMs: Date.now() - 300_000, isRepeat: false };
  const repeat = { ...request, isRepeat: true };
  sms.faults.arm("POST", /^\/$/, { kind: "drop-after" });
  expect(await sender().send({ ...notice, request })).toMatchObject({ state: "unknown" });
  expect(await sender().send({ ...notice, request: repeat })).toMatchObject({ state: "unknown" });
  expect(sms.inbox(PHONE)).toHaveLength(1);
  const longAgo = { madeAtMs: Date.now() - 3_600_000, isRepeat: true };
  expect(await sender().send({ ...notice, request: longAgo })).toMatchObject({ state: "unknown" });
  expect(sms.inbox(PHONE)).toHaveLength(1);
  const unsent = { ...notice, dedupeKey: "dunning|2|1", request: repeat };
  expect(await sender().send(unsent)).toMatchObject({ state: "accepted" });
  expect(sms.inbox(PHONE)).toHaveLength(2);
});
