import { request } from "node:http";
import { encryptMessage, sortedSha1 } from "../../../playground/official-account/cryptography.ts";
import { type PassiveReply, readPassiveReply } from "../../../playground/official-account/passive-reply.ts";
import { buildXml } from "../../../playground/official-account/xml.ts";
import type { Park } from "./park.ts";

/* WeChat's push built by hand, so that each part of it can be wrong. */

export interface WireRequest {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export interface WireAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

/** One exchange; an answer that comes before the request is all sent counts. */
export function exchange(park: Park, { method, path, headers = {}, body = "" }: WireRequest): Promise<WireAnswer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(`${park.url}${path}`, { method, agent: false, headers: { ...headers } });
    outgoing.once("error", reject);
    outgoing.once("response", (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.once("error", reject);
      incoming.once("end", () =>
        resolve({
          status: incoming.statusCode ?? 0,
          contentType: incoming.headers["content-type"] ?? "",
          text: Buffer.concat(chunks).toString("utf8"),
        }),
      );
    });
    outgoing.end(method === "POST" ? body : undefined);
  });
}

export interface PushParts {
  /** The XML inside; default a question for the bill. */
  readonly xml?: string;
  readonly token?: string;
  readonly appId?: string;
  /** Seconds from now. */
  readonly ageSeconds?: number;
  /** Instead of the envelope around the ciphertext. */
  readonly envelope?: (encrypted: string) => string | Buffer;
}

/** A message inside a push. */
export const messageXml = (park: Park, fields: Readonly<Record<string, string | number>>): string =>
  buildXml({
    ToUserName: park.playground.officialAccount.originalId,
    FromUserName: park.contact(0).openId,
    CreateTime: Math.floor(Date.now() / 1000),
    ...fields,
  });

/** A push in safe mode, right but for the parts given. */
export function push(park: Park, parts: PushParts = {}): WireRequest {
  const { OA_TOKEN = "", OA_AES_KEY = "", OA_APP_ID = "" } = park.variables;
  const xml = parts.xml ?? messageXml(park, { MsgType: "text", Content: "查账单", MsgId: 7_000_000_001 });
  const encrypted = encryptMessage(OA_AES_KEY, xml, parts.appId ?? OA_APP_ID);
  const timestamp = String(Math.floor(Date.now() / 1000) - (parts.ageSeconds ?? 0));
  const nonce = "1234567890";
  const token = parts.token ?? OA_TOKEN;
  const query = new URLSearchParams({
    signature: sortedSha1(token, timestamp, nonce),
    timestamp,
    nonce,
    openid: park.contact(0).openId,
    encrypt_type: "aes",
    msg_signature: sortedSha1(token, timestamp, nonce, encrypted),
  });
  const envelope = parts.envelope ?? ((text: string) => buildXml({ ToUserName: "gh_c0ffee123456", Encrypt: text }));
  return {
    method: "POST",
    path: `/callbacks/official-account?${query}`,
    headers: { "Content-Type": "text/xml" },
    body: envelope(encrypted),
  };
}

/** What WeChat makes of the answer. */
export function passiveReply(park: Park, answer: WireAnswer): PassiveReply {
  const { OA_TOKEN = "", OA_AES_KEY = "", OA_APP_ID = "" } = park.variables;
  return readPassiveReply(answer.text, {
    appId: OA_APP_ID,
    originalId: park.playground.officialAccount.originalId,
    token: OA_TOKEN,
    aesKey: OA_AES_KEY,
    openId: park.contact(0).openId,
  });
}
