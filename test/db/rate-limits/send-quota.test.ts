import { describe, expect, it } from "vitest";
import { createSendQuota } from "../../../src/usecases/outbox/send-quota.ts";
import { withDatabase } from "../../support/database.ts";

const database = withDatabase();
/** 2026-09-01 10:00:00 in Shanghai. */
const START_MS = 1_788_228_000_000;

function quotaAt(app: string) {
  let nowMs = START_MS;
  const quota = createSendQuota(database.db, app, () => nowMs);
  return {
    take: (to = "LiSi") => quota.take(to),
    goTo: (ms: number) => {
      nowMs = START_MS + ms;
    },
  };
}

describe("what we send to one member", () => {
  it("is at most 30 a minute, however many processes ask at once", async () => {
    const { take } = quotaAt("at once");
    const answers = await Promise.all(Array.from({ length: 60 }, () => take()));
    expect(answers.filter(({ state }) => state === "granted")).toHaveLength(30);
    expect((await take("Wang")).state).toBe("granted");
  });

  it("is at most 30 in any 60 seconds, wherever they begin", async () => {
    const { take, goTo } = quotaAt("sliding");
    const granted: number[] = [];
    // One try every 700 ms for five minutes: seeks the seams between the steps.
    for (let ms = 0; ms < 300_000; ms += 700) {
      goTo(ms);
      if ((await take()).state === "granted") granted.push(ms);
    }
    for (const from of granted) {
      expect(granted.filter((ms) => ms >= from && ms < from + 60_000).length).toBeLessThanOrEqual(30);
    }
    // Five minutes hold nearly five times thirty: counting in steps costs a little, not half.
    expect(granted.length).toBeGreaterThan(120);
  });

  it("goes on exactly when we are told to come back", async () => {
    const { take, goTo } = quotaAt("back");
    for (let count = 0; count < 30; count += 1) await take();
    const full = await take();
    expect(full).toMatchObject({ state: "full" });
    const waitMs = full.state === "full" ? full.retryAfterMs : 0;
    goTo(waitMs - 1);
    expect((await take()).state).toBe("full");
    goTo(waitMs);
    expect((await take()).state).toBe("granted");
  });

  it("is at most 1,000 an hour", async () => {
    const { take, goTo } = quotaAt("hour");
    let granted = 0;
    // 25 a minute for 50 minutes would be 1,250.
    for (let minute = 0; minute < 50; minute += 1) {
      goTo(minute * 66_000);
      const answers = await Promise.all(Array.from({ length: 25 }, () => take()));
      granted += answers.filter(({ state }) => state === "granted").length;
    }
    expect(granted).toBe(1_000);
  }, 60_000);
});
