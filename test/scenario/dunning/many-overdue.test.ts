import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, it, onTestFinished } from "vitest";
import { dunningWords, taskCards } from "../../../bot/notices/dunning-notices.ts";
import { Prisma } from "../../../generated/prisma/client.ts";
import { startOfficialAccount } from "../../../playground/official-account/official-account.ts";
import { startSms } from "../../../playground/sms/sms.ts";
import type { Database } from "../../../src/db/client.ts";
import { createFieldEncryption } from "../../../src/db/field-encryption.ts";
import { execute, rows } from "../../../src/db/rows.ts";
import { readWorld } from "../../../src/domain/world/read-world.ts";
import { advanceChain } from "../../../src/usecases/dunning/advance-chain.ts";
import { runDunning } from "../../../src/usecases/dunning/run-dunning.ts";
import { importWorld } from "../../../src/usecases/import-world/import-world.ts";
import { tellNewTasks } from "../../../src/usecases/tasks/tell-tasks.ts";
import { movableClock } from "../../support/clock.ts";
import { createTestDatabase } from "../../support/database.ts";
import { DUNNING_APP, DUNNING_SECRET, DUNNING_SMS, DUNNING_TEMPLATE, EVENING } from "./evening.ts";

/** A clean checkout tries a small park; DUNNED_TENANTS=10000 the evening of a real one. */
const TENANTS = Number(process.env.DUNNED_TENANTS ?? 120);
const KILLS = 4;
const WORKER = join(import.meta.dirname, "relay-worker.ts");
const LIMIT_MS = 120_000 + TENANTS * 120;

const openIdOf = (index: number): string => `oTenant${index}`;
const phoneOf = (index: number): string => `139${String(index).padStart(8, "0")}`;
/** Every third tenant has never been on the official account, and of the others every tenth has left it unnoticed. */
const hasOpenId = (index: number): boolean => index % 3 !== 2;
const follows = (index: number): boolean => hasOpenId(index) && index % 10 !== 1;

function world(): object {
  const numbers = Array.from({ length: TENANTS }, (_, index) => index);
  return {
    format: "parkledger/1",
    operator: { code: "OP", name: "园区" },
    entities: [{ code: "E1", name: "甲公司" }],
    projects: [
      {
        code: "P",
        name: "园区",
        entity: "E1",
        buildings: [
          { code: "A", name: "A栋", units: numbers.map((index) => ({ code: `A-${index}`, areaSqm: "100" })) },
        ],
      },
    ],
    tenants: numbers.map((index) => ({
      code: `T${index}`,
      name: `租户${index}号`,
      contacts: [
        {
          name: `会计${index}`,
          phone: phoneOf(index),
          role: "finance",
          ...(hasOpenId(index) ? { openId: openIdOf(index) } : {}),
        },
      ],
    })),
    staff: [{ code: "S01", name: "李管家", roles: ["steward"], projects: ["P"], wecomUserId: "li" }],
    leases: numbers.map((index) => ({
      code: `L${index}`,
      tenant: `T${index}`,
      entity: "E1",
      units: [`A-${index}`],
      start: "2026-01-01",
      end: "2028-12-31",
      charges: [{ code: "rent", kind: "rent", rule: { type: "fixed", price: "1000.00", per: "month" } }],
    })),
  };
}

async function importPark(db: Database): Promise<void> {
  const read = readWorld(world());
  if (!read.ok) throw new Error(JSON.stringify(read.errors.slice(0, 3)));
  const imported = await importWorld(db, read.world, {
    actor: "test",
    channel: "test",
    today: "2026-09-01" as never,
    encryption: createFieldEncryption([Buffer.alloc(32, 9)]),
    apps: { "official-account": DUNNING_APP, wecom: "corp" },
    dryRun: false,
  });
  if (!imported.ok) throw new Error(JSON.stringify(imported.errors.slice(0, 3)));
}

/** A bill of ¥1,000.00 for everybody, due on September 10. */
async function billEverybody(db: Database): Promise<void> {
  await execute(
    db,
    Prisma.sql`INSERT INTO bill (id, entity_id, project_id, tenant_id, lease_id, lease_version_id, origin, state, bill_no,
        payment_code, period, issue_date, due_date, total_fen, issued_at, published_at)
      SELECT gen_random_uuid(), l.entity_id, l.project_id, l.tenant_id, l.id, v.id, 'one-off', 'published',
        'P-202609-' || l.code, 'PK' || l.code, '2026-09', '2026-09-01', '2026-09-10', 100000, now(), now()
      FROM lease l JOIN lease_version v ON v.lease_id = l.id AND v.version = 1`,
  );
  await execute(
    db,
    Prisma.sql`INSERT INTO bill_line (id, bill_id, entity_id, lease_id, charge_code, role, ordinal, kind, period_from,
        period_to, correction_no, position, amount_fen, net_fen, tax_fen, tax_rate, engine_version, input_hash, inputs,
        derivation)
      SELECT gen_random_uuid(), b.id, b.entity_id, b.lease_id, 'rent', 'charge', 0, 'rent', '2026-09-01', '2026-09-30', 0, 0,
        100000, 100000, 0, 0, 'test', '', '{}', '{}' FROM bill b`,
  );
  await execute(
    db,
    Prisma.sql`INSERT INTO receivable (line_id, bill_id, entity_id, tenant_id, lease_id, principal_fen, open_fen)
      SELECT n.id, b.id, b.entity_id, b.tenant_id, b.lease_id, 100000, 100000 FROM bill b JOIN bill_line n ON n.bill_id = b.id`,
  );
}

