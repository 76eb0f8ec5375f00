import type { Context, Middleware } from "koa";
import type { WireClock } from "../ports/clock.ts";
import type { Logger } from "../telemetry/logger.ts";
import { RATE_LIMITS, type RateLimitName, windowLeftMs } from "../usecases/rate-limits/rate-limits.ts";
import { clientAddress } from "./client-address.ts";

export interface RateLimitContext {
  /** `countUse` tied to the database. */
  readonly count: (name: RateLimitName, subject: string, nowMs: number) => Promise<number>;
  readonly clock: WireClock;
  readonly logger: Logger;
}

/** Addresses in memory at most; more than this at once is an attack by many, and then the database counts alone. */
const REMEMBERED_MAX = 10_000;

/**
 * Per address: pages that open from chat are counted before they do anything, callbacks only when they turn out not to be
 * genuine, so that nobody who fakes them can have the platform's own turned away. Beyond the limit the answer is 429
 * until the window is over. A full count is remembered here, so that a flood costs the database nothing.
 */
export function limitAddresses(context: RateLimitContext): Middleware {
  const full = new Map<string, number>();
  const isFull = async (name: RateLimitName, address: string): Promise<boolean> => {
    const nowMs = context.clock.nowMs();
    const key = `${name}|${address}`;
    if ((full.get(key) ?? 0) > nowMs) return true;
    full.delete(key);
    const count = await context.count(name, address, nowMs);
    if (count <= RATE_LIMITS[name].limit) return false;
    if (full.size >= REMEMBERED_MAX) full.clear();
    full.set(key, nowMs + windowLeftMs(name, nowMs));
    // Once an address and window, and without the address: the log is no list of people.
    context.logger.warn({ limit: name }, "http.too-many");
    return true;
  };
  return async (ctx, next) => {
    const page = pageLimitOf(ctx.path);
    if (page !== undefined && (await isFull(page, clientAddress(ctx)))) return tooMany(ctx, context, page);
    await next();
    if (!ctx.path.startsWith("/callbacks/") || !isRefusal(ctx.status)) return;
    if (await isFull("refused-callback", clientAddress(ctx))) tooMany(ctx, context, "refused-callback");
  };
}

function pageLimitOf(path: string): RateLimitName | undefined {
  if (path === "/h5/pay/status") return "h5-status";
  return path.startsWith("/h5/") ? "h5-page" : undefined;
}

/** Bad signature, bad form; a 503 of our own is nobody's fault outside. */
const isRefusal = (status: number): boolean => status >= 400 && status < 500;

function tooMany(ctx: Context, context: RateLimitContext, name: RateLimitName): void {
  ctx.status = 429;
  ctx.set("Retry-After", String(Math.ceil(windowLeftMs(name, context.clock.nowMs()) / 1000)));
  ctx.type = "text/plain; charset=utf-8";
  ctx.body = name === "h5-page" ? "操作太频繁了，请一分钟后再试。" : "";
}
