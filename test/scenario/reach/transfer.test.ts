import { describe, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import { billNoticesOf } from "../../../src/compose/bill-notices.ts";
import { loadConfig } from "../../../src/config/env.ts";
import { rows } from "../../../src/db/rows.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import { formatYuan } from "../../../src/domain/money/fen.ts";
import { findTransferAccounts } from "../../../src/usecases/queries/transfer-accounts.ts";
import { APP_ID, openPaymentWorld, type PaymentWorld } from "../../db/payments/payment-world.ts";

const MEMBER = "oDemoOpenId201";
const STRANGER = "oNobodyWeKnow";

/** What somebody reads inside WeChat, signed in by its silent OAuth. */
async function read(world: PaymentWorld, link: string, openId: string): Promise<string> {
  world.officialAccount.user(openId);
  const cookies = new Map([["playground_openid", openId]]);
  let url = link;
  for (let hop = 0; hop < 8; hop += 1) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await fetch(url, { redirect: "manual", headers: { cookie, "user-agent": "MicroMessenger/8.0.50" } });
    for (const set of answer.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      cookies.set(name, value);
    }
    const location = answer.headers.get("location");
    if (location === null) return answer.text();
    url = new URL(location, url).href;
  }
  throw new Error("too many redirects");
}

/** What T002 needs to pay E1 by transfer, as the database has it. */
async function transferOf(world: PaymentWorld, selection: { readonly tenantId: string; readonly entityId: string }) {
  const today = world.clock.today();
  const accounts = await findTransferAccounts(world.db, selection.tenantId, today, world.h5.encryption);
  const account = accounts.find(({ entityId }) => entityId === selection.entityId);
  if (account === undefined) throw new Error("E1 has a bank account");
  return account;
}

describe("the pages of a bill", () => {
  it.each(["pay", "bill"] as const)(
    "/h5/%s shows a member all that a transfer needs, and nobody else",
    async (purpose) => {
      const world = await openPaymentWorld();
      const selection = await world.selectionOf("T002", "E1");
      const { entityName, bank, accountNo, paymentCode } = await transferOf(world, selection);
      const link = world.linkTo(selection, purpose);
      const page = await read(world, link, MEMBER);
      // ¥6,772.50 and the fee of 21 days, ¥71.11 (payment-world.ts).
      for (const fact of [entityName, bank, accountNo, paymentCode ?? "no code", formatYuan(684_361n)]) {
        expect(page).toContain(fact);
      }
      for (const other of [await read(world, link, STRANGER), await (await fetch(link)).text()]) {
        expect(other).not.toContain(accountNo);
        expect(other).not.toContain("开户行");
      }
    },
  );

  it("can be paid when the account number does not open", async () => {
    const world = await openPaymentWorld();
    await world.db.$executeRaw`UPDATE bank_account SET account_no_key_id = 'lost'`;
    const page = await read(world, world.linkTo(await world.selectionOf("T002", "E1")), MEMBER);
    expect(page).toContain("微信支付");
    expect(page).not.toContain("开户行");
  });
});

describe("the published e-bill", () => {
  it("says amount and remark, offers the account, and leads to the page that shows it; the number itself is in no message", async () => {
    const world = await openPaymentWorld();
    const loaded = loadConfig({
      FIELD_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString("base64"),
      PUBLIC_URL: world.url,
      OA_APP_ID: APP_ID,
      OA_APP_SECRET: "secret",
      OA_TOKEN: "token1",
      OA_AES_KEY: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFR",
    });
    if (!loaded.ok) throw new Error(loaded.problems.join("\n"));
    const notices = billNoticesOf({ config: loaded.config, clock: world.clock });
    const bills = await rows<{ id: string; code: string }>(
      world.db,
      Prisma.sql`SELECT b.id, b.payment_code AS code FROM bill b JOIN tenant t ON t.id = b.tenant_id
        JOIN legal_entity e ON e.id = b.entity_id WHERE t.code = 'T002' AND e.code = 'E1' AND b.state = 'published'`,
    );
    const messages = await inTransaction(world.db, (tx) =>
      notices(
        tx,
        bills.map(({ id }) => id),
        world.clock.today(),
      ),
    );
    const { accountNo } = await transferOf(world, await world.selectionOf("T002", "E1"));
    expect(messages.length).toBeGreaterThan(0);
    const stated = await rows(world.db, Prisma.sql`SELECT 1 FROM stated_figure WHERE source = 'notice'`);
    expect(stated.length).toBe(bills.length);
    for (const { message, recipient } of messages) {
      const text = JSON.stringify(message);
      expect(text).toContain("转账账户");
      expect(bills.some(({ code }) => text.includes(code))).toBe(true);
      expect(text).not.toContain(accountNo);
      const [link = ""] = /http[^"]*\/h5\/(pay|bill)\?t=[\w-]+/.exec(text) ?? [];
      expect(await read(world, link, recipient)).toContain(accountNo);
    }
  });
});
