import { createPrivateKey, sign } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { startWechatPay, type WechatPay } from "../../../playground/wechat-pay/wechat-pay.ts";
import { apiV3Key, appId, mchId, noon, orderBody, strangerKeyPem } from "./world.ts";

const otherMchId = "1900000200";

interface Parts {
  readonly method: string;
  readonly target: string;
  readonly body: string;
  readonly signedBody: string;
  readonly timestamp: number;
  readonly serial: string;
  readonly keyPem: string;
  readonly headers: Record<string, string>;
}

/** Signs as the rules say (reference/wechat-pay.md 1.2), except for what a case changes. */
async function send(pay: WechatPay, change: Partial<Parts> = {}) {
  const merchant = pay.merchant(mchId);
  const parts: Parts = {
    method: "POST",
    target: "/v3/pay/transactions/native",
    body: JSON.stringify(orderBody()),
    signedBody: change.body ?? JSON.stringify(orderBody()),
    timestamp: Math.floor(Date.now() / 1000),
    serial: merchant.serialNo,
    keyPem: merchant.privateKeyPem,
    headers: {},
    ...change,
  };
  const nonce = "0123456789abcdef";
  const text = `${parts.method}\n${parts.target}\n${parts.timestamp}\n${nonce}\n${parts.signedBody}\n`;
  const signature = sign("sha256", Buffer.from(text), createPrivateKey(parts.keyPem)).toString("base64");
  const fields = `mchid="${mchId}",nonce_str="${nonce}",signature="${signature}",timestamp="${parts.timestamp}",serial_no="${parts.serial}"`;
  const response = await fetch(`${pay.url}${parts.target}`, {
    method: parts.method,
    headers: {
      Authorization: `WECHATPAY2-SHA256-RSA2048 ${fields}`,
      Accept: "application/json",
      "User-Agent": "test",
      ...parts.headers,
    },
    ...(parts.method === "GET" ? {} : { body: parts.body }),
  });
  const text2 = await response.text();
  return { status: response.status, headers: response.headers, body: text2 === "" ? {} : JSON.parse(text2) };
}

const getCertificates = { method: "GET", target: "/v3/certificates", body: "", signedBody: "" };
const shapeText = "Http头Authorization值格式错误，请参考《微信支付商户REST API签名规则》";
const clockText = "Http头Authorization中的timestamp与发起请求的时间不得超过5分钟";
const serialText = "商户证书序列号有误。请使用签名私钥匹配的证书序列号";

describe("WeChat Pay checks who calls", () => {
  let pay: WechatPay;
  beforeAll(async () => {
    pay = await startWechatPay(
      {
        merchants: [
          { mchId, appIds: [appId], apiV3Key },
          { mchId: otherMchId, appIds: [appId] },
        ],
      },
      { nowMs: () => noon, wireNowMs: Date.now },
    );
    return () => pay.close();
  });

  it("accepts a correct request, the serial in either case of letters", async () => {
    expect((await send(pay)).status).toBe(200);
    expect((await send(pay, { serial: pay.merchant(mchId).serialNo.toLowerCase() })).status).toBe(200);
  });

  const nowSeconds = Math.floor(Date.now() / 1000);
  it.each<[string, Partial<Parts>, string]>([
    [
      "a changed body",
      { body: `${JSON.stringify(orderBody())} `, signedBody: JSON.stringify(orderBody()) },
      "签名错误",
    ],
    ["another key", { keyPem: strangerKeyPem() }, "签名错误"],
    ["an unknown serial", { serial: "A".repeat(40) }, serialText],
    ["a clock 6 minutes behind", { timestamp: nowSeconds - 360 }, clockText],
    ["a clock 6 minutes ahead", { timestamp: nowSeconds + 360 }, clockText],
    ["a wrong clock before a wrong serial", { timestamp: nowSeconds - 360, serial: "A".repeat(40) }, clockText],
    ["a wrong serial before a wrong signature", { serial: "A".repeat(40), keyPem: strangerKeyPem() }, serialText],
    ["a bearer token", { headers: { Authorization: "Bearer abc" } }, "签名信息错误，验签失败"],
    ["a bearer token for certificates", { ...getCertificates, headers: { Authorization: "Bearer abc" } }, shapeText],
    [
      "a field missing",
      { ...getCertificates, headers: { Authorization: `WECHATPAY2-SHA256-RSA2048 mchid="${mchId}"` } },
      shapeText,
    ],
  ])("refuses %s with 401 SIGN_ERROR", async (_case, change, message) => {
    const answer = await send(pay, change);
    expect(answer.status).toBe(401);
    expect(answer.body).toEqual({ code: "SIGN_ERROR", message });
    expect(answer.headers.get("wechatpay-signature")).toBeNull();
  });

  it("misses the Request-ID on 401 of the order calls only", async () => {
    expect((await send(pay, { serial: "A".repeat(40) })).headers.get("request-id")).toBeNull();
    const certificates = await send(pay, { ...getCertificates, serial: "A".repeat(40) });
    expect(certificates.headers.get("request-id")).toMatch(/^[0-9A-F]{38}$/);
  });

  it("wants a user agent for certificates before it looks at the signature", async () => {
    const answer = await send(pay, { ...getCertificates, headers: { "User-Agent": "", Authorization: "Bearer abc" } });
    expect([answer.status, answer.body.code]).toEqual([400, "INVALID_REQUEST"]);
  });

  it("answers an unknown path 404 and a wrong verb 405, both with an empty body", async () => {
    expect(await send(pay, { target: "/v3/nowhere" })).toMatchObject({ status: 404, body: {} });
    expect(await send(pay, { method: "PUT" })).toMatchObject({ status: 405, body: {} });
  });

  it("refuses an order in the name of another merchant", async () => {
    const answer = await send(pay, { body: JSON.stringify(orderBody({ mchid: otherMchId })) });
    expect([answer.status, answer.body]).toMatchObject([
      400,
      { code: "PARAM_ERROR", message: "http header中的mchid与post payload中的mchid不匹配" },
    ]);
  });
});
