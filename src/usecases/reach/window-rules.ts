import type { InboundEvent } from "../../../bot/events.ts";

/** What opens a window for messages of our own accord on the official account. */
export type WindowReason = "message" | "menu" | "subscribe" | "scan" | "payment";

export interface WindowGrant {
  readonly lengthMs: number;
  /** Messages, or null for any number. */
  readonly allowance: number | null;
}

const MINUTE_MS = 60_000;
const TWO_DAYS_MS = 48 * 60 * MINUTE_MS;

/** reference/platforms.md section 5.1. Passive replies are free and count nowhere. */
export const WINDOW_GRANTS: Readonly<Record<WindowReason, WindowGrant>> = {
  message: { lengthMs: TWO_DAYS_MS, allowance: 5 },
  menu: { lengthMs: MINUTE_MS, allowance: 3 },
  subscribe: { lengthMs: MINUTE_MS, allowance: 3 },
  scan: { lengthMs: MINUTE_MS, allowance: 3 },
  payment: { lengthMs: TWO_DAYS_MS, allowance: null },
};

/** Messages that are not text. What else is of kind `other` (VIEW, LOCATION …) happens to a person and opens nothing. */
const MESSAGE_TYPES: ReadonlySet<string> = new Set(["image", "voice", "video", "shortvideo", "location", "link"]);
const SCANS_OF_THE_MENU: ReadonlySet<string> = new Set(["scancode_push", "scancode_waitmsg"]);

/**
 * What an event does to a person's windows. A tap on a `msgmenu` line arrives as a text, but counts as a menu click; so
 * does a menu item whose key is an action of ours.
 */
export function windowEffectOf(event: InboundEvent): WindowReason | "close-all" | undefined {
  switch (event.kind) {
    case "text":
      return event.menuItemId === undefined ? "message" : "menu";
    case "action":
    case "menu":
      return "menu";
    case "subscribe":
    case "scan":
      return event.kind;
    case "unsubscribe":
      return "close-all";
    case "delivery":
      return undefined;
    case "other":
      if (MESSAGE_TYPES.has(event.what)) return "message";
      return SCANS_OF_THE_MENU.has(event.what) ? "menu" : undefined;
    default:
      return event satisfies never;
  }
}

export interface ReachWindow {
  readonly id: string;
  readonly expiresAtMs: number;
  readonly allowance: number | null;
  readonly used: number;
}

/**
 * The open window that the next message is counted against: an unlimited one before all, else the one that ends first,
 * so that nothing is wasted. WeChat does not say which one it takes; when it differs, its refusal closes ours.
 */
export function chooseWindow(windows: readonly ReachWindow[], nowMs: number): ReachWindow | undefined {
  const usable = windows.filter(
    ({ expiresAtMs, allowance, used }) => nowMs < expiresAtMs && (allowance === null || used < allowance),
  );
  return usable.find((window) => window.allowance === null) ?? usable.sort((a, b) => a.expiresAtMs - b.expiresAtMs)[0];
}
