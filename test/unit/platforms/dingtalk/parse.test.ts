import { describe, expect, it } from "vitest";
import { encodeAction } from "../../../../cards/action.ts";
import { parseCardClick, parseRobotMessage } from "../../../../src/platforms/dingtalk/parse.ts";
import { parseEvent } from "../../../../src/platforms/dingtalk/parse-event.ts";
import { proveButton } from "../../../../src/platforms/dingtalk/proof.ts";
import {
  SAMPLE_EVENTS,
  SAMPLE_GROUP_ID,
  SAMPLE_ROBOT_CODE,
  SAMPLE_ROBOT_MESSAGES,
  SAMPLE_STAFF_ID,
  sampleCardClick,
  sampleNewCardClick,
} from "../../../../src/platforms/dingtalk/sample-payloads.ts";

const app = { clientId: "dingclient000000001", robotCode: SAMPLE_ROBOT_CODE };
const parse = (message: object) => parseRobotMessage(app, { ...message });

describe("what is said to the robot", () => {
  it("in a group is said by the colleague to the group, without the space where the @ was", () => {
    expect(parse(SAMPLE_ROBOT_MESSAGES.groupText)).toEqual({
      ok: true,
      event: {
        platform: "dingtalk",
        appId: "dingclient000000001",
        externalKey: "message:msgm9oYEOyaIS5Ok6mUnIA0bA==",
        senderId: SAMPLE_STAFF_ID,
        conversationId: SAMPLE_GROUP_ID,
        group: { title: "告警测试" },
        receiverId: "$:LWCP_v1:$u8N1RuYloc5Ijtrxw28e/Pau34l2zl8+",
        sentAtMs: 1_665_731_376_467,
        kind: "text",
        text: "hello world!",
      },
    });
  });

  it("alone is a conversation with the person, by the id under which messages are sent", () => {
    const parsed = parse(SAMPLE_ROBOT_MESSAGES.singleText);
    expect(parsed).toMatchObject({ ok: true, event: { conversationId: SAMPLE_STAFF_ID, text: "审批列表" } });
    expect(parsed.ok && "group" in parsed.event).toBe(false);
  });

  it("by somebody of another organisation is never taken for a colleague with the same staff id", () => {
    const parsed = parse({ ...SAMPLE_ROBOT_MESSAGES.stranger, senderStaffId: SAMPLE_STAFF_ID });
    expect(parsed).toMatchObject({ ok: true, event: { senderId: SAMPLE_ROBOT_MESSAGES.stranger.senderId } });
  });

  it.each([
    ["richText", { kind: "text", text: "这是回单，请查收" }],
    ["picture", { kind: "other", what: "image" }],
    ["voice", { kind: "text", text: "查一下今天的审批" }],
  ] as const)("as %s", (name, content) => {
    expect(parse(SAMPLE_ROBOT_MESSAGES[name])).toMatchObject({ ok: true, event: content });
  });

  it("to another robot is refused", () => {
    expect(parse({ ...SAMPLE_ROBOT_MESSAGES.singleText, robotCode: "dingother" })).toMatchObject({
      ok: false,
      code: "WRONG_RECEIVER",
      httpStatus: 403,
    });
  });

  it.each(["msgId", "conversationId", "conversationType", "senderId", "createAt"])("without %s is refused", (name) => {
    expect(parse({ ...SAMPLE_ROBOT_MESSAGES.singleText, [name]: undefined })).toMatchObject({ code: "BAD_MESSAGE" });
  });
});

describe("a click on a card", () => {
  const SECRET = "secret-of-the-card-route";
  const CARD = "pl-card-1";
  const MANAGER = "manager01";
  const action = encodeAction({ type: "bill.show", billNo: "DG-202609-00001" });
  const button = { action, proof: proveButton(SECRET, CARD, MANAGER, action) };
  const signedAtMs = 1_788_228_003_000;
  const click = (message: object, at = signedAtMs) => parseCardClick(app, SECRET, { ...message }, at);

  it.each([
    ["as the platform's page shows it", sampleCardClick(button, CARD, MANAGER)],
    ["as newer ones come", sampleNewCardClick(button, CARD, MANAGER)],
    [
      "with the parameters beside, as an older page shows it",
      {
        ...sampleCardClick({}, CARD, MANAGER),
        content: JSON.stringify({ cardPrivateData: { actionIds: ["1"] }, params: button }),
      },
    ],
  ])(
    "%s is the action of its button, said by who pressed it, to be answered to that person alone",
    (_name, message) => {
      expect(click(message)).toMatchObject({
        ok: true,
        click: {
          outTrackId: CARD,
          userId: MANAGER,
          event: {
            senderId: MANAGER,
            conversationId: MANAGER,
            kind: "action",
            action: { type: "bill.show", billNo: "DG-202609-00001" },
            cardTaskId: CARD,
            sentAtMs: signedAtMs,
          },
        },
      });
    },
  );

  it("that is delivered twice has one key, a second press another", () => {
    const keyAt = (atMs: number) => {
      const parsed = click(sampleCardClick(button, CARD, MANAGER), atMs);
      return parsed.ok ? parsed.click.event.externalKey : parsed.code;
    };
    expect(keyAt(signedAtMs)).toBe(keyAt(signedAtMs));
    expect(keyAt(signedAtMs)).not.toBe(keyAt(signedAtMs + 1));
  });

  it.each([
    ["by a colleague whose button it is not", sampleCardClick(button, CARD, "colleague02")],
    ["on another card", sampleCardClick(button, "pl-card-2", MANAGER)],
    [
      "with another action put under the proof",
      sampleCardClick({ ...button, action: encodeAction({ type: "pay.all" }) }, CARD, MANAGER),
    ],
    ["with an invented proof", sampleCardClick({ ...button, proof: "AAAAAAAAAAAAAAAAAAAAAA" }, CARD, MANAGER)],
  ])("%s is refused", (_name, message) => {
    expect(click(message)).toMatchObject({ ok: false, code: "BAD_PROOF", httpStatus: 403 });
  });

  it("of a button that is not wired as our template wants it is refused, and says so", () => {
    const parsed = click(sampleCardClick({}, CARD, MANAGER));
    expect(parsed).toMatchObject({ ok: false, code: "BAD_MESSAGE" });
    expect(!parsed.ok && parsed.reason).toContain("docs/dingtalk-card-template.md");
  });

  it.each(["outTrackId", "userId", "content"])("without %s is refused", (name) => {
    const message = { ...sampleCardClick(button, CARD, MANAGER), [name]: undefined };
    expect(click(message)).toMatchObject({ ok: false, code: "BAD_MESSAGE" });
  });
});

describe("an event", () => {
  it.each([
    ["urlCheck", { kind: "url-check" }],
    ["groupJoined", { kind: "group-joined", conversationId: SAMPLE_GROUP_ID }],
    ["groupJoinedNewer", { kind: "group-joined", conversationId: SAMPLE_GROUP_ID }],
    ["colleagueLeft", { kind: "colleagues-left", userIds: [SAMPLE_STAFF_ID] }],
    ["colleagueLeftNewer", { kind: "colleagues-left", userIds: [SAMPLE_STAFF_ID] }],
    ["unknown", { kind: "other", what: "bpms_task_change" }],
  ] as const)("%s", (name, event) => {
    expect(parseEvent(SAMPLE_EVENTS[name])).toEqual(event);
  });
});
