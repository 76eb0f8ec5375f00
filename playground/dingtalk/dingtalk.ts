import { randomBytes } from "node:crypto";
import type { FaultSwitches } from "../http/fault-switches.ts";
import { type PlainRequest, type PlainResponse, readJsonObject, startPlainServer } from "../http/server.ts";
import { AccessTokens } from "./access-tokens.ts";
import { Authorization } from "./authorization.ts";
import { CardBook } from "./card-book.ts";
import type { Chat } from "./chat.ts";
import { errorResponse, oldErrorResponse } from "./errors.ts";
import { pushEvent } from "./event-push.ts";
import { Group } from "./group.ts";
import { MediaStore, SentPictures } from "./media.ts";
import { Member, type MemberWorld } from "./member.ts";
import { type PressResult, pressButton } from "./press.ts";
import { PushLine } from "./push-line.ts";
import { sendToGroup, sendToPeople } from "./robot.ts";
import { newMessageId, pushMessage } from "./robot-push.ts";
import type { CardTemplate } from "./template.ts";

export interface DingtalkOptions {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly robotCode: string;
  /** Of the event subscription; without them no events are pushed. */
  readonly token?: string;
  readonly aesKey?: string;
  readonly corpId?: string;
  /** Where messages to the robot and events go: an address without its last part (/robot, /event). May be set later. */
  readonly callbackBase?: string;
  readonly templates?: readonly CardTemplate[];
  /** Default 2000, the real figure. */
  readonly cardTimeoutMs?: number;
  /** Default 5000. */
  readonly pushTimeoutMs?: number;
}

export interface Clocks {
  /** The clock of the pretend world. May be moved. */
  readonly nowMs: () => number;
  /** The real clock: signatures, tokens, codes. */
  readonly wireNowMs: () => number;
}

export interface Dingtalk {
  /** Base of both APIs and of the login page. */
  readonly url: string;
  readonly faults: FaultSwitches;
  readonly tokens: AccessTokens;
  readonly cards: CardBook;
  readonly authorization: Authorization;
  readonly pictures: SentPictures;
  /** Repeats, order and loss of what goes to the callbacks. */
  readonly line: PushLine;
  /** What a developer would find in the platform's logs, in order. */
  readonly incidents: readonly string[];
  /** The colleague with this id; somebody new joins the organisation. */
  member(userId: string, name?: string): Member;
  createGroup(title: string, memberIds: readonly string[], withRobot?: boolean): Group;
  registerTemplate(template: CardTemplate): void;
  setCallbackBase(url: string): void;
  /** The console's check of the event address. */
  checkEventUrl(): Promise<boolean>;
  pushEvent(event: Readonly<Record<string, unknown>>): Promise<boolean>;
  /** Puts the robot into a group, or takes it out, which is told as an event. */
  setRobotIn(group: Group, isIn: boolean): Promise<boolean>;
  /** A colleague leaves, which is told as an event. */
  leave(member: Member): Promise<boolean>;
  close(): Promise<void>;
}

