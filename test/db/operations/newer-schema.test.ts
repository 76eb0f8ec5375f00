import { describe, expect, it } from "vitest";
import { migrate, pendingMigrations, readMigrations } from "../../../prisma/migrate.ts";
import { withDatabase } from "../../support/database.ts";

const database = withDatabase();

describe("an old worker at a newer schema", () => {
  const older = readMigrations().slice(0, -1);
  const newest = readMigrations().at(-1)?.name ?? "";

  it("is not ready and does not start: it names what it lacks and what to do", async () => {
    const refused = { code: "SCHEMA_NEWER", message: expect.stringContaining(newest) };
    await expect(pendingMigrations(database.url, older)).rejects.toMatchObject(refused);
    await expect(migrate(database.url, older)).rejects.toMatchObject(refused);
  });

  it("leaves the newer worker unharmed", async () => {
    await migrate(database.url, older).catch(() => undefined);
    expect(await pendingMigrations(database.url)).toEqual([]);
  });
});
