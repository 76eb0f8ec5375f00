import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import plugin from "wechatpay-axios-plugin";
import { type KeyPair, newKeyPair, PUBLIC_KEY_ID, signatureHeaders } from "../../unit/payments/wechat-pay/platform.ts";

/** How the pretend platform answers one request. `hang` never answers. */
export type Answer =
  | {
      readonly status: number;
      readonly json?: unknown;
      readonly text?: string;
      readonly headers?: Readonly<Record<string, string>>;
      /** Default: every 2xx, as the real one does. */
      readonly signed?: boolean;
      readonly seconds?: number;
      readonly keys?: KeyPair;
    }
  | "hang";

export interface ReceivedRequest {
  readonly method: string;
  /** Path and query as they came in. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Whether the Authorization header holds a good signature over exactly these bytes, by another implementation. */
  readonly signatureIsGood: boolean;
}

/** A small WeChat Pay on loopback: checks the request's signature with wechatpay-axios-plugin and answers as told. */
export async function startPretendWechatPay(merchant: KeyPair, platform: KeyPair) {
  const requests: ReceivedRequest[] = [];
  let answer: (request: ReceivedRequest) => Answer = () => ({ status: 404 });
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString("utf8");
    const { method = "", url = "", headers } = incoming;
    const signatureIsGood = isSignedBy(merchant, headers.authorization ?? "", method, url, body);
    const request = { method, url, headers, body, signatureIsGood };
    requests.push(request);
    const given = answer(request);
    if (given === "hang") return;
    const text = given.text ?? (given.json === undefined ? "" : JSON.stringify(given.json));
    const isSigned = given.signed ?? (given.status >= 200 && given.status < 300);
    const seconds = given.seconds ?? Math.floor(Date.now() / 1000);
    const signature = isSigned
      ? signatureHeaders(text, { seconds, keys: given.keys ?? platform, serial: PUBLIC_KEY_ID })
      : {};
    response.writeHead(given.status, { ...signature, ...given.headers });
    response.end(given.status === 204 ? undefined : text);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    apiBase: `http://127.0.0.1:${port}`,
    requests,
    answerWith(next: Answer | ((request: ReceivedRequest) => Answer)) {
      answer = typeof next === "function" ? next : () => next;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function isSignedBy(merchant: KeyPair, authorization: string, method: string, url: string, body: string): boolean {
  const [scheme, fields = ""] = authorization.split(" ", 2);
  if (scheme !== "WECHATPAY2-SHA256-RSA2048") return false;
  const field = (name: string) => new RegExp(`(?:^|,)${name}="([^"]*)"`).exec(fields)?.[1] ?? "";
  const message = plugin.Formatter.request(method, url, field("timestamp"), field("nonce_str"), body);
  return plugin.Rsa.verify(message, field("signature"), merchant.publicKey);
}

/** A port on which nothing listens. */
export async function closedPort(): Promise<number> {
  const { apiBase, close } = await startPretendWechatPay(newKeyPair(), newKeyPair());
  await close();
  return Number(new URL(apiBase).port);
}
