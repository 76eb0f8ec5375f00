import { randomBytes } from "node:crypto";
import type { PlainResponse } from "../http/server.ts";
import { readContent } from "./app-messages.ts";
import { errorResponse, okResponse } from "./errors.ts";
import type { MediaShelf } from "./media.ts";
import type { Member } from "./member.ts";

/** A group that the app made. Nobody sees it before the first message. */
export interface Group {
  readonly chatId: string;
  readonly name: string;
  readonly ownerId: string;
  readonly memberIds: readonly string[];
  readonly lines: string[];
}

/** appchat/create and appchat/send (reference/platforms.md section 4): no template cards. */
export class Groups {
  readonly #groups = new Map<string, Group>();
  readonly #find: (userId: string) => Member | undefined;
  readonly #media: MediaShelf;

  constructor(find: (userId: string) => Member | undefined, media: MediaShelf) {
    this.#find = find;
    this.#media = media;
  }

  get all(): readonly Group[] {
    return [...this.#groups.values()];
  }

  create(body: Readonly<Record<string, unknown>>): PlainResponse {
    const name = typeof body.name === "string" ? body.name : "";
    if ([...name].length > 50) return errorResponse(40058, "name is longer than 50");
    const asked = Array.isArray(body.userlist) ? (body.userlist as unknown[]).map(String) : [];
    const memberIds = [...new Set(asked)];
    if (memberIds.length < 2 || memberIds.length > 2000) return errorResponse(86216, "2 to 2000 members");
    if (memberIds.some((id) => this.#find(id) === undefined)) return errorResponse(86216, "a member is unknown");
    const ownerId = typeof body.owner === "string" ? body.owner : (memberIds[0] ?? "");
    if (!memberIds.includes(ownerId)) return errorResponse(86216, "the owner is no member");
    const chatId = typeof body.chatid === "string" ? body.chatid : randomBytes(16).toString("hex");
    if (!/^[0-9a-zA-Z]{1,32}$/.test(chatId)) return errorResponse(86001);
    if (this.#groups.has(chatId)) return errorResponse(86215);
    this.#groups.set(chatId, { chatId, name, ownerId, memberIds, lines: [] });
    return okResponse({ chatid: chatId });
  }

  send(body: Readonly<Record<string, unknown>>): PlainResponse {
    const group = this.#groups.get(typeof body.chatid === "string" ? body.chatid : "");
    if (group === undefined) return errorResponse(86003);
    if (body.msgtype === "template_card") return errorResponse(40008);
    const content = readContent(body, this.#media);
    if ("refusal" in content) return errorResponse(content.refusal, content.detail);
    if (content.type === "card") return errorResponse(40008);
    const text = content.type === "file" ? content.name : content.text;
    group.lines.push(text);
    const file = content.type === "file" ? { file: { name: content.name, bytes: content.bytes } } : {};
    for (const id of group.memberIds) {
      this.#find(id)?.receive({ channel: "group", type: content.type, text, chatId: group.chatId, ...file });
    }
    return okResponse();
  }
}
