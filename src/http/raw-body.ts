import type { Context, Middleware } from "koa";

declare module "koa" {
  interface DefaultState {
    /** The request's bytes as they arrived: signatures cover bytes, not parsed objects. */
    rawBody?: Buffer;
  }
}

/** Longer than any callback or form of ours; a 10 MB body is never held in memory. */
const MAX_BYTES = 1_048_576;
/** The one page that takes a file: an electronic invoice of up to 5 MB with its form around it. */
const FILE_PAGE = "/h5/invoice";
const FILE_MAX_BYTES = 5_500_000;
/** So much of it is let run into nothing, for who is cut off while sending never reads why. */
const DISCARD_MAX_BYTES = 67_108_864;
/** A sender that trickles holds a connection, nothing else; after this it is cut off. */
const READ_LIMIT_MS = 10_000;
/** A file from a phone in a basement. */
const FILE_READ_LIMIT_MS = 60_000;

/** Reads the body into `ctx.state.rawBody`, or answers 413 or 408. No parser runs before verification. */
export const readRawBody: Middleware = async (ctx, next) => {
  if (ctx.method !== "POST") return next();
  const body = await read(ctx);
  if (typeof body === "number") {
    ctx.status = body;
    ctx.set("Connection", "close");
    if (body === 413) await discardRest(ctx);
    return;
  }
  ctx.state.rawBody = body;
  return next();
};

async function read(ctx: Context): Promise<Buffer | 413 | 408> {
  const takesFile = ctx.path === FILE_PAGE;
  const maxBytes = takesFile ? FILE_MAX_BYTES : MAX_BYTES;
  if (Number(ctx.get("content-length") || 0) > maxBytes) return 413;
  const chunks: Buffer[] = [];
  let size = 0;
  const deadline = setTimeout(() => ctx.req.destroy(), takesFile ? FILE_READ_LIMIT_MS : READ_LIMIT_MS);
  try {
    // Leaving the loop early must not cut the connection: the sender is to read its 413.
    for await (const chunk of ctx.req.iterator({ destroyOnReturn: false })) {
      size += chunk.length;
      if (size > maxBytes) return 413;
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } catch {
    return 408;
  } finally {
    clearTimeout(deadline);
  }
}

/** Resolves when the sender has said all, or was cut off. */
function discardRest(ctx: Context): Promise<void> {
  return new Promise((resolve) => {
    const cutOff = (): void => void ctx.req.destroy();
    const deadline = setTimeout(cutOff, READ_LIMIT_MS);
    let size = 0;
    ctx.req.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > DISCARD_MAX_BYTES) cutOff();
    });
    const done = (): void => {
      clearTimeout(deadline);
      resolve();
    };
    ctx.req.once("end", done).once("close", done).once("error", done);
    ctx.req.resume();
  });
}

/** The body that `readRawBody` has read. Throws when the route is mounted without it. */
export function rawBodyOf(ctx: { state: { rawBody?: Buffer } }): Buffer {
  if (ctx.state.rawBody === undefined) throw new Error("readRawBody is not mounted before this route");
  return ctx.state.rawBody;
}
