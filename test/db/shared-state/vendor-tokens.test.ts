import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createFieldEncryption } from "../../../src/db/field-encryption.ts";
import { createSharedState } from "../../../src/db/shared-state.ts";
import { withDatabase } from "../../support/database.ts";

describe("vendor tokens that all processes share", () => {
  const database = withDatabase();
  const encryption = createFieldEncryption([randomBytes(32)]);
  const vendor = () => {
    let calls = 0;
    return {
      fetch: async () => {
        calls += 1;
        await new Promise((resolve) => setTimeout(resolve, 20));
        return { token: `token-${calls}`, expiresInSeconds: 7_000 };
      },
      calls: () => calls,
    };
  };

  it("twenty callers on two processes cause one fetch", async () => {
    const { fetch, calls } = vendor();
    const processes = [createSharedState(database.db, encryption), createSharedState(database.db, encryption)];
    const tokens = await Promise.all(
      Array.from({ length: 20 }, (_, index) => processes[index % 2]?.token("busy", fetch)),
    );
    expect(new Set(tokens)).toEqual(new Set(["token-1"]));
    expect(calls()).toBe(1);
  });

  it("a refused token is replaced once, however many callers were refused with it", async () => {
    const { fetch, calls } = vendor();
    const state = createSharedState(database.db, encryption);
    const refused = await state.token("refused", fetch);
    const fresh = await Promise.all(Array.from({ length: 5 }, () => state.token("refused", fetch, refused)));
    expect(new Set(fresh)).toEqual(new Set(["token-2"]));
    expect(calls()).toBe(2);
  });

  it("a fetch that fails lets the next caller try", async () => {
    const state = createSharedState(database.db, encryption);
    await expect(state.token("flaky", () => Promise.reject(new Error("vendor down")))).rejects.toThrow("vendor down");
    expect(await state.token("flaky", vendor().fetch)).toBe("token-1");
  });

  it("the table never holds a token in clear", async () => {
    const rows = await database.db.$queryRaw<{ text: string }[]>`SELECT vendor_token::text AS text FROM vendor_token`;
    expect(rows.length).toBeGreaterThan(0);
    for (const { text } of rows) expect(text).not.toContain(Buffer.from("token-").toString("hex"));
  });
});
