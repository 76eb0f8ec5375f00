import { verify } from "node:crypto";
import type { PlainRequest } from "../http/server.ts";
import type { ApiError } from "./answers.ts";
import type { Merchant } from "./merchant.ts";

export type Authorized = { readonly merchant: Merchant } | { readonly error: ApiError };

const scheme = "WECHATPAY2-SHA256-RSA2048 ";
const fieldNames = ["mchid", "nonce_str", "signature", "timestamp", "serial_no"] as const;
const maxClockOffsetSeconds = 300;

/**
 * Verifies the Authorization header in WeChat Pay's order: form, clock, serial, then signature over the raw bytes
 * (reference/wechat-pay.md 1.2). Every refusal is 401 SIGN_ERROR with the published text.
 */
export function authorize(
  request: PlainRequest,
  merchants: ReadonlyMap<string, Merchant>,
  wireNowMs: number,
): Authorized {
  const isTransaction = request.path.startsWith("/v3/pay/transactions/");
  const fields = readFields(request.headers.authorization);
  if (fields === undefined) {
    return signError(
      isTransaction
        ? "签名信息错误，验签失败"
        : "Http头Authorization值格式错误，请参考《微信支付商户REST API签名规则》",
    );
  }
  if (Math.abs(wireNowMs / 1000 - Number(fields.timestamp)) > maxClockOffsetSeconds) {
    return signError("Http头Authorization中的timestamp与发起请求的时间不得超过5分钟");
  }
  const merchant = merchants.get(fields.mchid);
  if (merchant === undefined || merchant.serialNo.toUpperCase() !== fields.serial_no.toUpperCase()) {
    return signError("商户证书序列号有误。请使用签名私钥匹配的证书序列号");
  }
  const head = Buffer.from(`${request.method}\n${request.target}\n${fields.timestamp}\n${fields.nonce_str}\n`, "utf8");
  const message = Buffer.concat([head, request.body, Buffer.from("\n")]);
  const isValid = verify("sha256", message, merchant.publicKey, Buffer.from(fields.signature, "base64"));
  return isValid ? { merchant } : signError("签名错误");
}

function signError(message: string): Authorized {
  return { error: { status: 401, code: "SIGN_ERROR", message } };
}

type Fields = Readonly<Record<(typeof fieldNames)[number], string>>;

/** Exactly the five fields, each once, in any order, in double quotes. */
function readFields(header: string | undefined): Fields | undefined {
  if (header === undefined || !header.startsWith(scheme)) return undefined;
  const found = new Map<string, string>();
  for (const part of header.slice(scheme.length).split(",")) {
    const match = /^ ?([a-z_]+)="([^"]+)"$/.exec(part);
    const name = match?.[1];
    const value = match?.[2];
    if (name === undefined || value === undefined || found.has(name)) return undefined;
    found.set(name, value);
  }
  const [mchid, nonce, signature, timestamp, serial] = fieldNames.map((name) => found.get(name));
  if (!mchid || !nonce || !signature || !timestamp || !serial || found.size !== fieldNames.length) return undefined;
  if (!/^\d{10}$/.test(timestamp) || nonce.length > 32) return undefined;
  return { mchid, nonce_str: nonce, signature, timestamp, serial_no: serial };
}
