import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { beforeEach, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import { execute, rows } from "../../../src/db/rows.ts";
import { createHttpApp } from "../../../src/http/app.ts";
import { cashierLink } from "../../../src/http/h5/cashier-link.ts";
import { deriveLinkKey } from "../../../src/http/h5/link.ts";
import { pageUrl } from "../../../src/http/h5/page-link.ts";
import { h5Routes } from "../../../src/http/h5/routes.ts";
import { createLogger } from "../../../src/telemetry/logger.ts";
import { runDunning } from "../../../src/usecases/dunning/run-dunning.ts";
import { DUNNING_ENCRYPTION, dunningContext, importDunningPark } from "../../db/dunning/dunning-world.ts";
import { type MovableClock, movableClock } from "../../support/clock.ts";
import { createTestDatabase } from "../../support/database.ts";
import { writeBill } from "../../support/published-bill.ts";

/* The pages behind a steward's card and a tenant's SMS, as a browser without any sign-in meets them. */

const linkKey = deriveLinkKey(Buffer.alloc(32, 9));
let database: Awaited<ReturnType<typeof createTestDatabase>>;
let clock: MovableClock;
let url = "";

beforeEach(async () => {
  database = await createTestDatabase();
  clock = movableClock("2026-09-11");
  await importDunningPark(database.db, "2026-09-01");
  await writeBill(database.db, {
    billNo: "DG-202609-00001",
    lease: "L003",
    dueDate: "2026-09-10",
    lines: { rent: "1000.00" },
  });
  const logger = createLogger({ level: "silent" });
  const app = createHttpApp({
    logger,
    routers: [
      h5Routes({
        db: database.db,
        encryption: DUNNING_ENCRYPTION,
        payments: {
          gateways: new Map(),
          businessClock: clock,
          wireClock: { nowMs: Date.now },
          officialAccountAppId: undefined,
          paymentCard: () => {
            throw new Error("nobody pays here");
          },
          onProblem: () => {},
        },
        publicUrl: "https://park.example.com",
        linkKeys: [linkKey],
        signIns: [],
        logger,
      }),
    ],
  });
  const server = createServer(app.callback());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return async () => {
    server.close();
    await database.close();
  };
});

async function open(path: string): Promise<{ status: number; text: string; location: string | null }> {
  const response = await fetch(`${url}${path}`, { redirect: "manual" });
  return { status: response.status, text: await response.text(), location: response.headers.get("location") };
}
const pathOf = (address: string): string => address.replace("https://park.example.com", "");
const idOf = async (table: "tenant" | "person" | "legal_entity", column: string, value: string): Promise<string> =>
  (
    await rows<{ id: string }>(
      database.db,
      Prisma.sql`SELECT id FROM ${Prisma.raw(table)} WHERE ${Prisma.raw(column)} = ${value}`,
    )
  )[0]?.id ?? "";

it("收款码 is a code to scan and says nothing about anybody; a forged one is refused", async () => {
  const order = {
    tenantId: await idOf("tenant", "code", "T002"),
    entityId: await idOf("legal_entity", "code", "E1"),
    billNos: ["DG-202609-00001"],
  };
  const link = cashierLink({ publicUrl: "https://park.example.com", linkKey, businessClock: clock }, order).url;
  const path = pathOf(link).replace("/h5/pay?", "/h5/qr?");
  const page = await open(path);
  expect(page.status).toBe(200);
  expect(page.text).toContain("<svg");
  expect(page.text).not.toMatch(/二号贸易|1,000/);
  expect((await open(`${path.slice(0, -2)}AA`)).status).toBe(400);
  clock.advanceDays(8);
  expect((await open(path)).status).toBe(410);
});

it("the page that dials has the number and the way there, for a week and for nobody who forges it", async () => {
  const context = { publicUrl: "https://park.example.com", linkKey, nowMs: clock.nowMs() };
  const path = pathOf(pageUrl(context, "call", await idOf("person", "name", "陈老板")));
  const page = await open(path);
  expect(page.status).toBe(200);
  expect(page.text).toContain('href="tel:13800000004"');
  expect(page.text).toContain("https://uri.amap.com/search?keyword=");
  for (let at = "/h5/call?t=".length; at < path.length; at += 7) {
    const other = path[at] === "A" ? "B" : "A";
    expect((await open(`${path.slice(0, at)}${other}${path.slice(at + 1)}`)).status).toBe(400);
  }
  clock.advanceDays(7);
  expect((await open(path)).status).toBe(410);
});

it("the code of an SMS leads to the signed cashier of what is owed, and nobody else's", async () => {
  await execute(database.db, Prisma.sql`UPDATE channel_identity SET reachable = false`);
  await runDunning(database.db, dunningContext(clock));
  const [sms] = await rows<{ code: string; recipient: string }>(
    database.db,
    Prisma.sql`SELECT message->'parameters'->>'code' AS code, recipient FROM outbox WHERE channel = 'sms'`,
  );
  expect(sms?.code).toHaveLength(12);
  const page = await open(`/s/${sms?.code}`);
  expect(page.status).toBe(302);
  expect(page.location).toMatch(/^https:\/\/park\.example\.com\/h5\/pay\?t=/);
  expect((await open("/s/aaaaaaaaaaaa")).status).toBe(400);
  await execute(database.db, Prisma.sql`UPDATE receivable SET open_fen = 0`);
  const paid = await open(`/s/${sms?.code}`);
  expect(paid.status).toBe(200);
  expect(paid.text).toContain("已经付清");
  clock.advanceDays(8);
  expect((await open(`/s/${sms?.code}`)).status).toBe(410);
});
