import { createHash, createHmac } from "node:crypto";

/** What a call of Tencent Cloud's API 3.0 is signed over. */
export interface Tc3Request {
  /** "sms" */
  readonly service: string;
  /** "sms.tencentcloudapi.com", with the port if there is one. */
  readonly host: string;
  /** "SendSms" */
  readonly action: string;
  readonly contentType: string;
  /** As it is sent, byte for byte. */
  readonly body: string;
  /** Seconds since 1970; also sent as X-TC-Timestamp. */
  readonly timestamp: number;
}

const SIGNED_HEADERS = "content-type;host;x-tc-action";

/**
 * The Authorization header of a POST to "/" (cloud.tencent.com/document/api/213/30654, "签名方法 v3"): TC3-HMAC-SHA256 over
 * the canonical request, with a key derived from secret, UTC date and service.
 */
export function signTc3(request: Tc3Request, secretId: string, secretKey: string): string {
  const { service, host, action, contentType, body, timestamp } = request;
  const date = new Date(timestamp * 1000).toISOString().slice(0, 10);
  const headers = `content-type:${contentType.toLowerCase()}\nhost:${host.toLowerCase()}\nx-tc-action:${action.toLowerCase()}\n`;
  const canonical = ["POST", "/", "", headers, SIGNED_HEADERS, sha256(body)].join("\n");
  const scope = `${date}/${service}/tc3_request`;
  const stringToSign = ["TC3-HMAC-SHA256", String(timestamp), scope, sha256(canonical)].join("\n");
  const key = [date, service, "tc3_request"].reduce<Buffer>(
    (secret, part) => hmac(secret, part),
    Buffer.from(`TC3${secretKey}`),
  );
  const signature = hmac(key, stringToSign).toString("hex");
  return `TC3-HMAC-SHA256 Credential=${secretId}/${scope}, SignedHeaders=${SIGNED_HEADERS}, Signature=${signature}`;
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const hmac = (key: Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();
