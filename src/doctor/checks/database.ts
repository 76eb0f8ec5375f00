import { Redis } from "ioredis";
import { Prisma } from "../../../generated/prisma/client.ts";
import { pendingMigrations } from "../../../prisma/migrate.ts";
import type { Config } from "../../config/env.ts";
import { fieldEncryptionKeys } from "../../config/field-key.ts";
import { connectDatabase, type Database } from "../../db/client.ts";
import { DatabaseProblem } from "../../db/database-problem.ts";
import { createFieldEncryption } from "../../db/field-encryption.ts";
import { openDatabase } from "../../db/open-database.ts";
import { rows } from "../../db/rows.ts";
import { type Finding, fine, wrong } from "../finding.ts";

/** Reachable, of our version, and readable with our key. The embedded database is opened for it as by every command. */
export async function checkDatabase(config: Config): Promise<Finding[]> {
  const variable = config.databaseUrl === undefined ? "DATA_DIR" : "DATABASE_URL";
  try {
    const opened = await openDatabase({ databaseUrl: config.databaseUrl?.reveal(), dataDir: config.dataDir });
    try {
      const pending = await pendingMigrations(opened.url);
      if (pending.length > 0) return [wrong("MIGRATIONS_PENDING", { detail: pending.join(", "), variable })];
      return [fine(variable, "数据库可用，结构是最新的"), ...(await checkFieldKey(opened.url, config))];
    } finally {
      await opened.close();
    }
  } catch (error) {
    if (!(error instanceof DatabaseProblem)) return [wrong("DATABASE_UNUSABLE", { variable })];
    const isOurs = ["SCHEMA_NEWER", "MIGRATION_CHANGED", "MIGRATION_FAILED"].includes(error.code);
    return [wrong(isOurs ? "SCHEMA_MISMATCH" : "DATABASE_UNUSABLE", { detail: error.message, variable })];
  }
}

/** One value under each key that the rows name: a key is right for all of its rows or for none. */
async function checkFieldKey(url: string, config: Config): Promise<Finding[]> {
  const variable = "FIELD_ENCRYPTION_KEY";
  const db = connectDatabase(url, { maxConnections: 1 });
  try {
    const encryption = createFieldEncryption(fieldEncryptionKeys(config));
    const samples = await sampleFields(db);
    const unreadable = samples.filter(({ cipher, keyId }) => !succeeds(() => encryption.decrypt(cipher, keyId)));
    if (unreadable.length > 0) return [wrong("FIELD_KEY_CANNOT_DECRYPT")];
    return [fine(variable, samples.length === 0 ? "还没有加密的数据" : "能解开已有的数据")];
  } finally {
    await db.$disconnect();
  }
}

const sampleFields = (db: Database) =>
  rows<{ cipher: Uint8Array; keyId: string }>(
    db,
    Prisma.sql`SELECT DISTINCT ON (key_id) cipher, key_id AS "keyId" FROM (
        SELECT phone_cipher AS cipher, phone_key_id AS key_id FROM person_phone
        UNION ALL SELECT account_no_cipher, account_no_key_id FROM bank_account) AS fields ORDER BY key_id`,
  );

function succeeds(work: () => unknown): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}

export async function checkRedis(config: Config): Promise<Finding[]> {
  if (config.redisUrl === undefined) return [];
  const redis = new Redis(config.redisUrl.reveal(), {
    lazyConnect: true,
    connectTimeout: 5_000,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  let reason = "";
  // What `connect` throws says only that the connection is closed.
  redis.on("error", (error: NodeJS.ErrnoException) => {
    reason = error.code ?? error.message;
  });
  try {
    await redis.connect();
    await redis.ping();
    return [fine("REDIS_URL", "Redis 可用")];
  } catch (error) {
    return [wrong("REDIS_UNREACHABLE", { detail: reason || (error instanceof Error ? error.message : "") })];
  } finally {
    redis.disconnect();
  }
}
