import pg from "pg";
import { onTestFinished } from "vitest";
import { orderAtCashier } from "../../../playground/demo/cashier-visit.ts";
import { platformVariables, playgroundOptions } from "../../../playground/demo/platforms.ts";
import { type ChatMessage, readableText } from "../../../playground/official-account/chat.ts";
import type { Follower } from "../../../playground/official-account/follower.ts";
import { type Playground, startPlayground } from "../../../playground/playground.ts";
import { billNoticesOf } from "../../../src/compose/bill-notices.ts";
import { platformApps } from "../../../src/compose/platform-apps.ts";
import { type Config, loadConfig } from "../../../src/config/env.ts";
import type { Database } from "../../../src/db/client.ts";
import { createFieldEncryption } from "../../../src/db/field-encryption.ts";
import { addDays, type CivilDate, civilDateAt, monthOf } from "../../../src/domain/time/civil-date.ts";
import { readWorld } from "../../../src/domain/world/read-world.ts";
import { publishBills } from "../../../src/usecases/billing/publish-bills.ts";
import { issueRun } from "../../../src/usecases/billing/run-billing.ts";
import { importWorld } from "../../../src/usecases/import-world/import-world.ts";
import { createTestDatabase } from "../../support/database.ts";
import { freePort, type RunningServer, startServer, type Variables } from "../../support/server.ts";

const FIELD_KEY = Buffer.alloc(32, 7);
export const RENT = "¥1,234.50";

/** A park with the real server in front of it; the clock is the real one, so its month is the current one. */
export interface Park {
  readonly db: Database;
  readonly databaseUrl: string;
  readonly playground: Playground;
  readonly variables: Variables;
  readonly url: string;
  start(words?: readonly string[], more?: Variables): Promise<RunningServer>;
  /** Contact `number` (from 0) of the park, each the owner of a tenant of their own. */
  contact(number: number): Follower;
  /** Publishes the current month, with the notices to everybody when `notify`. */
  publish(notify?: "notify"): Promise<void>;
  /** A connection of the test's own, for holding locks. */
  connection(): Promise<pg.Client>;
}

export interface ParkOptions {
  readonly tenants?: number;
  /** From the start of one push to the start of the next, default the real 5 s. */
  readonly pushSpacingMs?: number;
  /** Factor on the waits between two sendings of a payment notification. */
  readonly resendTimeScale?: number;
  /** False: no templates, so that every message is a customer-service message. */
  readonly templates?: boolean;
}

/** Opens a park for the current test, with a bill of RENT for each tenant once it is published. */
export async function openPark(options: ParkOptions = {}): Promise<Park> {
  const { tenants = 1, templates = true } = options;
  const database = await createTestDatabase();
  onTestFinished(() => database.close());
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const pretend = playgroundOptions(url, Date.now);
  const playground = await startPlayground({
    ...pretend,
    officialAccount: { ...pretend.officialAccount, pushSpacingMs: options.pushSpacingMs ?? 5_000 },
    wechatPay: { ...pretend.wechatPay, resendTimeScale: options.resendTimeScale ?? 0.1 },
  });
  onTestFinished(() => playground.close());
  const variables: Variables = {
    ...platformVariables(playground, url),
    ...(templates ? {} : { OA_TEMPLATES: undefined }),
    DATABASE_URL: database.url,
    FIELD_ENCRYPTION_KEY: FIELD_KEY.toString("base64"),
    PORT: String(port),
  };
  const config = configOf(variables);
  const today = civilDateAt(Date.now());
  await importPark(database.db, config, tenants, today);
  const contact = (number: number) => {
    const follower = playground.officialAccount.user(openIdOf(number));
    follower.isSubscribed = true;
    return follower;
  };
  return {
    db: database.db,
    databaseUrl: database.url,
    playground,
    variables,
    url,
    start: (words, more) => startServer({ ...variables, ...more }, words),
    contact,
    async publish(notify) {
      for (let number = 0; number < tenants; number += 1) contact(number);
      const command = { period: monthOf(today), acknowledge: "all" } as const;
      const context = { ...ACTOR, today, createdBy: "S01", approvedBy: "S02" };
      const issued = await issueRun(database.db, command, context);
      if (!issued.ok) throw new Error(issued.message);
      const notices = billNoticesOf({ config, clock: { nowMs: Date.now, today: () => today } });
      await publishBills(database.db, command, context, notify === undefined ? async () => [] : notices);
    },
    async connection() {
      const client = new pg.Client({ connectionString: database.url });
      await client.connect();
      onTestFinished(() => client.end());
      return client;
    },
  };
}

