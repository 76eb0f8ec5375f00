import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { billCard } from "../../../cards/bill-card.ts";
import { textCard } from "../../../cards/card.ts";
import type { Messenger, OutgoingMessage, Recipient } from "../../../src/ports/messenger.ts";
import { BILL } from "../../unit/cards/sample-cards.ts";

/** What the pretend vendor does with calls that send; every state lasts until the next one. */
export type VendorState =
  | "accepts"
  | "refuses"
  | "recipient-gone"
  | "rate-limited"
  | "busy"
  /** Takes the request and never answers. */
  | "hangs"
  /** Takes the request and answers something that is not its protocol. */
  | "talks-nonsense"
  /** Does not accept connections. */
  | "down";

export interface MessengerHarness {
  /** Two messengers of two processes that share their state. */
  readonly messengers: readonly [Messenger, Messenger];
  readonly recipient: Recipient;
  /** Values that must never appear in an outcome: secrets, tokens, ids of people. */
  secrets(): readonly string[];
  setState(state: VendorState): Promise<void>;
  /** Makes the token that is in use worthless. */
  expireToken(): void;
  /** From now on no token is ever good enough. */
  refuseAllTokens(): void;
  tokenFetches(): number;
  /** Messages that the vendor took, as it would show them to the person. */
  delivered(): readonly string[];
  close(): Promise<void>;
}

const bill = billCard(BILL);
const notice: OutgoingMessage = {
  occasion: "notice",
  // Buttons that ask something of us need a callback, which not every vendor of this contract has.
  card: { ...bill, buttons: bill.buttons.filter(({ kind }) => kind === "link") },
  dedupeKey: "bill:DG-202609-00001:published",
};
const reply: OutgoingMessage = { occasion: "reply", card: textCard("您好，已收到。"), dedupeKey: "reply:1" };

/** What every Messenger promises (src/ports/messenger.ts), whatever its platform. */
export function describeMessengerContract(name: string, start: () => Promise<MessengerHarness>): void {
  describe(`${name} as a messenger`, () => {
    let harness: MessengerHarness;
    let messenger: Messenger;
    beforeEach(async () => {
      harness = await start();
      [messenger] = harness.messengers;
    });
    afterEach(() => harness.close());
    const send = (message: OutgoingMessage = reply) => messenger.send(harness.recipient, message);

    it("delivers a reply and a notice, and says by which way", async () => {
      for (const message of [reply, notice]) {
        const outcome = await send(message);
        expect(outcome).toMatchObject({ state: "accepted" });
        expect(outcome).toHaveProperty("channel", expect.stringMatching(/./));
      }
      expect(harness.delivered()).toHaveLength(2);
      expect(harness.delivered()[0]).toContain("您好，已收到。");
      expect(harness.delivered()[1]).toContain("¥7,565.60");
    });

    it.each(["refuses", "recipient-gone"] as const)("reports that the vendor %s, for good", async (state) => {
      await harness.setState(state);
      for (const message of [reply, notice]) {
        expect(await send(message)).toMatchObject({ state: "refused", recipientGone: state === "recipient-gone" });
      }
      expect(harness.delivered()).toEqual([]);
    });

    it.each(["rate-limited", "busy"] as const)("asks to try again later when the vendor is %s", async (state) => {
      // A token is at hand, so that it is the sending that fails.
      await send();
      await harness.setState(state);
      const outcome = await send(notice);
      expect(outcome).toMatchObject({ state: "later" });
      expect(outcome.state === "later" && outcome.retryAfterMs).toBeGreaterThan(0);
    });

    it("asks to try again later when the vendor is down, once no connection of before is left", async () => {
      await send();
      await harness.setState("down");
      // A request on a connection that was open may have arrived before it broke; on a new one it cannot have.
      expect(["later", "unknown"]).toContain((await send(notice)).state);
      expect(await send(notice)).toMatchObject({ state: "later" });
    });

    it.each(["hangs", "talks-nonsense"] as const)(
      "does not claim to know what became of a message when the vendor %s",
      async (state) => {
        await send();
        await harness.setState(state);
        expect(await send(notice)).toMatchObject({ state: "unknown" });
      },
    );

    it("asks to try again later when not even a token is to be had: nothing was sent", async () => {
      await harness.setState("down");
      expect(await send()).toMatchObject({ state: "later" });
    });

    it("fetches one token for two processes and many messages at once", async () => {
      const outcomes = await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          harness.messengers[index % 2 === 0 ? 0 : 1].send(harness.recipient, {
            ...reply,
            dedupeKey: `reply:${index}`,
          }),
        ),
      );
      expect(new Set(outcomes.map((outcome) => outcome.state))).toEqual(new Set(["accepted"]));
      expect(harness.tokenFetches()).toBe(1);
    });

    it("renews a refused token once, for all, and delivers", async () => {
      await send();
      harness.expireToken();
      const outcomes = await Promise.all(
        harness.messengers.map((each, index) =>
          each.send(harness.recipient, { ...reply, dedupeKey: `after:${index}` }),
        ),
      );
      expect(outcomes).toMatchObject([{ state: "accepted" }, { state: "accepted" }]);
      expect(harness.tokenFetches()).toBe(2);
    });

    it("gives up after one renewal when no token is good enough", async () => {
      harness.refuseAllTokens();
      expect(await send()).toMatchObject({ state: "later" });
      expect(harness.tokenFetches()).toBe(2);
    });

    it("keeps secrets, tokens and people out of what it reports", async () => {
      const outcomes = [await send()];
      for (const state of ["refuses", "recipient-gone", "rate-limited", "hangs", "talks-nonsense", "down"] as const) {
        await harness.setState(state);
        outcomes.push(await send(notice));
      }
      for (const secret of harness.secrets()) expect(JSON.stringify(outcomes)).not.toContain(secret);
    });
  });
}
