import { describe, expect, it } from "vitest";
import { textCard } from "../../../cards/card.ts";
import { Prisma } from "../../../generated/prisma/client.ts";
import { robotHeaders } from "../../../playground/dingtalk/signatures.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import { parseCivilDate } from "../../../src/domain/time/civil-date.ts";
import type { EventHandler } from "../../../src/usecases/inbox/handle-events.ts";
import { assignGroup } from "../../../src/usecases/staff-groups/assign-group.ts";
import { listGroups } from "../../../src/usecases/staff-groups/seen-groups.ts";
import { CLIENT_SECRET, ROBOT_CODE } from "../../contract/messenger/dingtalk-world.ts";
import { withDatabase } from "../../support/database.ts";
import { eventually } from "../../support/eventually.ts";
import { insertEstate } from "../../support/rows.ts";
import { openDingtalkStage } from "./dingtalk-stage.ts";

const database = withDatabase();

/** Answers with the words and how often this conversation has been answered. */
const counting: EventHandler = async (_tx, event, context) => {
  const answered = Number(context.answered ?? 0) + 1;
  const said = event.kind === "text" ? event.text : event.kind;
  return { replies: [textCard(`${said} ${answered}`)], context: { answered } };
};

const textsIn = (chat: { readonly messages: readonly { readonly kind: string }[] }): string[] =>
  chat.messages.flatMap((message) => ("text" in message ? [String(message.text)] : []));

describe("a colleague and the robot", () => {
  it("hear each other one to one, the answer without waiting for anything", async () => {
    const stage = await openDingtalkStage(database.db);
    stage.answerWith(counting);
    const member = stage.dingtalk.member("manager01", "林经理");
    expect(await member.say("审批列表")).toBe("answered");
    // Long before the 4.5 s for which an answer waits where a response could carry it.
    await eventually(async () => {
      await stage.relay();
      return textsIn(member.chat);
    }).toEqual(["审批列表 1"]);
  });

  it("a message that the network doubles is answered once, one that it loses not at all", async () => {
    const stage = await openDingtalkStage(database.db);
    stage.answerWith(counting);
    const member = stage.dingtalk.member("manager02");
    stage.dingtalk.line.duplicateNext(3);
    await member.say("一");
    stage.dingtalk.line.loseNext();
    expect(await member.say("二")).toBe("failed");
    await member.say("三");
    await eventually(async () => {
      await stage.relay();
      return textsIn(member.chat);
    }).toEqual(["一 1", "三 2"]);
  });

  it("messages that overtake each other are answered in the order in which they came", async () => {
    const stage = await openDingtalkStage(database.db);
    stage.answerWith(counting);
    const member = stage.dingtalk.member("manager03");
    stage.dingtalk.line.hold();
    const said = ["一", "二", "三"].map((text) => member.say(text));
    await stage.dingtalk.line.releaseReversed();
    await Promise.all(said);
    await eventually(async () => {
      await stage.relay();
      return textsIn(member.chat);
    }).toEqual(["三 1", "二 2", "一 3"]);
  });

  it("an answer that DingTalk does not acknowledge is said again, with a remark", async () => {
    const stage = await openDingtalkStage(database.db);
    stage.answerWith(counting);
    const member = stage.dingtalk.member("manager04");
    stage.dingtalk.faults.arm("POST", /batchSend/, { kind: "drop-after" });
    await member.say("查询");
    await eventually(async () => {
      await stage.relay();
      await database.db.$executeRaw(Prisma.sql`UPDATE outbox SET not_before = now() WHERE recipient = 'manager04'`);
      return textsIn(member.chat).length;
    }).toBe(2);
    expect(textsIn(member.chat)[1]).toContain("重发");
  });
});

