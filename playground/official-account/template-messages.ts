import { isRecord, jsonResponse, type PlainResponse } from "../http/server.ts";
import { errorResponse } from "./errors.ts";
import type { Follower } from "./follower.ts";
import { digits } from "./push.ts";

/** A template of the account's console, e.g. content `账单金额：{{amount3.DATA}}`. */
export interface MessageTemplate {
  readonly templateId: string;
  readonly title: string;
  readonly content: string;
}

const dedupeMs = 10 * 60_000;

/**
 * Limits of the keyword kinds that new templates are made of, by the name before the number. Older templates name
 * their fields freely (`keyword1`) and have none.
 */
const keywordLimits: Readonly<Record<string, (value: string) => boolean>> = {
  thing: (value) => [...value].length <= 20,
  character_string: (value) => value.length <= 32 && /^[\x20-\x7e]*$/.test(value),
  phrase: (value) => [...value].length <= 5,
};

/** POST /cgi-bin/message/template/send. */
export class TemplateMessages {
  readonly #templates = new Map<string, MessageTemplate>();
  readonly #sent = new Map<string, { readonly messageId: number; readonly atMs: number }>();
  readonly #nowMs: () => number;
  /** Deliveries under way, for an orderly end. */
  readonly pending = new Set<Promise<unknown>>();

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  register(template: MessageTemplate): void {
    this.#templates.set(template.templateId, template);
  }

  /** GET /cgi-bin/template/get_all_private_template */
  list(): PlainResponse {
    const list = [...this.#templates.values()].map(({ templateId, title, content }) => ({
      template_id: templateId,
      title,
      primary_industry: "房地产",
      deputy_industry: "物业",
      content,
      example: "",
    }));
    return jsonResponse(200, { template_list: list });
  }

  send(body: Readonly<Record<string, unknown>>, findFollower: (openId: string) => Follower | undefined): PlainResponse {
    const follower = typeof body.touser === "string" ? findFollower(body.touser) : undefined;
    if (follower === undefined) return errorResponse(40003);
    const template = typeof body.template_id === "string" ? this.#templates.get(body.template_id) : undefined;
    if (template === undefined) return errorResponse(40037);
    if (!follower.isSubscribed) return errorResponse(43004);
    const filled = fillTemplate(template, body.data);
    if ("problem" in filled) return errorResponse(47003, filled.problem);

    const clientId = typeof body.client_msg_id === "string" ? body.client_msg_id : "";
    const key = `${follower.openId}\n${clientId}`;
    const earlier = this.#sent.get(key);
    // A repeat within ten minutes is answered like the first and shown once (the answer to a repeat is not documented).
    if (clientId !== "" && earlier !== undefined && this.#nowMs() - earlier.atMs < dedupeMs) {
      return accepted(earlier.messageId);
    }
    const messageId = Number(digits(15));
    if (clientId !== "") this.#sent.set(key, { messageId, atMs: this.#nowMs() });
    const url = typeof body.url === "string" && body.url !== "" ? body.url : undefined;
    this.#deliverLater(follower, messageId, () =>
      follower.receive("template", {
        type: "template",
        templateId: template.templateId,
        text: `${template.title}\n${filled.text}`,
        url,
        data: filled.data,
      }),
    );
    return accepted(messageId);
  }

  /** Delivery follows the answer, and the event about it follows the delivery. */
  #deliverLater(follower: Follower, messageId: number, show: () => void): void {
    const delivery = new Promise<void>((resolve) => {
      setImmediate(() => {
        if (!follower.blocksTemplates) show();
        follower
          .pushEvent({
            Event: "TEMPLATESENDJOBFINISH",
            MsgID: messageId,
            Status: follower.blocksTemplates ? "failed:user block" : "success",
          })
          .then(
            () => resolve(),
            () => resolve(),
          );
      });
    });
    this.pending.add(delivery);
    delivery.then(() => this.pending.delete(delivery));
  }
}

function accepted(messageId: number): PlainResponse {
  return jsonResponse(200, { errcode: 0, errmsg: "ok", msgid: messageId });
}

function fillTemplate(
  template: MessageTemplate,
  data: unknown,
): { readonly text: string; readonly data: Readonly<Record<string, string>> } | { readonly problem: string } {
  const values: Record<string, string> = {};
  const names = [...template.content.matchAll(/\{\{(\w+)\.DATA\}\}/g)].map((match) => match[1] ?? "");
  for (const name of names) {
    const entry = isRecord(data) ? data[name] : undefined;
    const value = isRecord(entry) ? entry.value : undefined;
    if (typeof value !== "string" || value === "") return { problem: `data.${name}.value is empty` };
    const fits = keywordLimits[name.replace(/\d+$/, "")];
    if (fits !== undefined && !fits(value)) return { problem: `data.${name}.value is invalid` };
    values[name] = value;
  }
  const text = template.content.replace(/\{\{(\w+)\.DATA\}\}/g, (_whole, name: string) => values[name] ?? "");
  return { text, data: values };
}
