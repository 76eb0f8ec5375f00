import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { type Fault, FaultSwitches } from "./fault-switches.ts";

/** A request with its bytes untouched: `target` is path and query exactly as sent, which signatures cover. */
export interface PlainRequest {
  readonly method: string;
  readonly target: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

export interface PlainResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export type RequestHandler = (request: PlainRequest) => PlainResponse | Promise<PlainResponse>;

export interface PlainServer {
  /** `http://127.0.0.1:<port>` without a slash at the end. */
  readonly url: string;
  readonly faults: FaultSwitches;
  close(): Promise<void>;
}

/** Starts a server on 127.0.0.1 and a free port. A handler that throws answers 500 with the message. */
export async function startPlainServer(handle: RequestHandler): Promise<PlainServer> {
  const faults = new FaultSwitches();
  const sockets = new Set<Socket>();
  const server = createServer((incoming, outgoing) => {
    answer(incoming, outgoing, handle, faults).catch((error: unknown) => {
      outgoing.writeHead(500, { "Content-Type": "text/plain; charset=utf-8" });
      outgoing.end(error instanceof Error ? (error.stack ?? error.message) : String(error));
    });
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    faults,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

async function answer(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  handle: RequestHandler,
  faults: FaultSwitches,
): Promise<void> {
  const request = await readRequest(incoming);
  const fault = faults.take(request.method, request.path);
  if (fault?.kind === "drop-before") {
    incoming.socket.destroy();
    return;
  }
  if (fault?.kind === "refuse") {
    send(outgoing, substitute(fault));
    return;
  }
  const response = await handle(request);
  if (fault?.kind === "delay") await delay(fault.delayMs, undefined, { ref: false });
  if (fault?.kind === "drop-after") {
    incoming.socket.destroy();
    return;
  }
  send(outgoing, fault?.kind === "lose-answer" ? substitute(fault) : response);
}

function substitute(fault: Extract<Fault, { status: number }>): PlainResponse {
  return { status: fault.status, headers: { "Content-Type": "application/json; charset=utf-8" }, body: fault.body };
}

function send(outgoing: ServerResponse, response: PlainResponse): void {
  outgoing.writeHead(response.status, { ...response.headers });
  outgoing.end(response.body ?? "");
}

async function readRequest(incoming: IncomingMessage): Promise<PlainRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const target = incoming.url ?? "/";
  const questionMark = target.indexOf("?");
  const headers: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(incoming.headers)) {
    headers[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return {
    method: incoming.method ?? "GET",
    target,
    path: questionMark < 0 ? target : target.slice(0, questionMark),
    query: new URLSearchParams(questionMark < 0 ? "" : target.slice(questionMark + 1)),
    headers,
    body: Buffer.concat(chunks),
  };
}

/** A JSON answer as the platforms send it. */
export function jsonResponse(status: number, value: unknown): PlainResponse {
  return {
    status,
    headers: { "Content-Type": "application/json; charset=utf-8" },
    body: JSON.stringify(value),
  };
}

/** The JSON object in a body, or undefined when it is none. */
export function readJsonObject(body: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body.toString("utf8"));
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
