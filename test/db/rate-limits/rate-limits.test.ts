import { describe, expect, it } from "vitest";
import type { InboundContent, InboundEvent } from "../../../bot/events.ts";
import { Prisma } from "../../../generated/prisma/client.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import { limitTalk } from "../../../src/usecases/rate-limits/limit-talk.ts";
import { countUse, RATE_LIMITS } from "../../../src/usecases/rate-limits/rate-limits.ts";
import { withDatabase } from "../../support/database.ts";

const database = withDatabase();
const NINE = Date.parse("2026-09-05T09:00:00+08:00");

describe("counting", () => {
  it("gives every one of fifty at once a number of its own", async () => {
    const counts = await Promise.all(
      Array.from({ length: 50 }, () => countUse(database.db, "h5-page", "203.0.113.1", NINE)),
    );
    expect(counts.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
  });

  it("begins anew with the next minute, and keeps addresses and purposes apart", async () => {
    const count = (name: "h5-page" | "refused-callback", subject: string, nowMs: number) =>
      countUse(database.db, name, subject, nowMs);
    expect(await count("h5-page", "203.0.113.2", NINE)).toBe(1);
    expect(await count("h5-page", "203.0.113.2", NINE + 59_999)).toBe(2);
    expect(await count("h5-page", "203.0.113.2", NINE + 60_000)).toBe(1);
    expect(await count("h5-page", "203.0.113.3", NINE)).toBe(1);
    expect(await count("refused-callback", "203.0.113.2", NINE)).toBe(1);
  });

  it("keeps no address", async () => {
    await countUse(database.db, "h5-page", "203.0.113.4", NINE);
    const keys = await database.db.$queryRaw<{ key: string }[]>(Prisma.sql`SELECT key FROM rate_count`);
    expect(keys.length).toBeGreaterThan(0);
    for (const { key } of keys) expect(key).not.toContain("203.0.113");
  });
});

describe("somebody who types without end", () => {
  const { limit } = RATE_LIMITS["person-message"];
  let events = 0;
  const event = (senderId: string, content: InboundContent, sentAtMs = NINE): InboundEvent => {
    events += 1;
    return {
      platform: "official-account",
      appId: "wx1",
      externalKey: `limit-${events}`,
      senderId,
      conversationId: senderId,
      receiverId: "gh_1",
      sentAtMs,
      ...content,
    };
  };
  const says = (senderId: string, content: InboundContent = { kind: "text", text: "在吗" }, sentAtMs = NINE) =>
    inTransaction(database.db, (tx) => limitTalk(tx, event(senderId, content, sentAtMs)));

  it("is answered up to the limit, warned once, then met with silence until the minute is over", async () => {
    const verdicts = [];
    for (let message = 0; message < limit + 3; message += 1) verdicts.push(await says("o-1"));
    expect(verdicts).toEqual([...Array(limit).fill("answer"), "warn", "silent", "silent"]);
    expect(await says("o-1", undefined, NINE + 60_000)).toBe("answer");
  });

  it("does not keep others from being answered, nor us from hearing what happens", async () => {
    for (let message = 0; message < limit + 2; message += 1) await says("o-2");
    expect(await says("o-3")).toBe("answer");
    expect(await says("o-2", { kind: "unsubscribe" })).toBe("answer");
    expect(await says("o-2", { kind: "delivery", vendorId: "1", delivered: true, detail: "" })).toBe("answer");
  });

  it("did not type without end when the messages only reach us at once", async () => {
    for (let minute = 0; minute < limit + 2; minute += 1) {
      expect(await says("o-4", undefined, NINE + minute * 60_000)).toBe("answer");
    }
  });
});
