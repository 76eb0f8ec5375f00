import { randomUUID } from "node:crypto";
import { call } from "../http/call.ts";
import { encryptResource, type PlatformKey, signedHeaders } from "./keys.ts";
import type { Merchant } from "./merchant.ts";
import { shanghaiRfc3339 } from "./shanghai-time.ts";

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;

/** Waits before the 15 resends, 24 hours and 4 minutes in all (reference/wechat-pay.md 3.2). */
export const resendWaitsMs: readonly number[] = [
  ...[15, 15, 30].map((seconds) => seconds * secondMs),
  ...[3, 10, 20, 30, 30, 30, 60].map((minutes) => minutes * minuteMs),
  ...[3, 3, 3, 6, 6].map((hours) => hours * hourMs),
];

export interface NotificationContent {
  readonly merchant: Merchant;
  readonly notifyUrl: string;
  readonly eventType: "TRANSACTION.SUCCESS" | "REFUND.SUCCESS" | "REFUND.ABNORMAL" | "REFUND.CLOSED";
  readonly resource: Readonly<Record<string, unknown>>;
}

/** One POST of a notification and what came of it. */
export interface DeliveryAttempt {
  readonly notificationId: string;
  readonly eventType: string;
  readonly attempt: number;
  readonly isSignTest: boolean;
  readonly outcome: "accepted" | "refused" | "timed-out" | "failed";
  readonly status: number | undefined;
}

export interface NotificationOptions {
  readonly signingKey: () => PlatformKey;
  readonly nowMs: () => number;
  readonly wireNowMs: () => number;
  readonly timeoutMs: number;
  /** Factor on the waits between resends; 1 is real time. */
  readonly resendTimeScale: number;
}

interface Plan {
  copies: number;
  delayMs: number;
  isSignTest: boolean;
}

const summaries = {
  "TRANSACTION.SUCCESS": "支付成功",
  "REFUND.SUCCESS": "退款成功",
  "REFUND.ABNORMAL": "退款异常",
  "REFUND.CLOSED": "退款关闭",
} as const;

/** Sends notifications as WeChat Pay does, with switches for what goes wrong on the way. */
export class Notifications {
  readonly attempts: DeliveryAttempt[] = [];
  readonly #options: NotificationOptions;
  readonly #pending = new Set<Promise<void>>();
  readonly #timers = new Map<NodeJS.Timeout, () => void>();
  readonly #held: NotificationContent[] = [];
  #dropNext = 0;
  #isHolding = false;
  #isClosed = false;
  #next: Plan = { copies: 1, delayMs: 0, isSignTest: false };

  constructor(options: NotificationOptions) {
    this.#options = options;
  }

  /** The next notifications never arrive, not even by a resend: delivery is not guaranteed. */
  dropNext(count = 1): void {
    this.#dropNext += count;
  }

  /** The next notification is sent this many times at once, each time with its own signature. */
  duplicateNext(copies: number): void {
    this.#next.copies = copies;
  }

  /** The next notification starts this much later, in real milliseconds. */
  delayNext(delayMs: number): void {
    this.#next.delayMs = delayMs;
  }

  /** The first push of the next notification is a probe whose signature is wrong; the resend is good. */
  signTestNext(): void {
    this.#next.isSignTest = true;
  }

  /** Keeps back every notification until `release`. */
  hold(): void {
    this.#isHolding = true;
  }

  /** Sends what was kept back, one after the other, in the order given: `reversed` is out of order. */
  async release(order: "as-sent" | "reversed" = "as-sent"): Promise<void> {
    this.#isHolding = false;
    const held = this.#held.splice(0);
    for (const content of order === "reversed" ? held.toReversed() : held) await this.#deliver(content);
  }

  /** Resolves when nothing is under way any more: everything accepted, dropped or given up. */
  async settled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }

  /** Ends all waiting; nothing is sent afterwards. */
  close(): void {
    this.#isClosed = true;
    for (const [timer, resolve] of this.#timers) {
      clearTimeout(timer);
      resolve();
    }
    this.#timers.clear();
  }

  send(content: NotificationContent): void {
    if (this.#dropNext > 0) {
      this.#dropNext -= 1;
      return;
    }
    if (this.#isHolding) {
      this.#held.push(content);
      return;
    }
    void this.#deliver(content);
  }

  #deliver(content: NotificationContent): Promise<void> {
    const plan = this.#next;
    this.#next = { copies: 1, delayMs: 0, isSignTest: false };
    const id = randomUUID();
    const createdAtMs = this.#options.nowMs();
    const body = JSON.stringify({
      id,
      create_time: shanghaiRfc3339(createdAtMs),
      resource_type: "encrypt-resource",
      event_type: content.eventType,
      summary: summaries[content.eventType],
      resource: this.#encrypt(content),
    });
    const delivery = Promise.all(
      Array.from({ length: plan.copies }, () => this.#deliverUntilAccepted(content, id, body, plan)),
    ).then(() => {
      this.#pending.delete(delivery);
    });
    this.#pending.add(delivery);
    return delivery;
  }

  #encrypt(content: NotificationContent): Readonly<Record<string, unknown>> {
    const originalType = content.eventType.startsWith("REFUND.") ? "refund" : "transaction";
    const plaintext = JSON.stringify(content.resource);
    return { original_type: originalType, ...encryptResource(content.merchant.apiV3Key, plaintext, originalType) };
  }

  async #deliverUntilAccepted(content: NotificationContent, id: string, body: string, plan: Plan): Promise<void> {
    await this.#wait(plan.delayMs);
    for (let attempt = 1; attempt <= resendWaitsMs.length + 1; attempt += 1) {
      if (this.#isClosed) return;
      const isSignTest = plan.isSignTest && attempt === 1;
      const { outcome, status } = await this.#post(content.notifyUrl, body, isSignTest);
      this.attempts.push({ notificationId: id, eventType: content.eventType, attempt, isSignTest, outcome, status });
      if (outcome === "accepted") return;
      await this.#wait((resendWaitsMs[attempt - 1] ?? 0) * this.#options.resendTimeScale);
    }
  }

  async #post(url: string, body: string, isSignTest: boolean): Promise<Pick<DeliveryAttempt, "outcome" | "status">> {
    const signed = signedHeaders(this.#options.signingKey(), body, this.#options.wireNowMs());
    if (isSignTest) {
      const good = signed["Wechatpay-Signature"] ?? "";
      signed["Wechatpay-Signature"] = `WECHATPAY/SIGNTEST/${good.slice("WECHATPAY/SIGNTEST/".length)}`;
    }
    const result = await call({
      method: "POST",
      url,
      headers: {
        Accept: "*/*",
        "Cache-Control": "no-cache",
        Pragma: "no-cache",
        "Content-Type": "application/json",
        "User-Agent": "Mozilla/4.0",
        ...signed,
      },
      body,
      timeoutMs: this.#options.timeoutMs,
    });
    if (result.state !== "answered") return { outcome: result.state, status: undefined };
    const isAccepted = result.status === 200 || result.status === 204;
    return { outcome: isAccepted ? "accepted" : "refused", status: result.status };
  }

  #wait(waitMs: number): Promise<void> {
    if (waitMs <= 0 || this.#isClosed) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        resolve();
      }, waitMs);
      timer.unref();
      this.#timers.set(timer, resolve);
    });
  }
}
