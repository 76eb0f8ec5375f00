import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { openEmbeddedServer } from "../src/db/embedded/embedded-server.ts";
import { migrate } from "./migrate.ts";
import { modelsText, readSchema } from "./schema-text.ts";

/*
 * `npm run schema`: migrates an empty throw-away database and writes its tables into schema.prisma below the generator
 * and datasource blocks, which stay as they are.
 */

const SCHEMA_FILE = fileURLToPath(new URL("./schema.prisma", import.meta.url));

const folder = mkdtempSync(join(tmpdir(), "parkledger-schema-"));
chmodSync(folder, 0o711);
const server = await openEmbeddedServer(folder, { disposable: true });
try {
  await migrate(server.url);
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  const models = modelsText(await readSchema(client));
  await client.end();
  writeFileSync(SCHEMA_FILE, `${headOf(readFileSync(SCHEMA_FILE, "utf8"))}\n${models}`);
} finally {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
}

/** Everything before the first model. */
function headOf(schema: string): string {
  const firstModel = schema.search(/^model /m);
  return `${(firstModel < 0 ? schema : schema.slice(0, firstModel)).trimEnd()}\n`;
}
