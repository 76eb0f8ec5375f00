import { createHash, createHmac, randomUUID } from "node:crypto";
import { describe, expect, it, onTestFinished } from "vitest";
import type { PlainRequest } from "../../../playground/http/server.ts";
import { checkSignature, percentEncode } from "../../../playground/sms/signature.ts";
import { type Sms, startSms } from "../../../playground/sms/sms.ts";
import { HandClock, hourMs, minuteMs, noon } from "./world.ts";

const accessKeyId = "testId";
const accessKeySecret = "testSecret";
const phone = "15300000001";

function request(change: Partial<PlainRequest>): PlainRequest {
  return {
    method: "GET",
    target: "/",
    path: "/",
    query: new URLSearchParams(),
    headers: { host: "dysmsapi.aliyuncs.com" },
    body: Buffer.alloc(0),
    ...change,
  };
}

describe("the signatures as Aliyun publishes them", () => {
  // The example of the RPC signature page: keys testId and testSecret, SendSms of 2017-07-12.
  const published = {
    AccessKeyId: accessKeyId,
    Action: "SendSms",
    Format: "XML",
    OutId: "123",
    PhoneNumbers: phone,
    RegionId: "cn-hangzhou",
    SignName: "阿里云短信测试专用",
    Signature: "zJDF+Lrzhj/ThnlvIToysFRq6t4=",
    SignatureMethod: "HMAC-SHA1",
    SignatureNonce: "45e25e9b-0a6f-4070-8c85-2956eda1b466",
    SignatureVersion: "1.0",
    TemplateCode: "SMS_71390007",
    TemplateParam: '{"customer":"test"}',
    Timestamp: "2017-07-12T02:42:19Z",
    Version: "2017-05-25",
  };
  const key = { accessKeyId, accessKeySecret };
  const thenMs = Date.parse(published.Timestamp);

  it("accepts the published RPC example", () => {
    const checked = checkSignature(request({ query: new URLSearchParams(published) }), key, thenMs);
    expect(checked).toMatchObject({ call: { action: "SendSms", parameters: { PhoneNumbers: phone } } });
  });

  it.each([
    ["another phone", { PhoneNumbers: "15300000002" }, thenMs, "SignatureDoesNotMatch"],
    ["another key id", { AccessKeyId: "other" }, thenMs, "InvalidAccessKeyId.NotFound"],
    ["a clock 16 minutes later", {}, thenMs + 16 * minuteMs, "InvalidTimeStamp.Expired"],
    ["no nonce", { SignatureNonce: "" }, thenMs, "MissingSignatureNonce"],
  ])("refuses it with %s", (_case, change, nowMs, code) => {
    const query = new URLSearchParams({ ...published, ...change });
    expect(checkSignature(request({ query }), key, nowMs)).toMatchObject({ refusal: { code } });
  });

  // The fixed-parameter example of the V3 signature page.
  const acs3 = {
    host: "ecs.cn-shanghai.aliyuncs.com",
    "x-acs-action": "RunInstances",
    "x-acs-content-sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "x-acs-date": "2023-10-26T10:22:32Z",
    "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
    "x-acs-version": "2014-05-26",
    authorization:
      "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0",
  };
  const acs3Query = "ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai";
  const acs3Key = { accessKeyId: "YourAccessKeyId", accessKeySecret: "YourAccessKeySecret" };
  const acs3NowMs = Date.parse("2023-10-26T10:25:00Z");

  it("accepts the published ACS3 example", () => {
    const given = request({ method: "POST", query: new URLSearchParams(acs3Query), headers: acs3 });
    expect(checkSignature(given, acs3Key, acs3NowMs)).toMatchObject({ call: { action: "RunInstances" } });
  });

  it.each([
    ["another query", { query: new URLSearchParams(`${acs3Query}x`) }],
    ["a body that was not hashed", { body: Buffer.from("x") }],
    ["an x-acs header that is not signed", { headers: { ...acs3, "x-acs-extra": "1" } }],
  ])("refuses it with %s", (_case, change) => {
    const given = request({ method: "POST", query: new URLSearchParams(acs3Query), headers: acs3, ...change });
    expect(checkSignature(given, acs3Key, acs3NowMs)).toMatchObject({ refusal: { code: "SignatureDoesNotMatch" } });
  });
});

