import { describe, expect, it } from "vitest";
import { createTestDatabase, withDatabase } from "../../support/database.ts";

describe("databases of tests", () => {
  const database = withDatabase();
  const tables = "select count(*) as n from information_schema.tables where table_name = 'operator'";

  it("are migrated", async () => {
    expect(await database.db.$queryRawUnsafe(tables)).toEqual([{ n: 1n }]);
  });

  it("do not see each other", async () => {
    const other = await createTestDatabase();
    try {
      await other.db.$executeRawUnsafe("drop table operator cascade");
      expect(await other.db.$queryRawUnsafe(tables)).toEqual([{ n: 0n }]);
      expect(await database.db.$queryRawUnsafe(tables)).toEqual([{ n: 1n }]);
    } finally {
      await other.close();
    }
  });
});

describe("network of tests", () => {
  it("ends at the loopback interface", async () => {
    await expect(fetch("http://192.0.2.1/")).rejects.toMatchObject({
      cause: { message: expect.stringContaining("only loopback addresses are allowed") },
    });
  });
});
