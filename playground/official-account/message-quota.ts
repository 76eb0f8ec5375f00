/** What opens a window for customer-service messages (reference/platforms.md 5.1). */
export type QuotaTrigger = "message" | "menu-click" | "scan" | "subscribe" | "payment";

interface QuotaWindow {
  readonly closesAtMs: number;
  remaining: number;
}

const minuteMs = 60_000;
const twoDaysMs = 48 * 60 * minuteMs;

const grants: Readonly<Record<QuotaTrigger, { readonly lengthMs: number; readonly messages: number }>> = {
  message: { lengthMs: twoDaysMs, messages: 5 },
  "menu-click": { lengthMs: minuteMs, messages: 3 },
  scan: { lengthMs: minuteMs, messages: 3 },
  subscribe: { lengthMs: minuteMs, messages: 3 },
  payment: { lengthMs: twoDaysMs, messages: Number.POSITIVE_INFINITY },
};

export type QuotaAnswer = "granted" | "window-closed" | "used-up";

/**
 * The customer-service allowance of one person. A new trigger of a kind starts its window and count afresh. Where
 * several windows are open, the one that closes first is used first, so that nothing is wasted (WeChat does not say).
 */
export class MessageQuota {
  readonly #windows = new Map<QuotaTrigger, QuotaWindow>();

  open(trigger: QuotaTrigger, nowMs: number): void {
    const grant = grants[trigger];
    this.#windows.set(trigger, { closesAtMs: nowMs + grant.lengthMs, remaining: grant.messages });
  }

  closeAll(): void {
    this.#windows.clear();
  }

  take(nowMs: number): QuotaAnswer {
    const open = [...this.#windows.values()]
      .filter((window) => window.closesAtMs > nowMs)
      .sort((a, b) => a.closesAtMs - b.closesAtMs);
    if (open.length === 0) return "window-closed";
    const usable = open.find((window) => window.remaining > 0);
    if (usable === undefined) return "used-up";
    usable.remaining -= 1;
    return "granted";
  }
}
