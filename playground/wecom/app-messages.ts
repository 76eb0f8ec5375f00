import { randomBytes } from "node:crypto";
import { isRecord, type PlainResponse } from "../http/server.ts";
import { CardOnScreen } from "./chat.ts";
import { errorResponse, okResponse, type WecomError } from "./errors.ts";
import type { MediaShelf } from "./media.ts";
import type { Member } from "./member.ts";
import type { ResponseCodes } from "./response-codes.ts";
import { readTemplateCard, type ShownCard } from "./template-card.ts";

export interface AppMessagesWorld {
  readonly agentId: number;
  /** By userid, without case, as the real one compares. */
  readonly find: (userId: string) => Member | undefined;
  readonly media: MediaShelf;
  readonly codes: ResponseCodes;
  readonly hasCallback: () => boolean;
  readonly nowMs: () => number;
}

/** What a message shows, before it is on anybody's screen. */
export type Content =
  | { readonly type: "text" | "markdown"; readonly text: string }
  | { readonly type: "file"; readonly name: string; readonly bytes: Buffer }
  | { readonly type: "card"; readonly taskId: string; readonly card: ShownCard; readonly isInteractive: boolean };

export type ReadContent = Content | { readonly refusal: WecomError; readonly detail?: string };

const TEXT_MAX_BYTES = 2048;
const TASK_ID = /^[0-9A-Za-z_\-@]{1,128}$/;

/** message/send and message/update_template_card (reference/platforms.md sections 3 and 4). */
export class AppMessages {
  readonly #world: AppMessagesWorld;
  readonly #taskIds = new Set<string>();
  readonly #recent = new Map<string, number>();
  readonly #cards = new Map<string, CardOnScreen[]>();

  constructor(world: AppMessagesWorld) {
    this.#world = world;
  }

  send(body: Readonly<Record<string, unknown>>, raw: string): PlainResponse {
    if (body.agentid !== this.#world.agentId) return errorResponse(typeof body.agentid === "number" ? 301002 : 40056);
    const asked = typeof body.touser === "string" ? body.touser.split("|").filter((id) => id !== "") : [];
    const members = asked.flatMap((id) => this.#world.find(id) ?? []);
    const content = readContent(body, this.#world.media);
    if ("refusal" in content) return errorResponse(content.refusal, content.detail);
    if (members.length === 0) return errorResponse(81013);
    const invalid = asked.filter((id) => this.#world.find(id) === undefined);
    const unlicensed = members.filter((member) => !member.isLicensed);
    const answer = {
      ...(invalid.length > 0 ? { invaliduser: invalid.join("|") } : {}),
      ...(unlicensed.length > 0 ? { unlicenseduser: unlicensed.map((member) => member.userId).join("|") } : {}),
      msgid: randomBytes(48).toString("base64url"),
    };
    if (this.#isRepeat(body, raw)) return okResponse(answer);
    if (content.type === "card") {
      if (content.isInteractive && !this.#world.hasCallback()) return errorResponse(43012);
      if (content.taskId !== "") {
        if (this.#taskIds.has(content.taskId)) return errorResponse(42014, "task_id is not unique");
        this.#taskIds.add(content.taskId);
      }
    }
    for (const member of members.filter((one) => one.isLicensed)) this.#deliver(member, content);
    const code = content.type === "card" && content.isInteractive ? this.#world.codes.issue(content.taskId) : undefined;
    return okResponse({ ...answer, ...(code === undefined ? {} : { response_code: code }) });
  }

  update(body: Readonly<Record<string, unknown>>): PlainResponse {
    if (body.agentid !== this.#world.agentId) return errorResponse(301002);
    const read = readTemplateCard(body.template_card, true);
    const button = isRecord(body.button) ? body.button.replace_name : undefined;
    if (!read.ok && typeof button !== "string") return errorResponse(read.code, read.detail);
    const used = this.#world.codes.use(body.response_code);
    if ("refusal" in used) return errorResponse(used.refusal);
    const userIds = Array.isArray(body.userids) ? (body.userids as unknown[]).map(String) : undefined;
    if (userIds === undefined && body.atall !== 1) return errorResponse(40035, "userids");
    const known = (userIds ?? []).map((id) => this.#world.find(id)?.userId);
    for (const card of this.#cards.get(used.taskId) ?? []) {
      if (body.atall !== 1 && !known.includes(card.userId)) continue;
      if (read.ok) this.replace(card, read.card);
      else this.replace(card, greyed(card.shown, String(button)));
    }
    const invalid = (userIds ?? []).filter((id) => this.#world.find(id) === undefined);
    return okResponse(invalid.length > 0 ? { invaliduser: invalid } : {});
  }

  replace(card: CardOnScreen, form: ShownCard): void {
    card.forms.push(form);
    this.#world.find(card.userId)?.noticeUpdate(card);
  }

  /** More than 30 a minute or 1,000 an hour to one member are dropped, without an error. */
  #deliver(member: Member, content: Content): void {
    if (!member.quota.take(this.#world.nowMs())) {
      member.dropped += 1;
      return;
    }
    switch (content.type) {
      case "card": {
        const card = new CardOnScreen(content.taskId, member.userId, content.card);
        if (content.taskId !== "") this.#cards.set(content.taskId, [...(this.#cards.get(content.taskId) ?? []), card]);
        member.receive({ channel: "app", type: "card", text: content.card.title, card });
        return;
      }
      case "file":
        member.receive({
          channel: "app",
          type: "file",
          text: content.name,
          file: { name: content.name, bytes: content.bytes },
        });
        return;
      default:
        member.receive({ channel: "app", type: content.type, text: content.text });
    }
  }

  #isRepeat(body: Readonly<Record<string, unknown>>, raw: string): boolean {
    if (body.enable_duplicate_check !== 1) return false;
    const seconds = typeof body.duplicate_check_interval === "number" ? body.duplicate_check_interval : 1_800;
    const now = this.#world.nowMs();
    const before = this.#recent.get(raw);
    this.#recent.set(raw, now);
    return before !== undefined && now - before <= Math.min(seconds, 14_400) * 1000;
  }
}

export function greyed(card: ShownCard, text: string): ShownCard {
  return { ...card, buttons: [{ text, style: 0, key: undefined, url: undefined, isGrey: true }] };
}

/** What a body of message/send or appchat/send says. */
export function readContent(body: Readonly<Record<string, unknown>>, media: MediaShelf): ReadContent {
  const type = body.msgtype;
  switch (type) {
    case "text":
    case "markdown": {
      const part = body[type];
      const text = isRecord(part) && typeof part.content === "string" ? part.content : "";
      if (text === "") return { refusal: 44004 };
      if (Buffer.byteLength(text) > TEXT_MAX_BYTES) return { refusal: 45002 };
      return { type, text };
    }
    case "file": {
      const part = body.file;
      const file = isRecord(part) ? media.find(part.media_id) : undefined;
      return file === undefined ? { refusal: 40004 } : { type: "file", ...file };
    }
    case "template_card": {
      const part = isRecord(body.template_card) ? body.template_card : {};
      const read = readTemplateCard(part, false);
      if (!read.ok) return { refusal: read.code, detail: read.detail };
      const isInteractive = read.card.type === "button_interaction";
      const taskId = typeof part.task_id === "string" ? part.task_id : "";
      if ((isInteractive || taskId !== "") && !TASK_ID.test(taskId)) return { refusal: 42014 };
      return { type: "card", taskId, card: read.card, isInteractive };
    }
    default:
      return { refusal: 40008 };
  }
}