async function open() {
  const clock = new HandClock(noon);
  const sms = await startSms(
    {
      accessKeyId,
      accessKeySecret,
      signNames: ["云谷园区"],
      templates: [
        // biome-ignore lint/suspicious/noTemplateCurlyInString: Aliyun's own notation
        { code: "SMS_1", kind: "verification", content: "您的绑定验证码为${code}，10分钟内有效。" },
        // biome-ignore lint/suspicious/noTemplateCurlyInString: Aliyun's own notation
        { code: "SMS_2", kind: "notice", content: "${tenant}：本期账单${amount}元已出，请在公众号查看。" },
      ],
    },
    { nowMs: clock.nowMs, wireNowMs: Date.now },
  );
  onTestFinished(() => sms.close());
  return { clock, sms };
}

interface SmsAnswer {
  readonly status: number;
  readonly Code: string;
  readonly Message: string;
  readonly BizId?: string;
}

/** Calls SendSms by POST in the RPC style, signed here from the published rule. */
async function send(sms: Sms, change: Record<string, string> = {}): Promise<SmsAnswer> {
  const parameters: Record<string, string> = {
    AccessKeyId: accessKeyId,
    Action: "SendSms",
    Format: "JSON",
    PhoneNumbers: phone,
    SignName: "云谷园区",
    SignatureMethod: "HMAC-SHA1",
    SignatureNonce: randomUUID(),
    SignatureVersion: "1.0",
    TemplateCode: "SMS_1",
    TemplateParam: JSON.stringify({ code: "386512" }),
    Timestamp: new Date().toISOString().replace(/\.\d+/, ""),
    Version: "2017-05-25",
    ...change,
  };
  const query = Object.keys(parameters)
    .sort()
    .map((name) => `${percentEncode(name)}=${percentEncode(parameters[name] ?? "")}`)
    .join("&");
  const text = `POST&%2F&${percentEncode(query)}`;
  const signature = createHmac("sha1", `${accessKeySecret}&`).update(text).digest("base64");
  const response = await fetch(sms.url, {
    method: "POST",
    body: new URLSearchParams({ ...parameters, Signature: signature }),
  });
  return { status: response.status, ...((await response.json()) as Omit<SmsAnswer, "status">) };
}

const notice = { TemplateCode: "SMS_2", TemplateParam: JSON.stringify({ tenant: "星河科技", amount: "1,234.50" }) };

