import { isJsonObject, type JsonObject, textOf, textsOf } from "./json.ts";

/** What the event subscription tells us, as far as we use it. */
export type DingtalkEvent =
  /** The console's check of the address: answered, nothing to do. */
  | { readonly kind: "url-check" }
  /** The robot came into a group with its 群聊酷应用, or left it. */
  | { readonly kind: "group-joined" | "group-left"; readonly conversationId: string }
  /** Colleagues who left the organisation. */
  | { readonly kind: "colleagues-left"; readonly userIds: readonly string[] }
  /** Subscribed to by mistake, or of a later day. */
  | { readonly kind: "other"; readonly what: string };

/**
 * The event in the JSON that `openEvent` has opened. Over HTTP the fields stand beside `EventType`; the newer form has
 * `eventType` and the fields in `data`, as Stream mode brings them.
 */
export function parseEvent(message: JsonObject): DingtalkEvent {
  const what = textOf(message, "EventType") ?? textOf(message, "eventType") ?? "";
  const fields = isJsonObject(message.data) ? message.data : message;
  const conversationId = textOf(fields, "openConversationId") ?? textOf(fields, "OpenConversationId");
  switch (what) {
    case "check_url":
      return { kind: "url-check" };
    case "im_cool_app_install":
      return conversationId === undefined ? { kind: "other", what } : { kind: "group-joined", conversationId };
    case "im_cool_app_uninstall":
      return conversationId === undefined ? { kind: "other", what } : { kind: "group-left", conversationId };
    case "user_leave_org": {
      const userIds = [...textsOf(fields, "UserId"), ...textsOf(fields, "userId")];
      return userIds.length === 0 ? { kind: "other", what } : { kind: "colleagues-left", userIds };
    }
    default:
      return { kind: "other", what: what.slice(0, 60) };
  }
}
