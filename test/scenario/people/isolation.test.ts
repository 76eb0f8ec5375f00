import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { Memory } from "../../../bot/context.ts";
import type { InboundContent, InboundEvent } from "../../../bot/events.ts";
import { TENANT_INTENTS } from "../../../bot/understanding/frame.ts";
import type { Understand } from "../../../bot/wish.ts";
import type { CardAction } from "../../../cards/action.ts";
import type { Card } from "../../../cards/card.ts";
import { renderText } from "../../../cards/render/text.ts";
import { Prisma } from "../../../generated/prisma/client.ts";
import { createEventHandler, understandByRules } from "../../../src/compose/bot-services.ts";
import { createFieldEncryption } from "../../../src/db/field-encryption.ts";
import { rows } from "../../../src/db/rows.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import { readWorld } from "../../../src/domain/world/read-world.ts";
import { importWorld } from "../../../src/usecases/import-world/import-world.ts";
import { deriveSceneKey, sceneOfBill } from "../../../src/usecases/people/bind-scene.ts";
import { recordReceipt } from "../../../src/usecases/receipts/record-receipt.ts";
import { movableClock } from "../../support/clock.ts";
import { withDatabase } from "../../support/database.ts";
import { writeBill } from "../../support/published-bill.ts";

/*
 * I15: no query returns another tenant's row. Five tenants whose names and figures occur nowhere else; anybody says or
 * taps anything, also what belongs to others; what they hear has nothing of a tenant that they do not belong to.
 */

const EVENTS = 2_000;
const APP_ID = "wx5823bf96d3bd56c7";
const FIELD_KEY = Buffer.alloc(32, 7);
const ENCRYPTION = createFieldEncryption([FIELD_KEY]);
const SCENE_KEY = deriveSceneKey(FIELD_KEY);
const NUMBERS = [1, 2, 3, 4, 5] as const;
const NAMES = ["甲辰电子", "乙巳贸易", "丙午物流", "丁未食品", "戊申印刷"] as const;

/** What betrays tenant n: its name, its people, units, figures, numbers, accounts. */
const secretsOf = (n: number): string[] => [
  NAMES[n - 1] ?? "",
  `业主${n}号`,
  `会计${n}号`,
  `Z-${n}${n}${n}`,
  `${n}${n}${n}${n}.1${n}`,
  `${n},${n}${n}${n}.1${n}`,
  `${n}${n},${n}${n}${n}.0${n}`,
  `${n}77.7${n}`,
  `PK2026090000${n}`,
  `99990000${n}${n}${n}${n}`,
];
const billOf = (n: number) => `DG-202609-0000${n}`;
const oldBillOf = (n: number) => `DG-202608-0000${n}`;

const world = {
  format: "parkledger/1",
  operator: { code: "TAN", name: "谭氏园区" },
  entities: NUMBERS.map((n) => ({
    code: `E${n}`,
    name: `收款公司${n}`,
    bankAccounts: [
      {
        code: `B${n}`,
        bank: "招商银行",
        accountNo: `99990000${n}${n}${n}${n}`,
        opening: { date: "2026-07-31", balance: "0.00" },
      },
    ],
  })),
  projects: [
    {
      code: "DG",
      name: "东莞园区",
      entity: "E1",
      buildings: [
        { code: "Z", name: "Z栋", units: NUMBERS.map((n) => ({ code: `Z-${n}${n}${n}`, floor: "1", areaSqm: "100" })) },
      ],
    },
  ],
  tenants: NUMBERS.map((n) => ({
    code: `T00${n}`,
    name: NAMES[n - 1],
    contacts: [
      { name: `业主${n}号`, phone: `1380000000${n}`, role: "owner", openId: `owner-${n}` },
      { name: `会计${n}号`, phone: `1390000000${n}`, role: n % 2 === 0 ? "viewer" : "finance", openId: `clerk-${n}` },
      // Speaks for 1 and 2.
      ...(n <= 2 ? [{ name: "两家的林姐", phone: "13700000000", role: "finance", openId: "both" }] : []),
    ],
  })),
  leases: NUMBERS.map((n) => ({
    code: `L00${n}`,
    tenant: `T00${n}`,
    entity: `E${n}`,
    units: [`Z-${n}${n}${n}`],
    start: "2026-01-01",
    end: "2028-12-31",
    charges: [{ code: "rent", kind: "rent", rule: { type: "fixed", price: "1.00", per: "month" }, taxRate: "0.09" }],
  })),
  staff: [{ code: "S01", name: "李管家", roles: ["steward"], projects: ["DG"], wecomUserId: "li" }],
};