const ACTOR = { actor: "staff:S01", channel: "test" } as const;
const openIdOf = (number: number): string => `oServerContact${number}`;

function configOf(variables: Variables): Config {
  const loaded = loadConfig(variables);
  if (!loaded.ok) throw new Error(loaded.problems.join("\n"));
  return loaded.config;
}

async function importPark(db: Database, config: Config, tenants: number, today: CivilDate): Promise<void> {
  const read = readWorld(world(tenants, today), { today });
  if (!read.ok) throw new Error(JSON.stringify(read.errors));
  const encryption = createFieldEncryption([FIELD_KEY]);
  const imported = await importWorld(db, read.world, {
    ...ACTOR,
    today,
    encryption,
    apps: platformApps(config),
    dryRun: false,
  });
  if (!imported.ok) throw new Error(JSON.stringify(imported.errors));
}

/** Leases that begin with the current month, so that its bill is their first and has one line. */
function world(tenants: number, today: CivilDate): object {
  const start = `${monthOf(today)}-01`;
  const numbers = Array.from({ length: tenants }, (_, number) => number);
  const charge = {
    code: "rent",
    kind: "rent",
    rule: { type: "fixed", price: "1234.50", per: "month" },
    taxRate: "0.09",
  };
  return {
    format: "parkledger/1",
    operator: { code: "SRV", name: "园区运营" },
    entities: [
      {
        code: "E1",
        name: "谭氏物业有限公司",
        merchantAccounts: [{ code: "WX1", channel: "wechat", mchId: "1900000001" }],
      },
    ],
    projects: [
      {
        code: "DG",
        name: "东莞园区",
        entity: "E1",
        buildings: [
          { code: "A", name: "A栋", units: numbers.map((number) => ({ code: `A-${number}`, areaSqm: "100" })) },
        ],
      },
    ],
    tenants: numbers.map((number) => ({
      code: `T${number}`,
      name: `${number}号电子`,
      contacts: [
        { name: `联系人${number}`, phone: `138000${10_000 + number}`, role: "owner", openId: openIdOf(number) },
      ],
    })),
    staff: [
      { code: "S01", name: "李管家", roles: ["steward"], projects: ["DG"] },
      { code: "S02", name: "周经理", roles: ["finance-manager"], projects: ["DG"] },
    ],
    leases: numbers.map((number) => ({
      code: `L${number}`,
      tenant: `T${number}`,
      entity: "E1",
      units: [`A-${number}`],
      start,
      end: addDays(today, 1_000),
      charges: [charge],
    })),
  };
}

/** What a person in the chat does before they pay: asks for the link and opens it. Returns what its QR code says. */
export async function orderByChat(park: Park, payer: Follower): Promise<string> {
  const seen = payer.messages.length;
  await payer.say("缴费");
  const offer = await payer.waitForMessage((message) => linkOf(message) !== undefined, WAIT_MS, seen);
  await orderAtCashier(linkOf(offer) ?? "");
  return park.playground.wechatPay.orders.all().at(-1)?.ticket ?? "";
}

/** Scans the code and pays. */
export function pay(park: Park, payer: Follower, code: string): void {
  const paid = park.playground.wechatPay.pay(code, payer.openId);
  if (paid.state !== "paid") throw new Error(paid.reason);
}

export const WAIT_MS = 30_000;
const linkOf = (message: ChatMessage): string | undefined =>
  /https?:\/\/[^"\s<>]+\/h5\/pay\?t=[\w-]+/.exec(readableText(message))?.[0];

export const isReceipt = (message: ChatMessage): boolean => /收据编号/.test(readableText(message));
export const isAnswer = (message: ChatMessage): boolean =>
  message.channel !== "banner" && /账单/.test(readableText(message)) && readableText(message).includes(RENT);