/** A relay of its own; resolves when it is about to work. */
async function startRelay(
  databaseUrl: string,
  vendors: { readonly OA_API_BASE: string; readonly SMS_API_BASE: string },
): Promise<{ child: ChildProcess; done: Promise<boolean> }> {
  const child = spawn(process.execPath, ["--import", "tsx", WORKER], {
    env: { ...process.env, DATABASE_URL: databaseUrl, ...vendors },
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  if ((await lines.next()).value !== "ready") throw new Error("the relay did not start");
  const done = (async () => {
    const last = await lines.next();
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    return last.value === "done";
  })();
  return { child, done };
}

it(`${TENANTS} overdue tenants in one evening: each hears once, also when the relay is killed ${KILLS} times`, {
  timeout: LIMIT_MS,
}, async () => {
  const database = await createTestDatabase();
  onTestFinished(() => database.close());
  const { db } = database;
  const clock = movableClock(EVENING);
  await importPark(db);
  await billEverybody(db);
  const account = await startOfficialAccount(
    {
      appId: DUNNING_APP,
      token: "token1",
      aesKey: "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C",
      secret: DUNNING_SECRET,
      pushSpacingMs: 50,
      templates: [
        {
          templateId: DUNNING_TEMPLATE.templateId,
          title: "缴费提醒",
          content: "租户：{{thing1.DATA}}\n金额：{{amount2.DATA}}\n到期：{{time3.DATA}}\n逾期：{{thing4.DATA}}",
        },
      ],
    },
    { nowMs: clock.nowMs, wireNowMs: () => Date.now() },
  );
  onTestFinished(() => account.close());
  const sms = await startSms(
    {
      accessKeyId: DUNNING_SMS.accessKeyId,
      accessKeySecret: DUNNING_SMS.accessKeySecret,
      signNames: [DUNNING_SMS.signName],
      templates: [
        {
          code: DUNNING_SMS.template,
          // biome-ignore lint/suspicious/noTemplateCurlyInString: the provider's own notation of a variable
          content: "您有账单未付，共${amount}元，到期日${dueDate}，付款 https://park.example.com/s/${code}",
          kind: "notice",
        },
      ],
    },
    { nowMs: clock.nowMs, wireNowMs: () => Date.now() },
  );
  onTestFinished(() => sms.close());
  const vendors = { OA_API_BASE: account.url, SMS_API_BASE: sms.url };
  const everybody = Array.from({ length: TENANTS }, (_, index) => ({
    index,
    onAccount: account.user(openIdOf(index)),
    byPhone: sms.inbox(phoneOf(index)),
  }));
  for (const { index, onAccount } of everybody) onAccount.isSubscribed = follows(index);
  const messagesOf = ({ onAccount, byPhone }: (typeof everybody)[number]) => onAccount.messages.length + byPhone.length;
  const heard = () => everybody.reduce((sum, one) => sum + messagesOf(one), 0);

  const context = {
    clock,
    officialAccountAppId: DUNNING_APP,
    hasSms: true,
    hasEmail: false,
    words: dunningWords,
    payUrl: () => "https://park.example.com/h5/pay?t=x",
    letterUrl: () => "https://park.example.com/h5/document/x",
  };
  // Two at once, as two processes would.
  const runs = await Promise.all([runDunning(db, context), runDunning(db, context)]);
  expect(runs.reduce((sum, { said }) => sum + said, 0)).toBe(TENANTS);
  expect(runs.reduce((sum, { tasks }) => sum + tasks, 0)).toBe(TENANTS);

  // The steward has a task for each and one card about them: WeCom drops what is over 30 to a member in a minute.
  await tellNewTasks(db, { today: clock.today(), cards: taskCards() });
  const cards = await rows(db, Prisma.sql`SELECT 1 FROM outbox WHERE channel = 'wecom'`);
  expect(cards).toHaveLength(1);
  await execute(db, Prisma.sql`UPDATE outbox SET state = 'dead' WHERE channel = 'wecom'`);

  for (let kill = 1; kill <= KILLS; kill += 1) {
    const relay = await startRelay(database.url, vendors);
    const enough = Math.floor((TENANTS * kill) / (KILLS + 2));
    await expect.poll(heard, { timeout: LIMIT_MS, interval: 5 }).toBeGreaterThanOrEqual(enough);
    relay.child.kill("SIGKILL");
    expect(await relay.done).toBe(false);
    // Five minutes later the claims of the dead process have run out.
    await execute(db, Prisma.sql`UPDATE outbox SET claimed_until = now() - interval '1 hour' WHERE state = 'claimed'`);
  }
  expect(heard()).toBeLessThan(TENANTS);
  const last = await startRelay(database.url, vendors);
  expect(await last.done).toBe(true);
  // Who has left the account is told by SMS.
  const left = everybody.filter(({ index }) => hasOpenId(index) && !follows(index)).length;
  expect(await advanceChain(db, context)).toBe(left);
  const followUp = await startRelay(database.url, vendors);
  expect(await followUp.done).toBe(true);

  expect(everybody.filter((one) => messagesOf(one) !== 1)).toEqual([]);
  expect(everybody.filter(({ index, byPhone }) => follows(index) !== (byPhone.length === 0))).toEqual([]);
  const states = await rows<{ state: string; count: number }>(
    db,
    Prisma.sql`SELECT state, count(*)::int AS count FROM outbox WHERE channel = 'official-account' GROUP BY state ORDER BY state`,
  );
  const onAccount = everybody.filter(({ index }) => follows(index)).length;
  expect(states).toEqual([
    { state: "dead", count: left },
    { state: "sent", count: onAccount },
  ]);
});