/** Everybody who speaks, and the tenants they start with. */
const PEOPLE: readonly (readonly [string, readonly number[]])[] = [
  ...NUMBERS.map((n) => [`owner-${n}`, [n]] as const),
  ...NUMBERS.map((n) => [`clerk-${n}`, [n]] as const),
  ["both", [1, 2]],
  ["stranger-1", []],
  ["stranger-2", []],
];

const anyNumber = fc.constantFrom(...NUMBERS);
const words = fc.oneof(
  { weight: 4, arbitrary: anyNumber.map((n) => `查账单 ${billOf(n)}`) },
  { weight: 2, arbitrary: anyNumber.map((n) => `缴费 ${oldBillOf(n)}`) },
  { weight: 2, arbitrary: anyNumber.map((n) => `${billOf(n)} 租金怎么来的`) },
  { weight: 1, arbitrary: anyNumber.map((n) => `${billOf(n)} 有异议`) },
  { weight: 1, arbitrary: anyNumber.map((n) => `1380000000${n}`) },
  { weight: 2, arbitrary: anyNumber.map((n) => `${NAMES[n - 1]}欠多少钱`) },
  {
    weight: 14,
    arbitrary: fc.constantFrom(
      ...[
        "查账单",
        "缴费",
        "余额",
        "押金",
        "缴费记录",
        "转账到哪个账户",
        "合同什么时候到期",
        "对账单",
        "8月对账单",
        "今年的账单",
      ],
      ...[
        "第二笔怎么来的",
        "付这个",
        "第一张",
        "这张账单",
        "我先付5000会怎样",
        "租金不对",
        "面积写错了要核查",
        "撤销异议",
        "下周五付",
      ],
      ...[
        "9月20日",
        "确认",
        "好的",
        "取消",
        "1",
        "2",
        "3",
        "5000",
        "预存",
        "预存800",
        "我的同事",
        "邀请同事",
        "财务",
        "只读",
      ],
      ...[
        "改为财务",
        "移除",
        "退出企业",
        "切换企业",
        "绑定",
        "123456",
        "重发",
        "申请加入",
        "陈某某",
        "加入 ABC234",
        "帮助",
        "转人工",
      ],
      ...["解绑", "注销", "隐私", "今天天气不错", "开发票", "退款", "抄表读数"],
    ),
  },
);

const action: fc.Arbitrary<CardAction> = fc.oneof(
  anyNumber.map((n): CardAction => ({ type: "bill.show", billNo: billOf(n) })),
  anyNumber.map((n): CardAction => ({ type: "pay", billNo: oldBillOf(n) })),
  anyNumber.map((n): CardAction => ({ type: "bill.explain", billNo: billOf(n), position: 0 })),
  fc.constantFrom<CardAction>(
    { type: "bill.list" },
    { type: "pay.all" },
    { type: "bind.start" },
    { type: "help" },
    { type: "handoff" },
    { type: "answer", step: "abc", value: "确认" },
    { type: "join.decide", code: "ABC234", decision: "owner" },
  ),
);

interface Turn {
  readonly who: number;
  readonly content: { readonly kind: "scan"; readonly bill: number } | InboundContent;
  /** Every intent is reached, whatever words lead to it. */
  readonly intent: (typeof TENANT_INTENTS)[number] | undefined;
  /** Taps the n-th button of what this person saw last. */
  readonly tap: number | undefined;
}

