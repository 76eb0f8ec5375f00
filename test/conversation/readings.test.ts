import { beforeEach, expect, it } from "vitest";
import { photoNotices } from "../../bot/notices/photo-notices.ts";
import { createEventHandler, understandByRules } from "../../src/compose/bot-services.ts";
import { inTransaction } from "../../src/db/transaction.ts";
import type { Platform } from "../../src/ports/messenger.ts";
import { erasePhotos } from "../../src/usecases/photos/erase-photos.ts";
import { fetchDuePhotos } from "../../src/usecases/photos/fetch-photos.ts";
import { photoFor } from "../../src/usecases/photos/find-photos.ts";
import { findPhotographedReadings } from "../../src/usecases/photos/reading-photos.ts";
import { findQuarantined } from "../../src/usecases/readings/quarantined-readings.ts";
import { findStaffMember } from "../../src/usecases/staff/find-staff-member.ts";
import { ENCRYPTION, imported } from "../db/billing/park.ts";
import { withConversation } from "../support/conversation.ts";
import { CONVERSATION_WORLD } from "../support/conversation-world.ts";

const chat = withConversation("抄表读数", { now: "2026-09-05" });

/** 一号电子 has water and 峰平谷 electricity by meter in A-301: 10 t a month so far. */
beforeEach(async () => {
  const { leases, tenants: _known, ...world } = CONVERSATION_WORLD;
  const [lease] = leases;
  await imported(
    chat.db,
    {
      ...world,
      tariffs: [
        { code: "W", kind: "flat", prices: [{ from: "2026-01-01", price: "3.00" }] },
        { code: "E", kind: "tou", prices: [{ from: "2026-01-01", peak: "1.0", flat: "0.6", valley: "0.3" }] },
      ],
      meters: [
        { code: "W301", unit: "A-301", utility: "water", registers: ["total"], digits: 4 },
        { code: "E301", unit: "A-301", utility: "electricity", registers: ["peak", "flat", "valley"] },
      ],
      readings: [
        ...["05-31", "06-30", "07-31", "08-31"].map((day, index) => ({
          meter: "W301",
          date: `2026-${day}`,
          values: { total: String(9940 + index * 10) },
        })),
        { meter: "E301", date: "2026-08-31", values: { peak: "100", flat: "200", valley: "300" } },
      ],
      leases: [
        {
          ...lease,
          amendments: [
            {
              effective: "2026-09-05",
              reason: "装表计费",
              charges: [
                { code: "water", kind: "water", rule: { type: "metered", meter: "W301", tariff: "W" } },
                { code: "elec", kind: "electricity", rule: { type: "metered", meter: "E301", tariff: "E" } },
              ],
            },
          ],
        },
      ],
    },
    "2026-09-05",
  );
});

const waiting = () =>
  chat.db.$queryRaw<{ code: string; values: object; photo: string | null; source: string; reference: string }[]>`
    SELECT code, readings->'values' AS values, photo, source,
      'DS-' || upper(right(replace(id::text, '-', ''), 8)) AS reference
    FROM reading_quarantine WHERE state = 'open'`;
const standing = async (meter: string) => {
  const found = await chat.db.$queryRaw<{ day: string; values: Record<string, string>; source: string }[]>`
    SELECT r.stands_on::text AS day, r.value->'values' AS values, r.source FROM reading r JOIN meter m ON m.id = r.meter_id
    WHERE m.code = ${meter} AND r.superseded_by IS NULL ORDER BY r.stands_on DESC LIMIT 1`;
  return found[0];
};

/** What a steward types in WeCom, through the whole bot. */
async function stewardSays(...texts: (string | { readonly image: string })[]): Promise<string[]> {
  const handle = createEventHandler({
    clock: chat.clock,
    encryption: ENCRYPTION,
    understand: understandByRules,
    cashierLink: () => ({ url: "https://park.example.com", expiresAtMs: 0 }),
    sceneKeys: [],
    privacyUrl: "https://park.example.com/h5/privacy",
    prepayLink: async () => undefined,
  } as unknown as Parameters<typeof createEventHandler>[0]);
  const said: string[] = [];
  let memory = {};
  for (const [index, text] of texts.entries()) {
    const event = {
      platform: "wecom" as const,
      appId: "corp-1",
      externalKey: `steward-${index}-${JSON.stringify(text)}`,
      senderId: "li",
      conversationId: "li",
      receiverId: "corp-1",
      sentAtMs: chat.clock.nowMs(),
      ...(typeof text === "string"
        ? { kind: "text" as const, text }
        : { kind: "other" as const, what: "image", mediaId: text.image }),
    };
    const given = await inTransaction(chat.db, (tx) => handle(tx, event, memory));
    memory = given.context;
    said.push(given.replies.map((card) => card.paragraphs.join("\n")).join("\n"));
  }
  return said;
}

