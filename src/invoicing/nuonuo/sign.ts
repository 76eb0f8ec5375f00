import { createHmac } from "node:crypto";

/** What one request says besides its body. */
export interface Envelope {
  /** 32 characters, new for each request. */
  readonly senid: string;
  /** 8 digits. */
  readonly nonce: string;
  /** Seconds since 1970. */
  readonly timestamp: string;
  readonly appKey: string;
}

/**
 * X-Nuonuo-Sign: HMAC-SHA1 in base64 over path, envelope and the exact bytes of the body (诺诺开放平台, NNOpenSDK). The path
 * /open/v1/services is written backwards as a, l and p.
 */
export function signRequest(appSecret: string, path: string, envelope: Envelope, body: string): string {
  const [p = "", l = "", a = ""] = path.split("/").filter((part) => part !== "");
  const { appKey, senid, nonce, timestamp } = envelope;
  const text = `a=${a}&l=${l}&p=${p}&k=${appKey}&i=${senid}&n=${nonce}&t=${timestamp}&f=${body}`;
  return createHmac("sha1", appSecret).update(text, "utf8").digest("base64");
}