describe("a group", () => {
  it("hears the answers to what was said in it, everybody with a thread of their own", async () => {
    const stage = await openDingtalkStage(database.db);
    stage.answerWith(counting);
    const [lin, wang] = [stage.dingtalk.member("lin", "林经理"), stage.dingtalk.member("wang", "王经理")];
    const group = stage.dingtalk.createGroup("东莞园区财务群", ["lin", "wang"]);
    await lin.sayIn(group, "待办");
    await lin.sayIn(group, "待办");
    await wang.sayIn(group, "待办");
    await eventually(async () => {
      await stage.relay();
      return [...textsIn(group.chat)].sort();
    }).toEqual(["待办 1", "待办 1", "待办 2"]);
    expect(textsIn(lin.chat)).toEqual([]);
  });

  it("is learnt when the robot comes in, named when somebody speaks, and assigned to one project", async () => {
    const stage = await openDingtalkStage(database.db);
    await database.db.$transaction((tx) => insertEstate(tx, "G"));
    const project = await database.db.project.findFirstOrThrow();
    const member = stage.dingtalk.member("lin2", "林经理");
    const group = stage.dingtalk.createGroup("新群", ["lin2"], false);
    const { conversationId } = group;
    const known = async () => (await listGroups(database.db)).find((one) => one.conversationId === conversationId);
    const assign = () =>
      inTransaction(database.db, (tx) =>
        assignGroup(tx, {
          conversationId,
          projectCode: project.code,
          actor: "staff:S01",
          channel: "cli",
          today: parseCivilDate("2026-09-01"),
        }),
      );

    expect(await assign()).toMatchObject({ ok: false, code: "UNKNOWN_GROUP" });
    expect(await stage.dingtalk.setRobotIn(group, true)).toBe(true);
    expect(await known()).toMatchObject({ title: "", hasRobot: true, projectCode: undefined });
    await member.sayIn(group, "大家好");
    expect(await known()).toMatchObject({ title: "新群", hasRobot: true });

    expect(await assign()).toMatchObject({ ok: true, title: "新群" });
    expect(await assign()).toMatchObject({ ok: true });
    expect(await known()).toMatchObject({ projectCode: project.code });
    const [trail] = await database.db.$queryRaw<{ count: number }[]>(
      Prisma.sql`SELECT count(*)::int AS count FROM audit_event WHERE action = 'project.group-assigned'`,
    );
    expect(trail).toEqual({ count: 1 });

    await stage.dingtalk.setRobotIn(group, false);
    expect(await known()).toMatchObject({ hasRobot: false });
  });
});

describe("events", () => {
  it("the console accepts our address", async () => {
    const stage = await openDingtalkStage(database.db);
    expect(await stage.dingtalk.checkEventUrl()).toBe(true);
  });

  it("a colleague who leaves is told to the bot as somebody who is gone", async () => {
    const stage = await openDingtalkStage(database.db);
    const kinds: string[] = [];
    stage.answerWith(async (_tx, event, context) => {
      kinds.push(`${event.senderId} ${event.kind}`);
      return { replies: [], context };
    });
    expect(await stage.dingtalk.leave(stage.dingtalk.member("gone01"))).toBe(true);
    await eventually(() => kinds).toEqual(["gone01 unsubscribe"]);
  });

  it("what we have not subscribed to is received and changes nothing", async () => {
    const stage = await openDingtalkStage(database.db);
    expect(await stage.dingtalk.pushEvent({ EventType: "bpms_task_change" })).toBe(true);
    expect(stage.log.events("dingtalk.event-ignored")).toMatchObject([{ event: "bpms_task_change" }]);
  });
});

describe("the wrong door", () => {
  const body = JSON.stringify({
    conversationId: "cid1",
    conversationType: "1",
    msgId: "forged",
    senderId: "x",
    senderStaffId: "manager01",
    createAt: 1_788_228_000_000,
    robotCode: ROBOT_CODE,
    msgtype: "text",
    text: { content: "同意" },
  });
  it.each(["card", "event"])("a genuine robot message at /%s is turned away", async (door) => {
    const stage = await openDingtalkStage(database.db);
    const headers = robotHeaders(CLIENT_SECRET, Date.now());
    const response = await fetch(`${stage.url}/${door}`, { method: "POST", headers, body });
    expect(response.status).toBe(400);
    expect(await response.text()).toBe("");
  });

  it("a forged one at its own door as well, without a trace in the inbox", async () => {
    const stage = await openDingtalkStage(database.db);
    const headers = robotHeaders("guessed", Date.now());
    expect((await fetch(`${stage.url}/robot`, { method: "POST", headers, body })).status).toBe(401);
    expect((await fetch(`${stage.url}/robot`, { method: "POST", body })).status).toBe(400);
    expect(await database.db.inboxEvent.count({ where: { externalKey: "message:forged" } })).toBe(0);
    expect(stage.log.text()).not.toContain(CLIENT_SECRET);
  });
});