const DIAL = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.from("a dial"), Buffer.alloc(40, 5)]);

/** The worker looks once: every platform still has the picture. */
async function fetchPhotos(): Promise<number> {
  const waiting = await chat.db.$queryRaw<{ platform: Platform; appId: string }[]>`
    SELECT DISTINCT platform, app_id AS "appId" FROM evidence_photo WHERE state = 'waiting'`;
  return fetchDuePhotos(chat.db, {
    sources: new Map(
      waiting.map((one) => [
        `${one.platform}|${one.appId}`,
        { ...one, fetch: async () => ({ state: "fetched", bytes: DIAL }) },
      ]),
    ),
    encryption: ENCRYPTION,
    today: chat.clock.today,
    wireNowMs: Date.now,
    notices: photoNotices(() => ""),
    onProblem: (problem) => {
      throw new Error(JSON.stringify(problem));
    },
  });
}
const seenBy = (code: string, photoId: string) =>
  inTransaction(chat.db, async (tx) => {
    const staff = await findStaffMember(tx, { code });
    return staff && photoFor(tx, ENCRYPTION, staff, photoId);
  });

it("租户上报水表读数，附照片，管家核实后生效", async () => {
  const 张总 = await chat.person("张总");
  await 张总.says("水表读数 9981");
  // 9981 − 9970 = 11 t since the end of August.
  张总.hears(
    "A-301 水表（W301），2026年9月5日读数 9981，对吗？",
    "自2026年8月31日以来用了 11 吨。",
    "再发一张表盘的照片",
  );
  await 张总.sends("image", "表盘照片", { PicUrl: "http://mmbiz.qpic.cn/1", MediaId: "media-1" });
  张总.hears("照片收到了。", "读数 9981，对吗？");
  await 张总.taps("确认");
  const [proposal] = await waiting();
  expect(proposal).toMatchObject({ code: "REPORTED_BY_TENANT", photo: "media-1", source: "tenant:T001" });
  const reference = proposal?.reference ?? "";
  chat.hides(张总, /编号 (DS-[0-9A-F]{8})/);
  张总.hears("已收到，编号", "管家核实后生效");
  expect((await standing("W301"))?.values).toEqual({ total: "9970" });
  const [told] = await chat.db.$queryRaw<{ recipient: string; text: string }[]>`
    SELECT recipient, message->>'paragraphs' AS text FROM outbox WHERE channel = 'wecom'`;
  expect(told?.recipient).toBe("li");
  expect(told?.text).toContain(`接收读数 ${reference}`);
  // The photo of the dial is kept with the proposal; the steward's card leads to it.
  expect(await fetchPhotos()).toBe(1);
  const [listed] = await findQuarantined(chat.db);
  const photoId = listed?.photoIds[0] ?? "";
  const [card] = await chat.db.$queryRaw<{ url: string }[]>`
    SELECT message->'buttons'->0->>'url' AS url FROM outbox WHERE channel = 'wecom'`;
  expect(card?.url).toContain(`/h5/photo?t=${photoId}`);
  expect(Buffer.from((await seenBy("S01", photoId))?.bytes ?? []).equals(DIAL)).toBe(true);
  // A colleague whose portfolio is another building does not see it.
  await chat.db.$executeRaw`INSERT INTO building (id, project_id, code, name)
    SELECT gen_random_uuid(), project_id, 'ELSEWHERE', 'Z栋' FROM building LIMIT 1`;
  await chat.db.$executeRaw`INSERT INTO staff_building (staff_id, building_id)
    SELECT s.id, b.id FROM staff s, building b WHERE s.code = 'S01' AND b.code = 'ELSEWHERE'`;
  expect(await seenBy("S01", photoId)).toBeUndefined();
  await chat.db.$executeRaw`DELETE FROM staff_building`;
  expect(await stewardSays(`接收读数 ${reference}`, `接收读数 ${reference}`)).toEqual([
    "已接收：表计 W301 2026年9月5日的读数。",
    "这笔读数已经处理过了",
  ]);
  expect(await standing("W301")).toMatchObject({ day: "2026-09-05", values: { total: "9981" } });
  // Its sender is forgotten: the dial of a reading that was taken is evidence of a bill, that of another is nobody's.
  await chat.db.$executeRaw`UPDATE person SET forgotten_at = now()
    WHERE id = (SELECT reported_by FROM reading_quarantine)`;
  const erase = () => inTransaction(chat.db, (tx) => erasePhotos(tx));
  expect(await erase()).toBe(0);
  expect(await findPhotographedReadings(chat.db)).toMatchObject([
    { photoId, source: "tenant:T001", state: "accepted" },
  ]);
  await chat.db.$executeRaw`UPDATE reading_quarantine SET state = 'refused'`;
  expect(await erase()).toBe(1);
  expect(await findPhotographedReadings(chat.db)).toEqual([]);
});