describe("SendSms", () => {
  it("puts the filled template into the phone's inbox", async () => {
    const { sms } = await open();
    const answer = await send(sms);
    expect(answer).toMatchObject({ status: 200, Code: "OK", Message: "OK" });
    await send(sms, notice);
    expect(sms.inbox(phone)).toEqual([
      {
        text: "【云谷园区】您的绑定验证码为386512，10分钟内有效。",
        templateCode: "SMS_1",
        bizId: answer.BizId,
        atMs: noon,
      },
      expect.objectContaining({ text: "【云谷园区】星河科技：本期账单1,234.50元已出，请在公众号查看。" }),
    ]);
    expect(sms.inbox("15300000009")).toEqual([]);
  });

  it("can be waited for on the phone", async () => {
    const { sms } = await open();
    const waiting = sms.waitForSms(phone, (message) => message.text.includes("验证码"), 2000);
    await send(sms);
    expect((await waiting).templateCode).toBe("SMS_1");
    await expect(sms.waitForSms(phone, () => true, 20, 1)).rejects.toThrow("(nothing)");
  });

  it("takes the ACS3 signature as well", async () => {
    const { sms } = await open();
    const host = new URL(sms.url).host;
    const query = [
      `PhoneNumbers=${phone}`,
      `SignName=${percentEncode("云谷园区")}`,
      "TemplateCode=SMS_1",
      `TemplateParam=${percentEncode('{"code":"1"}')}`,
    ].join("&");
    const hash = createHash("sha256").update("").digest("hex");
    const signed = {
      host,
      "x-acs-action": "SendSms",
      "x-acs-content-sha256": hash,
      "x-acs-date": new Date().toISOString().replace(/\.\d+/, ""),
      "x-acs-signature-nonce": randomUUID(),
      "x-acs-version": "2017-05-25",
    };
    const names = Object.keys(signed).join(";");
    const lines = Object.entries(signed)
      .map(([name, value]) => `${name}:${value}\n`)
      .join("");
    const canonical = ["POST", "/", query, lines, names, hash].join("\n");
    const text = `ACS3-HMAC-SHA256\n${createHash("sha256").update(canonical).digest("hex")}`;
    const signature = createHmac("sha256", accessKeySecret).update(text).digest("hex");
    const { host: _host, ...headers } = signed;
    const response = await fetch(`${sms.url}/?${query}`, {
      method: "POST",
      headers: {
        ...headers,
        Authorization: `ACS3-HMAC-SHA256 Credential=${accessKeyId},SignedHeaders=${names},Signature=${signature}`,
      },
    });
    expect(await response.json()).toMatchObject({ Code: "OK" });
    expect(sms.inbox(phone)).toHaveLength(1);
  });

  it("limits codes to 1 a minute, 5 an hour and 10 a day", async () => {
    const { clock, sms } = await open();
    const codes: string[] = [];
    const sendAfter = async (milliseconds: number) => {
      clock.pass(milliseconds);
      const answer = await send(sms);
      codes.push(answer.Code === "OK" ? "OK" : answer.Message);
    };
    for (const wait of [0, 1, minuteMs, minuteMs, minuteMs, minuteMs, minuteMs]) await sendAfter(wait);
    expect(codes).toEqual(["OK", "触发分钟级流控Permits:1", "OK", "OK", "OK", "OK", "触发小时级流控Permits:5"]);
    codes.length = 0;
    for (const wait of [hourMs, minuteMs, minuteMs, minuteMs, minuteMs, hourMs]) await sendAfter(wait);
    expect(codes).toEqual(["OK", "OK", "OK", "OK", "OK", "触发天级流控Permits:10"]);
    expect((await send(sms)).Code).toBe("isv.BUSINESS_LIMIT_CONTROL");
    expect((await send(sms, notice)).Code).toBe("OK");
  });

  it.each([
    ["a landline", { PhoneNumbers: "075512345678" }, "isv.MOBILE_NUMBER_ILLEGAL"],
    ["a signature not approved", { SignName: "别家" }, "isv.SMS_SIGNATURE_ILLEGAL"],
    ["an unknown template", { TemplateCode: "SMS_9" }, "isv.SMS_TEMPLATE_ILLEGAL"],
    ["a missing variable", { TemplateParam: "{}" }, "isv.TEMPLATE_MISSING_PARAMETERS"],
    ["a number as variable", { TemplateParam: '{"code":386512}' }, "isv.INVALID_JSON_PARAM"],
    ["broken JSON", { TemplateParam: "{" }, "isv.INVALID_JSON_PARAM"],
    ["a link as variable", { TemplateParam: '{"code":"https://a.cn"}' }, "isv.PARAM_NOT_SUPPORT_URL"],
    ["36 characters", { TemplateParam: JSON.stringify({ code: "1".repeat(36) }) }, "isv.PARAM_LENGTH_LIMIT"],
  ])("refuses %s with HTTP 200", async (_case, change, code) => {
    const { sms } = await open();
    expect(await send(sms, change)).toMatchObject({ status: 200, Code: code });
    expect(sms.inbox(phone)).toEqual([]);
  });

  it("refuses a nonce used before and another action at the gateway", async () => {
    const { sms } = await open();
    const SignatureNonce = randomUUID();
    await send(sms, { SignatureNonce });
    expect(await send(sms, { SignatureNonce })).toMatchObject({ status: 400, Code: "SignatureNonceUsed" });
    expect(await send(sms, { Action: "QuerySendDetails" })).toMatchObject({
      status: 404,
      Code: "InvalidAction.NotFound",
    });
  });

  it("fails on demand, once", async () => {
    const { sms } = await open();
    sms.failNext(phone, "isv.AMOUNT_NOT_ENOUGH", "账户余额不足");
    expect(await send(sms)).toMatchObject({ Code: "isv.AMOUNT_NOT_ENOUGH", Message: "账户余额不足" });
    expect((await send(sms)).Code).toBe("OK");
  });
});