const turn: fc.Arbitrary<Turn> = fc.record({
  who: fc.nat(PEOPLE.length - 1),
  content: fc.oneof(
    { weight: 8, arbitrary: words.map((text): InboundContent => ({ kind: "text", text })) },
    { weight: 4, arbitrary: action.map((one): InboundContent => ({ kind: "action", action: one })) },
    { weight: 1, arbitrary: anyNumber.map((bill) => ({ kind: "scan" as const, bill })) },
  ),
  intent: fc.option(fc.constantFrom(...TENANT_INTENTS), { nil: undefined, freq: 2 }),
  tap: fc.option(fc.nat(5), { nil: undefined, freq: 3 }),
});

describe("five tenants under one roof", () => {
  const database = withDatabase();
  const clock = movableClock("2026-09-05");

  beforeAll(async () => {
    const { db } = database;
    const read = readWorld(world, { today: clock.today() });
    if (!read.ok) throw new Error(JSON.stringify(read.errors));
    const staff = { actor: "staff:S01", channel: "cli", today: clock.today() };
    const apps = { "official-account": APP_ID, wecom: "corp" };
    const imported = await importWorld(db, read.world, { ...staff, encryption: ENCRYPTION, apps, dryRun: false });
    if (!imported.ok) throw new Error(JSON.stringify(imported.errors));
    for (const n of NUMBERS) {
      const lease = `L00${n}`;
      await writeBill(db, {
        billNo: billOf(n),
        lease,
        dueDate: "2026-09-11",
        lines: { rent: `${n}${n}${n}${n}.1${n}` },
      });
      await writeBill(db, {
        billNo: oldBillOf(n),
        lease,
        dueDate: "2026-08-11",
        lines: { rent: `${n}${n}${n}${n}${n}.0${n}`, water: `${n}77.7${n}` },
      });
      const paid = await recordReceipt(
        db,
        {
          channel: "bank",
          accountCode: `B${n}`,
          channelNo: `C${n}`,
          tenantCode: `T00${n}`,
          entityCode: `E${n}`,
          amountFen: 100n,
          valueDate: clock.today(),
        },
        staff,
      );
      expect(paid.ok).toBe(true);
    }
  });

  it(`tells nobody anything of another tenant, in ${EVENTS} events`, async () => {
    const { db } = database;
    const scenes = new Map<number, string>();
    for (const n of NUMBERS) scenes.set(n, (await sceneOfBill(db, billOf(n), SCENE_KEY, clock.nowMs()))?.scene ?? "");
    const turns = fc.sample(turn, { numRuns: EVENTS, seed: 20260905 });
    const memories = new Map<number, Memory>();
    const seen = new Map<number, readonly CardAction[]>();
    const leaks: string[] = [];
    const noticesChecked = new Set<string>();
    let heardOwn = 0;
    for (const [index, one] of turns.entries()) {
      clock.advanceMs(20_000);
      const [openId] = PEOPLE[one.who] ?? ["nobody"];
      const buttons = seen.get(one.who) ?? [];
      const tapped = one.tap === undefined ? undefined : buttons[one.tap];
      const content: InboundContent =
        tapped !== undefined
          ? { kind: "action", action: tapped }
          : "bill" in one.content
            ? { kind: "scan", scene: scenes.get(one.content.bill) ?? "" }
            : one.content;
      const event: InboundEvent = {
        platform: "official-account",
        appId: APP_ID,
        externalKey: `e${index}`,
        senderId: openId,
        conversationId: openId,
        receiverId: "gh",
        sentAtMs: clock.nowMs(),
        ...content,
      };
      const understand: Understand = (request) => {
        const understood = understandByRules(request);
        return one.intent === undefined ? understood : { ...understood, intent: one.intent, confidence: 0.99 };
      };
      const handle = createEventHandler({
        clock,
        encryption: ENCRYPTION,
        understand,
        cashierLink: ({ billNos }) => ({ url: `https://park.example.com/${billNos.join("+")}`, expiresAtMs: 0 }),
        sceneKeys: [SCENE_KEY],
        privacyUrl: "https://park.example.com/h5/privacy",
        photoLink: (photoId) => `https://park.example.com/h5/photo?t=${photoId}`,
        prepayLink: async () => undefined,
      });
      const before = await tenantsOf(openId);
      const given = await inTransaction(db, (tx) => handle(tx, event, { ...memories.get(one.who) }));
      memories.set(one.who, given.context as Memory);
      seen.set(one.who, given.replies.flatMap(actionsOf));
      const may = new Set([...before, ...(await tenantsOf(openId))]);
      const said = given.replies.map(everythingOn).join("\n");
      for (const n of NUMBERS) {
        const found = secretsOf(n).filter((secret) => said.includes(secret));
        if (found.length > 0 && may.has(n)) heardOwn += 1;
        // What somebody typed may be said back; what they did not know may not be told.
        const told = found.filter((secret) => !(content.kind === "text" && content.text.includes(secret)));
        if (told.length > 0 && !may.has(n))
          leaks.push(`${index} ${openId} ${JSON.stringify(content)}: ${told.join(" ")}`);
      }
      leaks.push(...(await leakedNotices(noticesChecked)));
    }
    expect(leaks).toEqual([]);
    expect(noticesChecked.size).toBeGreaterThan(0);
    // A bot that says nothing would pass as well.
    expect(heardOwn).toBeGreaterThan(EVENTS / 10);
  }, 300_000);

  /** The tenants that somebody may speak for now, asked of the tables and not of the code under test. */
  const tenantsOf = (openId: string) => tenants(openId, Prisma.sql`m.revoked_at IS NULL AND p.forgotten_at IS NULL`);
  /** Also who was removed just now hears of it, and that once. */
  const tenantsEverOf = (openId: string) => tenants(openId, Prisma.sql`true`);
  /** What was said to others because of this turn. */
  async function leakedNotices(checked: Set<string>): Promise<string[]> {
    const notices = await rows<{ id: string; recipient: string; message: Card }>(
      database.db,
      Prisma.sql`SELECT id, recipient, message FROM outbox WHERE channel = 'official-account' AND occasion = 'notice'
        AND NOT id = ANY (${[...checked]}::uuid[])`,
    );
    const leaks: string[] = [];
    for (const { id, recipient, message } of notices) {
      checked.add(id);
      const may = await tenantsEverOf(recipient);
      for (const n of NUMBERS.filter((one) => !may.has(one))) {
        // Who asks to be let in gives their name to the owners asked, and nothing else.
        const told = secretsOf(n).filter(
          (secret) => everythingOn(message).includes(secret) && !/^(业主|会计)/.test(secret),
        );
        if (told.length > 0) leaks.push(`notice to ${recipient}: ${told.join(" ")}`);
      }
    }
    return leaks;
  }
  async function tenants(openId: string, condition: Prisma.Sql): Promise<Set<number>> {
    const found = await rows<{ code: string }>(
      database.db,
      Prisma.sql`SELECT t.code FROM channel_identity c JOIN person p ON p.id = c.person_id
        JOIN tenant_member m ON m.person_id = p.id JOIN tenant t ON t.id = m.tenant_id
        WHERE c.external_id = ${openId} AND ${condition}`,
    );
    return new Set(found.map(({ code }) => Number(code.slice(-1))));
  }
});

const everythingOn = (card: Card): string =>
  `${renderText(card, { maxBytes: 100_000, links: "url", actions: "say" })}\n${JSON.stringify(card)}`;
const actionsOf = (card: Card): CardAction[] =>
  card.buttons.flatMap((button) => (button.kind === "action" ? [button.action] : []));
