import { randomBytes } from "node:crypto";
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "./env.ts";

const FILE = "field-encryption.key";

/**
 * The keys of 32 bytes that encrypt phone and account numbers in the database, the current one first:
 * FIELD_ENCRYPTION_KEY, or for the embedded database a key made once and kept beside it (mode 0600). Whoever copies
 * DATA_DIR has data and key together: good enough for trying out, and the reason why DATABASE_URL asks for its own.
 */
export function fieldEncryptionKeys(
  config: Pick<Config, "fieldEncryptionKey" | "fieldEncryptionOldKeys" | "dataDir">,
): Buffer[] {
  const current = config.fieldEncryptionKey?.reveal() ?? keptKey(config.dataDir);
  return [current, ...config.fieldEncryptionOldKeys.map((key) => key.reveal())].map((key) =>
    Buffer.from(key, "base64"),
  );
}

function keptKey(dataDir: string): string {
  const file = join(dataDir, FILE);
  if (!existsSync(file)) makeKey(file, dataDir);
  const key = readFileSync(file, "utf8").trim();
  if (Buffer.from(key, "base64").length !== 32) throw new Error(`${file} does not hold a key of 32 bytes in base64`);
  return key;
}

/** Of two processes that start at once, one makes the link and both use its file, which is complete from the start. */
function makeKey(file: string, dataDir: string): void {
  mkdirSync(dataDir, { recursive: true });
  const unfinished = `${file}.${process.pid}`;
  writeFileSync(unfinished, `${randomBytes(32).toString("base64")}\n`, { mode: 0o600 });
  try {
    linkSync(unfinished, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    rmSync(unfinished);
  }
}
