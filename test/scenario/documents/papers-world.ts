import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import type { Prisma } from "../../../generated/prisma/client.ts";
import { paperContextOf } from "../../../src/compose/documents.ts";
import { type Config, loadConfig } from "../../../src/config/env.ts";
import type { Database } from "../../../src/db/client.ts";
import { rows } from "../../../src/db/rows.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import { createDocumentRenderer } from "../../../src/documents/browser/renderer.ts";
import { paperHtml } from "../../../src/documents/paper-html.ts";
import type { CivilDate } from "../../../src/domain/time/civil-date.ts";
import type { PrintContext } from "../../../src/usecases/documents/context.ts";
import { type DocumentSubject, requestDocument } from "../../../src/usecases/documents/documents.ts";
import { type PrintedDocument, printDocument } from "../../../src/usecases/documents/print-document.ts";
import { withDatabase } from "../../support/database.ts";
import { PLAYED_KEYS, PLAYED_UNTIL, playedEncryption, playWorld } from "../../support/played-world.ts";

export interface PapersWorld {
  readonly db: Database;
  readonly config: Config;
  readonly context: PrintContext;
  /** The paper about a subject, printed on a day; default: the last of the play. */
  print(subject: DocumentSubject, today?: CivilDate): Promise<PrintedDocument>;
  ids(sql: Prisma.Sql): Promise<string[]>;
}

/** The played world, with its bills published, and a printer. */
export function withPapersWorld(): PapersWorld {
  const database = withDatabase();
  const loaded = loadConfig({
    FIELD_ENCRYPTION_KEY: Buffer.from(PLAYED_KEYS[0]).toString("base64"),
    PUBLIC_URL: "https://bills.example.com",
  });
  if (!loaded.ok) throw new Error(loaded.problems.join());
  const { config } = loaded;
  const renderer = createDocumentRenderer({ executablePath: process.env.PUPPETEER_EXECUTABLE_PATH });
  const context: PrintContext = { ...paperContextOf(config, playedEncryption()), renderer, paperHtml };
  beforeAll(async () => {
    await playWorld(database.db);
    await database.db.$executeRaw`UPDATE bill SET state = 'published', published_at = now() WHERE state = 'issued'`;
  });
  afterAll(() => renderer.close());
  return {
    get db() {
      return database.db;
    },
    config,
    context,
    async print(subject, today = PLAYED_UNTIL) {
      const id = await inTransaction(database.db, (tx) => requestDocument(tx, subject));
      const printed = id === undefined ? undefined : await printDocument(database.db, id, today, context);
      if (!printed) throw new Error("nothing was printed");
      // To be looked at: PAPERS_FOLDER=/tmp/papers npx vitest run test/scenario/documents
      const folder = process.env.PAPERS_FOLDER;
      if (folder) await writeFile(join(folder, printed.fileName), printed.bytes);
      return printed;
    },
    ids: async (sql) => (await rows<{ id: string }>(database.db, sql)).map(({ id }) => id),
  };
}
