import { createHmac } from "node:crypto";

/**
 * The RPC signature of Aliyun (help.aliyun.com, "RPC style request signature"): parameters sorted by name, percent-encoded
 * twice, HMAC-SHA1 under the secret with a trailing "&". Returns Base64. `parameters` are all but `Signature` itself.
 */
export function signRpc(
  method: "GET" | "POST",
  parameters: Readonly<Record<string, string>>,
  accessKeySecret: string,
): string {
  const canonical = Object.entries(parameters)
    // Code unit order: the names are ASCII and sort with capitals first.
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`)
    .join("&");
  const stringToSign = `${method}&${percentEncode("/")}&${percentEncode(canonical)}`;
  return createHmac("sha1", `${accessKeySecret}&`).update(stringToSign).digest("base64");
}

/** RFC 3986: encodeURIComponent leaves five characters that Aliyun wants encoded. */
const percentEncode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
