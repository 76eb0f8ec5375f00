import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Card, textCard } from "../../../cards/card.ts";
import { Prisma } from "../../../generated/prisma/client.ts";
import { readable } from "../../../playground/wecom/chat.ts";
import { newId } from "../../../src/db/ids.ts";
import type { OutboxMessage } from "../../../src/db/outbox/enqueue.ts";
import { rows } from "../../../src/db/rows.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import { parseCivilDate } from "../../../src/domain/time/civil-date.ts";
import { makeGroup } from "../../../src/usecases/staff-groups/make-group.ts";
import { tellProjectGroups } from "../../../src/usecases/staff-groups/tell-group.ts";
import { withDatabase } from "../../support/database.ts";
import { insertEstate, insertRow } from "../../support/rows.ts";
import { CORP_ID, notice, startWecomWorld, type WecomWorld } from "./wecom-world.ts";

const database = withDatabase();
let world: WecomWorld;
beforeEach(async () => {
  await database.db.$executeRaw`TRUNCATE delivery, outbox, staff_group, rate_count CASCADE`;
  world = await startWecomWorld(database);
});
afterEach(() => world.close());

const bill: Card = {
  name: "bill",
  title: "2026年9月账单",
  subtitle: "东莞园区 · 深圳市明远电子有限公司",
  emphasis: { value: "¥7,565.60", label: "应付合计" },
  rows: [{ label: "最晚付款", value: "2026年9月11日" }],
  items: [{ label: "租金（9月1日至9月30日）", value: "¥7,453.00" }],
  paragraphs: [],
  buttons: [{ kind: "link", label: "查看明细", url: "https://park.example.com/h5/bill?t=abc" }],
};
const outcomes = () =>
  rows<{ recipient: string; state: string; detail: string; via: string }>(
    database.db,
    Prisma.sql`SELECT recipient, state, detail, via FROM delivery ORDER BY recorded_at, recipient, attempt`,
  );

describe("what a member gets", () => {
  it("is a card that opens a page, with the figure large and nothing lost", async () => {
    const li = world.wecom.member("LiSi");
    await world.enqueue(notice("LiSi", bill, "bill|1"));
    await world.relayAll();
    expect(readable(li.messages[0] ?? fail())).toBe(
      "2026年9月账单\n东莞园区 · 深圳市明远电子有限公司\n应付合计 ¥7,565.60\n" +
        "租金（9月1日至9月30日）：¥7,453.00\n最晚付款：2026年9月11日\n查看明细>",
    );
    expect(await outcomes()).toMatchObject([{ state: "accepted", via: "app-template_card" }]);
  });

  it("is the same words again when the same is asked twice: only cards are checked for repeats", async () => {
    const li = world.wecom.member("LiSi");
    await world.enqueue(
      notice("LiSi", textCard("没有待审批的单子"), "a"),
      notice("LiSi", textCard("没有待审批的单子"), "b"),
    );
    await world.relayAll();
    expect(li.messages).toHaveLength(2);
  });

  it("is one card, without a remark, when the answer to the first try was lost", async () => {
    const li = world.wecom.member("LiSi");
    world.wecom.faults.arm("POST", /message\/send/, { kind: "drop-after" });
    await world.enqueue(notice("LiSi", bill, "bill|1"));
    await world.relayAll();
    world.wait(6);
    await world.relayAll();
    expect(li.messages).toHaveLength(1);
    expect(await outcomes()).toMatchObject([{ state: "unknown" }, { state: "accepted" }]);
  });

  it("is words with a remark when the answer to the first try was lost: these may be there twice", async () => {
    const li = world.wecom.member("LiSi");
    world.wecom.faults.arm("POST", /message\/send/, { kind: "drop-after" });
    await world.enqueue(notice("LiSi", textCard("请抄表"), "a"));
    await world.relayAll();
    world.wait(6);
    await world.relayAll();
    expect(li.messages.map(readable)).toEqual(["请抄表", expect.stringContaining("重发")]);
  });
});

describe("more than the platform takes", () => {
  it("waits: at most 30 in any minute, none dropped, none lost, in order", async () => {
    const li = world.wecom.member("LiSi");
    const messages = Array.from({ length: 45 }, (_, index) =>
      notice("LiSi", textCard(`第${index + 1}条`), `n|${index}`),
    );
    await world.enqueue(...messages);
    await world.relayAll();
    expect(li.messages).toHaveLength(30);
    expect(await outcomes()).toContainEqual(
      expect.objectContaining({ state: "later", detail: expect.stringContaining("SEND_QUOTA") }),
    );
    world.wait(66);
    await world.relayAll();
    expect(li.messages.map((message) => message.text)).toEqual(messages.map((_, index) => `第${index + 1}条`));
    expect(li.dropped).toBe(0);
  });

  it("does not hold up anybody else", async () => {
    const wang = world.wecom.member("Wang");
    world.wecom.member("LiSi");
    await world.enqueue(
      ...Array.from({ length: 31 }, (_, index) => notice("LiSi", textCard(`第${index + 1}条`), `n|${index}`)),
      notice("Wang", textCard("你好"), "w"),
    );
    await world.relayAll();
    expect(wang.messages).toHaveLength(1);
  });
});

