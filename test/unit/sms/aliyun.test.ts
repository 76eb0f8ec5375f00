import { describe, expect, it } from "vitest";
import { failureOutcome } from "../../../src/sms/aliyun/error-codes.ts";
import { createAliyunSmsSender } from "../../../src/sms/aliyun/send.ts";
import { signRpc } from "../../../src/sms/aliyun/signature.ts";

describe("the signature", () => {
  it("gives the value that Aliyun publishes for its SendSms example", () => {
    const parameters = {
      SignatureMethod: "HMAC-SHA1",
      SignatureNonce: "45e25e9b-0a6f-4070-8c85-2956eda1b466",
      AccessKeyId: "testId",
      SignatureVersion: "1.0",
      Timestamp: "2017-07-12T02:42:19Z",
      Format: "XML",
      Action: "SendSms",
      Version: "2017-05-25",
      RegionId: "cn-hangzhou",
      PhoneNumbers: "15300000001",
      SignName: "阿里云短信测试专用",
      TemplateParam: '{"customer":"test"}',
      TemplateCode: "SMS_71390007",
      OutId: "123",
    };
    expect(signRpc("GET", parameters, "testSecret")).toBe("zJDF+Lrzhj/ThnlvIToysFRq6t4=");
    expect(signRpc("POST", parameters, "testSecret")).not.toBe("zJDF+Lrzhj/ThnlvIToysFRq6t4=");
  });

  it("encodes what encodeURIComponent leaves alone", () => {
    // Canonical "a=%21%2A%27%28%29~": RFC 3986 keeps only - . _ ~ unencoded.
    expect(signRpc("GET", { a: "!*'()~" }, "s")).not.toBe(signRpc("GET", { a: "~" }, "s"));
  });
});

/** A provider that answers as told and keeps what it was asked. */
function provider(answer: () => Promise<Response> | Response) {
  const requests: { url: string; body: URLSearchParams }[] = [];
  const fetch: typeof globalThis.fetch = async (url, init) => {
    requests.push({ url: String(url), body: new URLSearchParams(String(init?.body)) });
    return answer();
  };
  const sender = createAliyunSmsSender(
    {
      accessKeyId: "testId",
      accessKeySecret: "testSecret",
      signName: "园账通",
      templateCodes: { "bind-code": "SMS_1", "bill-notice": "SMS_2", dunning: "SMS_3" },
      apiBase: "https://sms.example.com/",
      fetch,
    },
    // 2026-09-01T10:00:00.500+08:00
    { nowMs: () => Date.UTC(2026, 8, 1, 2, 0, 0, 500) },
  );
  return { sender, requests };
}
const json =
  (body: unknown, status = 200) =>
  () =>
    new Response(JSON.stringify(body), { status });
const message = {
  phone: "13800138000",
  template: "bind-code",
  parameters: { code: "483920" },
  dedupeKey: "bind:1",
} as const;

