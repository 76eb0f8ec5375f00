import { DatabaseProblem } from "../src/db/database-problem.ts";
import { openDatabase } from "../src/db/open-database.ts";
import { migrate } from "./migrate.ts";

/* `npm run migrate`: the step before a roll-out, on DATABASE_URL or the embedded database of DATA_DIR. */

try {
  const database = await openDatabase({
    databaseUrl: process.env.DATABASE_URL || undefined,
    dataDir: process.env.DATA_DIR || ".data",
  });
  try {
    const applied = await migrate(database.url);
    console.log(applied.length === 0 ? "up to date" : applied.map((name) => `applied ${name}`).join("\n"));
  } finally {
    await database.close();
  }
} catch (error) {
  if (!(error instanceof DatabaseProblem)) throw error;
  console.error(error.message);
  process.exitCode = 3;
}