it("读数比上次小：先问是不是归零，用量异常也会提醒", async () => {
  const 张总 = await chat.person("张总");
  await 张总.says("水表12");
  张总.hears("读数比上次小了", "9970", "表走满从零开始的，请回复“归零”", "换过表");
  await 张总.says("归零了");
  // 12 − 9970 + 10,000 = 42 t, above 3 × the median of 10 t a month.
  张总.hears("读数 12，对吗？", "用了 42 吨。比平时多很多（近一年每月约 10 吨）");
  await 张总.taps("重新填写");
  张总.hears("请回复A-301 水表（W301）现在的读数", "上次2026年8月31日为 9970。");
  await 张总.says("99800");
  张总.hears("只有 4 位整数");
  await 张总.says("9980");
  await 张总.says("电费多少钱");
  张总.hears("我们继续：A-301 水表（W301），2026年9月5日读数 9980，对吗？");
  await 张总.says("取消");
  expect(await waiting()).toEqual([]);
});

it("分时电表按顺序报数", async () => {
  const 张总 = await chat.person("张总");
  await 张总.says("报电表读数");
  张总.hears("请按“峰 平 谷”的顺序回复A-301 电表（E301）的读数", "峰段 100、平段 200、谷段 300");
  await 张总.says("110 220");
  张总.hears("需要 3 个数");
  await 张总.says("110 220 330");
  张总.hears("读数 峰段 110、平段 220、谷段 330，对吗？", "用了 60 度");
  await 张总.says("确认");
  expect((await waiting())[0]?.values).toEqual({ peak: "110", flat: "220", valley: "330" });
  chat.hides(张总, /编号 (DS-[0-9A-F]{8})/);
});

it("没说哪一块表", async () => {
  const 张总 = await chat.person("张总");
  await 张总.says("我要报读数");
  张总.hears("请问是哪一块表", "1. A-301 电表（E301）", "2. A-301 水表（W301）");
  await 张总.says("2");
  张总.hears("请回复A-301 水表（W301）现在的读数");
  await 张总.says("9980吨");
  张总.hears("读数 9980，对吗？");
  await 张总.says("不对");
  张总.hears("请回复A-301 水表（W301）现在的读数");
});

it("查抄表读数，别家的表不会给看", async () => {
  const 张总 = await chat.person("张总");
  await 张总.says("我的水表现在多少");
  张总.hears("A-301 水表（W301）：上次2026年8月31日为 9970。");
  const 陈老板 = await chat.person("陈老板");
  await 陈老板.says("A-301水表读数9990");
  陈老板.hears("您名下的合同没有按表计费的项目");
});

it("管家在企业微信里直接登记", async () => {
  const said = await stewardSays("A-301水表读数9985", "确认", "A-301水表读数9985", "A-301水表读数9000", "取消");
  expect(said[0]).toContain("A-301 水表（W301），2026年9月5日读数 9985，对吗？");
  expect(said[0]).toContain("用了 15 吨");
  expect(said[1]).toBe("已登记：A-301 水表（W301），2026年9月5日读数 9985。");
  expect(said[2]).toBe("这个读数已经登记过了，不用再报。");
  expect(said[3]).toContain("已有读数 9985，这一笔是 9000");
  expect(await standing("W301")).toMatchObject({ values: { total: "9985" }, source: "staff:S01" });
  // Later in the day, with a photo of the dial: kept with the reading that entered.
  const told = await stewardSays("A-301电表读数", "101 202 303", { image: "dial-1" }, "确认");
  expect(told[2]).toContain("照片收到了。");
  expect(told[3]).toContain("已登记");
  expect(await fetchPhotos()).toBe(1);
  const [seen] = await findPhotographedReadings(chat.db);
  expect(seen).toMatchObject({ meter: "E301", standsOn: "2026-09-05", source: "staff:S01", state: "entered" });
  expect(Buffer.from((await seenBy("S01", seen?.photoId ?? ""))?.bytes ?? []).equals(DIAL)).toBe(true);
  expect(await stewardSays("B-999水表读数1")).toEqual([
    "您负责的范围里没有找到这块表，请写明单元或表号，例如“A-301 水表 125”。",
  ]);
});
