import type { AddressInfo } from "node:net";
import Router from "@koa/router";
import { describe, expect, it, onTestFinished } from "vitest";
import { createHttpApp } from "../../../src/http/app.ts";
import { limitAddresses } from "../../../src/http/rate-limits.ts";
import { createLogger } from "../../../src/telemetry/logger.ts";
import { countUse, RATE_LIMITS } from "../../../src/usecases/rate-limits/rate-limits.ts";
import { movableClock } from "../../support/clock.ts";
import { withDatabase } from "../../support/database.ts";

const database = withDatabase();
let day = 0;

/** Our web server with a page and a callback that knows one genuine caller; requests come through a proxy of ours. */
async function openServer() {
  day += 1;
  const clock = movableClock(`2026-09-${String(day).padStart(2, "0")}`);
  const counted: string[] = [];
  const router = new Router();
  router.get("/h5/bill", (ctx) => {
    ctx.body = "bill";
  });
  router.post("/callbacks/official-account", (ctx) => {
    ctx.status = ctx.get("x-genuine") === "1" ? 200 : 403;
  });
  const logger = createLogger({ level: "silent" });
  const app = createHttpApp({
    routers: [router],
    logger,
    limits: limitAddresses({
      count: (name, subject, nowMs) => {
        counted.push(name);
        return countUse(database.db, name, subject, nowMs);
      },
      clock,
      logger,
    }),
  });
  const server = app.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    clock,
    counted,
    async page(from: string): Promise<number> {
      return (await fetch(`${url}/h5/bill`, { headers: { "x-forwarded-for": from } })).status;
    },
    async callback(from: string, genuine = false): Promise<Response> {
      const headers = { "x-forwarded-for": from, ...(genuine ? { "x-genuine": "1" } : {}) };
      return fetch(`${url}/callbacks/official-account`, { method: "POST", headers });
    },
  };
}

const times = async <T>(count: number, work: (time: number) => Promise<T>): Promise<T[]> => {
  const done: T[] = [];
  for (let time = 1; time <= count; time += 1) done.push(await work(time));
  return done;
};

describe("pages of one address", () => {
  const { limit } = RATE_LIMITS["h5-page"];

  it("open up to the limit, then 429 until the minute is over; others see nothing of it", async () => {
    const server = await openServer();
    expect(new Set(await times(limit, () => server.page("203.0.113.9")))).toEqual(new Set([200]));
    expect(await server.page("203.0.113.9")).toBe(429);
    expect(await server.page("203.0.113.10")).toBe(200);
    server.clock.advanceMs(60_000);
    expect(await server.page("203.0.113.9")).toBe(200);
  });

  it("what a client writes before our proxy's own word counts for nothing", async () => {
    const server = await openServer();
    await times(limit, (time) => server.page(`198.51.100.${time}, 203.0.113.9`));
    expect(await server.page("192.0.2.77, 203.0.113.9")).toBe(429);
  });

  it("one network of IPv6 is one address", async () => {
    const server = await openServer();
    await times(limit, (time) => server.page(`2001:db8:1:2::${time.toString(16)}`));
    expect(await server.page("2001:db8:1:2:aaaa::1")).toBe(429);
    expect(await server.page("2001:db8:1:3::1")).toBe(200);
  });

  it("a flood costs the database no more than the limit and one", async () => {
    const server = await openServer();
    await times(limit + 50, () => server.page("203.0.113.9"));
    expect(server.counted).toHaveLength(limit + 1);
  });
});

describe("callbacks that are not genuine", () => {
  const { limit } = RATE_LIMITS["refused-callback"];

  it("are refused, then 429; a genuine one from the same address still gets through", async () => {
    const server = await openServer();
    const statuses = await times(limit, async () => (await server.callback("203.0.113.9")).status);
    expect(new Set(statuses)).toEqual(new Set([403]));
    const tooMany = await server.callback("203.0.113.9");
    expect([tooMany.status, Number(tooMany.headers.get("retry-after")) > 0]).toEqual([429, true]);
    expect((await server.callback("203.0.113.9", true)).status).toBe(200);
  });

  it("genuine ones are not even counted", async () => {
    const server = await openServer();
    await times(limit + 5, () => server.callback("203.0.113.9", true));
    expect(server.counted).toEqual([]);
  });
});