describe("a member whom WeCom does not know", () => {
  it("is written down as unreachable; the others get theirs", async () => {
    const li = world.wecom.member("LiSi");
    await world.enqueue(notice("Gone", bill, "a"), notice("LiSi", bill, "b"));
    await world.relayAll();
    expect(li.messages).toHaveLength(1);
    expect(await outcomes()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ recipient: "Gone", state: "refused", detail: expect.stringContaining("81013") }),
        expect.objectContaining({ recipient: "LiSi", state: "accepted" }),
      ]),
    );
  });

  it("is noticed although WeCom says ok: no licence, errcode 0", async () => {
    world.wecom.member("LiSi").isLicensed = false;
    await world.enqueue(notice("LiSi", bill, "a"));
    await world.relayAll();
    expect(await outcomes()).toMatchObject([{ state: "refused", detail: expect.stringContaining("UNLICENSED_USER") }]);
  });
});

describe("a file", () => {
  const file = (documentId: string, dedupeKey: string): OutboxMessage => ({
    channel: "wecom",
    appId: CORP_ID,
    recipient: "LiSi",
    occasion: "notice",
    message: { kind: "file", documentId, fallback: textCard("账单见附件") },
    dedupeKey,
  });

  it("arrives byte for byte under its Chinese name", async () => {
    const li = world.wecom.member("LiSi");
    const bytes = Buffer.from("%PDF-1.7\r\n\r\n--boundary\0binary");
    world.documents.set("d1", { fileName: '账单 "DG-202609-00001".pdf', mediaType: "application/pdf", bytes });
    await world.enqueue(file("d1", "a"));
    await world.relayAll();
    expect(li.messages[0]?.file).toEqual({ name: "账单 _DG-202609-00001_.pdf", bytes });
  });

  it("that is not kept any more is a dead letter with the reason", async () => {
    world.wecom.member("LiSi");
    await world.enqueue(file("gone", "a"));
    await world.relayAll();
    expect(await outcomes()).toMatchObject([{ state: "refused", detail: expect.stringContaining("NO_DOCUMENT") }]);
  });
});

describe("the group of a project", () => {
  const actor = { actor: "staff:S01", channel: "cli", today: parseCivilDate("2026-09-01") };
  const make = () => inTransaction(database.db, (tx) => makeGroup(tx, { appId: CORP_ID, projectCode: "PG", ...actor }));

  it("is made once, of everybody in charge, then told what became of things, without buttons", async () => {
    const estate = await insertEstate(database.db, "G");
    const [wang, li] = [world.wecom.member("Wang"), world.wecom.member("LiSi")];
    await insertColleague("LiSi", "李四", "steward", estate.projectId);
    expect(await make()).toMatchObject({ ok: false, code: "TOO_FEW_MEMBERS" });
    await insertColleague("Wang", "王经理", "area-manager", estate.projectId);

    expect(await make()).toMatchObject({ ok: true, memberNames: ["王经理", "李四"] });
    expect(await make()).toMatchObject({ ok: false, code: "GROUP_EXISTS" });
    const card: Card = {
      ...bill,
      title: "退款 ¥3,200.00 已通过",
      subtitle: "王经理",
      buttons: [],
      items: [],
      rows: [],
    };
    await inTransaction(database.db, (tx) =>
      tellProjectGroups(tx, { projectId: estate.projectId, card, dedupeKey: "s|1" }),
    );
    await world.relayAll();

    expect(world.wecom.groups).toMatchObject([{ ownerId: "Wang", memberIds: ["Wang", "LiSi"] }]);
    for (const member of [wang, li]) {
      expect(member.messages).toMatchObject([{ channel: "group", type: "markdown" }]);
      expect(member.messages[0]?.text).toContain("**退款 ¥3,200.00 已通过**");
    }
    // A second creation, after the first one's answer was lost, finds it there.
    await database.db.$executeRaw`UPDATE outbox SET state = 'pending', not_before = now()
      WHERE message->>'kind' = 'new-group'`;
    await world.relayAll();
    const makings = (await outcomes()).filter(({ via }) => via === "appchat-create");
    expect(makings.map(({ state }) => state)).toEqual(["accepted", "accepted"]);
    expect(world.wecom.groups).toHaveLength(1);
  });
});

/** Somebody of the staff with WeCom, in charge of the project. */
async function insertColleague(userId: string, name: string, role: string, projectId: string): Promise<void> {
  const [personId, staffId] = [newId(), newId()];
  await insertRow(database.db, "person", { id: personId, name });
  await insertRow(database.db, "staff", { id: staffId, person_id: personId, code: `S-${userId}`, name });
  await insertRow(database.db, "staff_role", { staff_id: staffId, role });
  await insertRow(database.db, "staff_project", { staff_id: staffId, project_id: projectId });
  await insertRow(database.db, "channel_identity", {
    id: newId(),
    person_id: personId,
    platform: "wecom",
    app_id: CORP_ID,
    external_id: userId,
  });
}

describe("the address of our callback", () => {
  it("passes the console's check: the sealed echostr comes back opened", async () => {
    expect(await world.wecom.checkUrl()).toBe(true);
  });
});

const fail = (): never => {
  throw new Error("nothing on the screen");
};