describe("sending", () => {
  it("asks for the template with a signature over everything", async () => {
    const { sender, requests } = provider(json({ Code: "OK", Message: "OK", BizId: "9006^0", RequestId: "R" }));
    expect(await sender.send(message)).toEqual({ state: "accepted", channel: "sms", vendorId: "9006^0" });
    const [request] = requests;
    expect(request?.url).toBe("https://sms.example.com/");
    const { Signature, SignatureNonce, ...asked } = Object.fromEntries(request?.body ?? []);
    expect(asked).toEqual({
      AccessKeyId: "testId",
      Action: "SendSms",
      Format: "JSON",
      OutId: "bind:1",
      PhoneNumbers: "13800138000",
      RegionId: "cn-hangzhou",
      SignatureMethod: "HMAC-SHA1",
      SignatureVersion: "1.0",
      SignName: "园账通",
      TemplateCode: "SMS_1",
      TemplateParam: '{"code":"483920"}',
      Timestamp: "2026-09-01T02:00:00Z",
      Version: "2017-05-25",
    });
    expect(Signature).toBe(signRpc("POST", { ...asked, SignatureNonce: SignatureNonce ?? "" }, "testSecret"));
  });

  it("never uses a nonce twice for two tries", async () => {
    const { sender, requests } = provider(json({ Code: "OK" }));
    const request = { madeAtMs: Date.parse("2026-09-01T02:00:00Z"), isRepeat: false };
    await sender.send(message);
    await sender.send(message);
    await sender.send({ ...message, request });
    await sender.send({ ...message, request: { ...request, madeAtMs: request.madeAtMs + 1 } });
    await sender.send({ ...message, dedupeKey: "bind:2", request });
    expect(new Set(requests.map(({ body }) => body.get("SignatureNonce"))).size).toBe(5);
  });

  it("repeats a try that may have arrived as the same request, byte for byte", async () => {
    const { sender, requests } = provider(json({ Code: "OK" }));
    const madeAtMs = Date.parse("2026-09-01T01:55:00Z");
    await sender.send({ ...message, request: { madeAtMs, isRepeat: false } });
    await sender.send({ ...message, request: { madeAtMs, isRepeat: true } });
    const [first, second] = requests.map(({ body }) => body.toString());
    expect(second).toBe(first);
    expect(requests[0]?.body.get("Timestamp")).toBe("2026-09-01T01:55:00Z");
  });

  it.each(["SignatureNonceUsed", "InvalidTimeStamp.Expired"])(
    "does not know what became of the first, on %s",
    async (code) => {
      const request = { madeAtMs: Date.parse("2026-09-01T01:55:00Z"), isRepeat: true };
      const { sender } = provider(json({ Code: code }, 400));
      expect(await sender.send({ ...message, request })).toMatchObject({ state: "unknown" });
      // Of a first try they say that the clock is wrong: nothing has arrived.
      expect(await sender.send({ ...message, request: { ...request, isRepeat: false } })).toMatchObject({
        state: "later",
      });
    },
  );

  it.each(["", "138001380001", "+8613800138000", "02088886666", "1380013800a"])(
    "does not even ask for the number %j",
    async (phone) => {
      const { sender, requests } = provider(json({ Code: "OK" }));
      expect(await sender.send({ ...message, phone })).toMatchObject({ state: "refused", recipientGone: true });
      expect(requests).toHaveLength(0);
    },
  );

  const failure = (code: string) =>
    Promise.reject(new TypeError("fetch failed", { cause: Object.assign(new Error(code), { code }) }));
  it.each([
    ["an error with HTTP 400", json({ Code: "SignatureDoesNotMatch", Message: "…" }, 400), { state: "later" }],
    ["a refused connection: nothing was sent", () => failure("ECONNREFUSED"), { state: "later", code: "UNREACHABLE" }],
    ["a broken connection: it may have been sent", () => failure("ECONNRESET"), { state: "unknown" }],
    ["a timeout", () => Promise.reject(new DOMException("late", "TimeoutError")), { state: "unknown" }],
    ["a gateway's page", () => new Response("<html>502</html>", { status: 502 }), { state: "unknown" }],
    ["JSON of somebody else", json({ error: "no" }), { state: "unknown" }],
  ])("%s", async (_name, answer, outcome) => {
    expect(await provider(answer).sender.send(message)).toMatchObject(outcome);
  });

  it("keeps the number, the code and the secret out of what it says about a failure", async () => {
    const { sender } = provider(json({ Code: "isv.MOBILE_NUMBER_ILLEGAL", Message: "13800138000 is illegal" }));
    expect(JSON.stringify(await sender.send(message))).not.toMatch(/13800138000|483920|testSecret/);
  });
});

describe("what a code means", () => {
  it.each([
    ["isv.BUSINESS_LIMIT_CONTROL", "later", undefined],
    ["isv.DAY_LIMIT_CONTROL", "later", undefined],
    ["isv.AMOUNT_NOT_ENOUGH", "later", undefined],
    ["Throttling.User", "later", undefined],
    ["isp.SYSTEM_ERROR", "later", undefined],
    ["isv.MOBILE_NUMBER_ILLEGAL", "refused", true],
    ["isv.SMS_TEMPLATE_ILLEGAL", "refused", false],
    ["isv.PARAM_LENGTH_LIMIT", "refused", false],
    ["constructor", "refused", false],
  ])("%s: %s", (code, state, recipientGone) => {
    expect(failureOutcome(code)).toMatchObject({
      state,
      code,
      ...(recipientGone === undefined ? {} : { recipientGone }),
    });
  });
});