/** Starts a pretend DingTalk on a free port of 127.0.0.1 that refuses what the real one refuses. */
export async function startDingtalk(options: DingtalkOptions, clocks: Clocks): Promise<Dingtalk> {
  const corpId = options.corpId ?? "ding9f50b15bccd16741";
  let callbackBase = options.callbackBase;
  const members = new Map<string, Member>();
  const groups = new Map<string, Group>();
  const templates = new Map((options.templates ?? []).map((template) => [template.templateId, template]));
  const incidents: string[] = [];
  const media = new MediaStore();
  const pictures = new SentPictures({ robotCode: options.robotCode, wireNowMs: clocks.wireNowMs });
  const line = new PushLine();
  const tokens = new AccessTokens(options.clientId, options.clientSecret, clocks.wireNowMs);
  const world = {
    robotCode: options.robotCode,
    findMember: (userId: string) => members.get(userId),
    findGroup: (conversationId: string) => groups.get(conversationId),
    findTemplate: (templateId: string) => templates.get(templateId),
    findFile: (mediaId: string) => media.find(mediaId),
    reportIncident: (what: string) => incidents.push(what),
  };
  const cards = new CardBook(world);
  const authorization = new Authorization({
    ...options,
    wireNowMs: clocks.wireNowMs,
    findMember: world.findMember,
    findByUnionId: (unionId) => [...members.values()].find((member) => member.unionId === unionId),
  });
  const addressOf = (part: string): string => {
    if (callbackBase === undefined) throw new Error("the callback address of the pretend DingTalk is not set");
    return `${callbackBase}/${part}`;
  };

  const screen: MemberWorld = {
    keepPicture: (bytes) => pictures.keep(bytes),
    cardsOf: (chat: Chat) => chat.messages.flatMap((message) => (message.kind === "card" ? [message.outTrackId] : [])),
    viewOf(outTrackId, userId) {
      const card = cards.find(outTrackId);
      const isThere = [
        members.get(userId)?.chat,
        ...[...groups.values()].filter((g) => g.memberIds.has(userId)).map((g) => g.chat),
      ].some((chat) => chat?.messages.some((message) => message.kind === "card" && message.outTrackId === outTrackId));
      return isThere ? card?.viewOf(userId) : undefined;
    },
    say(push) {
      const messageId = newMessageId();
      const channel = {
        ...options,
        corpId,
        callbackUrl: addressOf("robot"),
        ...clocks,
        timeoutMs: options.pushTimeoutMs ?? 5_000,
      };
      return line.carry(() => pushMessage(channel, { ...push, messageId }));
    },
    press(outTrackId, userId, label): Promise<PressResult> {
      const card = cards.find(outTrackId);
      const shown = screen.viewOf(outTrackId, userId)?.buttons.find((one) => one.label === label);
      if (card === undefined || shown === undefined)
        throw new Error(`${userId} sees no button ${label} on ${outTrackId}`);
      return pressButton({
        card,
        route: cards.routeOf(card),
        corpId,
        userId,
        button: shown.button,
        timeoutMs: options.cardTimeoutMs ?? 2_000,
        wireNowMs: clocks.wireNowMs(),
        copies: line.takeCopies(),
      });
    },
  };
  const push = (event: Readonly<Record<string, unknown>>): Promise<boolean> => {
    const { token, aesKey, clientId } = options;
    if (token === undefined || aesKey === undefined)
      throw new Error("no event subscription: token and aesKey are missing");
    const channel = { clientId, token, aesKey, wireNowMs: clocks.wireNowMs, timeoutMs: options.pushTimeoutMs ?? 5_000 };
    return pushEvent({ ...channel, callbackUrl: addressOf("event") }, event);
  };

  const server = await startPlainServer((request) => answer(request));
  const guarded: Readonly<Record<string, (body: Record<string, unknown>) => PlainResponse>> = {
    "POST /v1.0/robot/oToMessages/batchSend": (body) => sendToPeople(body, world),
    "POST /v1.0/robot/groupMessages/send": (body) => sendToGroup(body, world),
    "POST /v1.0/robot/messageFiles/download": (body) => pictures.addressOf(body, server.url),
    "POST /v1.0/card/callbacks/register": (body) => cards.register(body),
    "POST /v1.0/card/instances/createAndDeliver": (body) => cards.createAndDeliver(body),
    "POST /v1.0/card/instances/deliver": (body) => cards.deliver(body),
    "PUT /v1.0/card/instances": (body) => cards.update(body),
  };
  function answer(request: PlainRequest): PlainResponse | Promise<PlainResponse> {
    const route = `${request.method} ${request.path}`;
    if (route === "POST /v1.0/oauth2/accessToken") return tokens.issue(request);
    if (route === "POST /v1.0/oauth2/userAccessToken") return authorization.personToken(request);
    if (route === "GET /v1.0/contact/users/me") return authorization.me(request);
    if (route === "POST /media/upload" || route === "POST /topapi/user/getbyunionid") {
      if (!tokens.isGood(request.query.get("access_token"))) return oldErrorResponse(40014, "不合法的access_token");
      return route === "POST /media/upload" ? media.upload(request) : authorization.byUnionId(request);
    }
    if (route.startsWith("GET /file/")) return pictures.download(request.path);
    const handle = guarded[route];
    if (handle === undefined) return { status: 404 };
    if (!tokens.isGood(request.headers["x-acs-dingtalk-access-token"])) return errorResponse("InvalidAuthentication");
    const body = readJsonObject(request.body);
    return body === undefined ? errorResponse("param.invalid") : handle(body);
  }

  return {
    url: server.url,
    faults: server.faults,
    tokens,
    cards,
    authorization,
    pictures,
    line,
    incidents,
    member(userId, name = userId) {
      const known = members.get(userId) ?? new Member(userId, name, screen);
      members.set(userId, known);
      return known;
    },
    createGroup(title, memberIds, withRobot = true) {
      const group = new Group(`cid${randomBytes(12).toString("base64")}==`, title, memberIds, withRobot);
      groups.set(group.conversationId, group);
      return group;
    },
    registerTemplate: (template) => void templates.set(template.templateId, template),
    setCallbackBase(url) {
      callbackBase = url;
    },
    checkEventUrl: () => push({ EventType: "check_url" }),
    pushEvent: push,
    setRobotIn(group, isIn) {
      group.hasRobot = isIn;
      return push({
        EventType: isIn ? "im_cool_app_install" : "im_cool_app_uninstall",
        EventTime: clocks.nowMs(),
        CorpId: corpId,
        coolAppCode: "COOLAPP-1-1018",
        openConversationCorpId: corpId,
        robotCode: options.robotCode,
        openConversationId: group.conversationId,
        operator: [...group.memberIds][0] ?? "",
        operateTime: String(clocks.nowMs()),
      });
    },
    leave(member) {
      member.hasLeft = true;
      return push({
        EventType: "user_leave_org",
        CorpId: corpId,
        TimeStamp: String(clocks.nowMs()),
        UserId: [member.userId],
      });
    },
    close: () => server.close(),
  };
}
