import { createHmac } from "node:crypto";

/** Headers of a message that somebody says to a robot: timestamp, line end and secret, signed with the secret. */
export function robotHeaders(clientSecret: string, atMs: number): Record<string, string> {
  const sign = createHmac("sha256", clientSecret).update(`${atMs}\n${clientSecret}`).digest("base64");
  return { timestamp: String(atMs), sign };
}

/** Headers of a card's callback: the timestamp alone, and none at all when the route was registered without a secret. */
export function cardHeaders(apiSecret: string | undefined, atMs: number): Record<string, string> {
  if (apiSecret === undefined || apiSecret === "") return {};
  const signature = createHmac("sha256", apiSecret).update(String(atMs)).digest("base64");
  return { "x-ddpaas-signature-timestamp": String(atMs), "x-ddpaas-signature": signature };
}
