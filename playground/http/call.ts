import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";

/** What came of one call: an answer, or none within the time or for lack of a connection. */
export type CallResult =
  | { readonly state: "answered"; readonly status: number; readonly body: Buffer }
  | { readonly state: "timed-out" }
  | { readonly state: "failed"; readonly reason: string };

export interface Call {
  readonly method: "GET" | "POST";
  readonly url: string;
  /** Sent with this spelling: platforms send `Wechatpay-Serial`, not `wechatpay-serial`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** For the whole exchange, from connecting to the last byte. */
  readonly timeoutMs: number;
}

/** Calls a callback address. Never rejects. */
export function call({ method, url, headers, body, timeoutMs }: Call): Promise<CallResult> {
  const start = url.startsWith("https:") ? httpsRequest : httpRequest;
  return new Promise((resolve) => {
    let timedOut = false;
    const outgoing = start(url, {
      method,
      headers: { ...headers, ...(method === "POST" ? { "Content-Length": String(Buffer.byteLength(body)) } : {}) },
      agent: false,
    });
    const timer = setTimeout(() => {
      timedOut = true;
      outgoing.destroy();
      resolve({ state: "timed-out" });
    }, timeoutMs);
    const fail = (error: Error): void => {
      clearTimeout(timer);
      resolve(timedOut ? { state: "timed-out" } : { state: "failed", reason: error.message });
    };
    outgoing.on("error", fail);
    outgoing.on("response", (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("error", fail);
      incoming.on("end", () => {
        clearTimeout(timer);
        resolve({ state: "answered", status: incoming.statusCode ?? 0, body: Buffer.concat(chunks) });
      });
    });
    outgoing.end(method === "POST" ? body : undefined);
  });
}
