import { randomBytes } from "node:crypto";
import type { PlainRequest, PlainResponse } from "../http/server.ts";
import { errorResponse, okResponse } from "./errors.ts";

const LIFE_MS = 3 * 86_400_000;
const FILE_MAX_BYTES = 20_000_000;

interface Kept {
  readonly name: string;
  readonly bytes: Buffer;
}

/** Files for three days: what the app uploads and what members send it (reference/platforms.md section 4). */
export class MediaShelf {
  readonly #files = new Map<string, Kept & { readonly untilMs: number }>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  upload(request: PlainRequest): PlainResponse {
    if (request.query.get("type") !== "file") return errorResponse(40004);
    const file = readForm(request);
    if (file === undefined) return errorResponse(44001);
    if (file.bytes.length <= 5) return errorResponse(44001);
    if (file.bytes.length > FILE_MAX_BYTES) return errorResponse(45001);
    const id = randomBytes(32).toString("base64url");
    this.#files.set(id, { ...file, untilMs: this.#nowMs() + LIFE_MS });
    return okResponse({ type: "file", media_id: id, created_at: String(Math.floor(this.#nowMs() / 1000)) });
  }

  /** A picture that a member sends to the app; the MediaId of its message. */
  keepPicture(bytes: Uint8Array): string {
    const id = randomBytes(48).toString("base64url");
    this.#files.set(id, { name: "image.jpg", bytes: Buffer.from(bytes), untilMs: this.#nowMs() + LIFE_MS });
    return id;
  }

  /** media/get: the file itself; an error is JSON, with its code in the headers too (WW 90254). */
  get({ query, headers }: PlainRequest): PlainResponse {
    const id = query.get("media_id");
    if (id === null || id === "") return withErrorHeaders(41006);
    const file = this.find(id);
    if (file === undefined) return withErrorHeaders(40007);
    const range = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? "");
    const [from, to] = range ? [Number(range[1]), Number(range[2])] : [0, file.bytes.length - 1];
    return {
      status: range ? 206 : 200,
      headers: {
        "Content-Type": "image/jpeg",
        "Content-disposition": `attachment; filename="${file.name}"`,
        ...(range ? { "Content-Range": `bytes ${from}-${to}/${file.bytes.length}` } : {}),
      },
      body: file.bytes.subarray(from, to + 1),
    };
  }

  find(id: unknown): Kept | undefined {
    const file = typeof id === "string" ? this.#files.get(id) : undefined;
    return file === undefined || file.untilMs < this.#nowMs() ? undefined : { name: file.name, bytes: file.bytes };
  }
}

function withErrorHeaders(code: 40007 | 41006): PlainResponse {
  const refusal = errorResponse(code);
  return { ...refusal, headers: { ...refusal.headers, "Error-Code": String(code), "Error-Msg": "see body" } };
}

/** The part named `media` of a multipart body; its file name is taken as it stands, in UTF-8. */
function readForm(request: PlainRequest): Kept | undefined {
  const boundary = /boundary=("?)([^";]+)\1/.exec(request.headers["content-type"] ?? "")?.[2];
  if (boundary === undefined) return undefined;
  const start = request.body.indexOf(`--${boundary}\r\n`);
  const headEnd = request.body.indexOf("\r\n\r\n", start);
  const end = request.body.indexOf(`\r\n--${boundary}`, headEnd);
  if (start < 0 || headEnd < 0 || end < 0) return undefined;
  const head = request.body.subarray(start, headEnd).toString("utf8");
  const name = /name="media"[^\r\n]*; ?filename="([^"]*)"/.exec(head)?.[1];
  return name === undefined || name === "" ? undefined : { name, bytes: request.body.subarray(headEnd + 4, end) };
}
