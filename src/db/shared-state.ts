import { setTimeout as delay } from "node:timers/promises";
import { Prisma } from "../../generated/prisma/client.ts";
import type { SharedState } from "../ports/shared-state.ts";
import type { Database } from "./client.ts";
import type { FieldEncryption } from "./field-encryption.ts";
import { execute, row } from "./rows.ts";

/** A fetcher that died is overtaken after this long; the vendors' own limit for a call is shorter. */
const FETCH_LEASE_SECONDS = 15;
const POLL_MS = 100;
const WAIT_LIMIT_MS = 20_000;

interface StoredToken {
  readonly token_cipher: Uint8Array | null;
  readonly token_key_id: string | null;
  readonly usable: boolean;
}

/**
 * Vendor tokens in PostgreSQL: every process sees the same one, one process fetches while the others wait, and a token
 * that the vendor has refused is replaced only if nobody has replaced it already.
 */
export function createSharedState(db: Database, encryption: FieldEncryption): SharedState {
  return {
    async token(key, fetch, failedToken) {
      const deadline = Date.now() + WAIT_LIMIT_MS;
      await execute(db, Prisma.sql`INSERT INTO vendor_token (key) VALUES (${key}) ON CONFLICT DO NOTHING`);
      for (;;) {
        const cached = await readToken(db, encryption, key);
        if (cached !== undefined && cached !== failedToken) return cached;
        if (await claimFetch(db, key)) {
          // Somebody may have finished between our look and our claim.
          const arrived = await readToken(db, encryption, key);
          if (arrived === undefined || arrived === failedToken) return fetchAndStore(db, encryption, key, fetch);
          await releaseFetch(db, key);
          return arrived;
        }
        if (Date.now() > deadline) throw new Error(`another process has been fetching the token ${key} for too long`);
        await delay(POLL_MS);
      }
    },
  };
}

async function readToken(db: Database, encryption: FieldEncryption, key: string): Promise<string | undefined> {
  const stored = await row<StoredToken>(
    db,
    Prisma.sql`SELECT token_cipher, token_key_id, expires_at > now() AS usable FROM vendor_token WHERE key = ${key}`,
  );
  if (!stored?.usable || stored.token_cipher === null || stored.token_key_id === null) return undefined;
  try {
    return encryption.decrypt(stored.token_cipher, stored.token_key_id);
  } catch {
    // Written under a key that is gone: as good as no token.
    return undefined;
  }
}

async function claimFetch(db: Database, key: string): Promise<boolean> {
  const claimed = await execute(
    db,
    Prisma.sql`UPDATE vendor_token
      SET fetching_until = now() + make_interval(secs => ${FETCH_LEASE_SECONDS}::double precision)
      WHERE key = ${key} AND fetching_until < now()`,
  );
  return claimed === 1;
}

async function fetchAndStore(
  db: Database,
  encryption: FieldEncryption,
  key: string,
  fetch: () => Promise<{ token: string; expiresInSeconds: number }>,
): Promise<string> {
  try {
    const { token, expiresInSeconds } = await fetch();
    const { cipher, keyId } = encryption.encrypt(token);
    await execute(
      db,
      Prisma.sql`UPDATE vendor_token SET token_cipher = ${cipher}, token_key_id = ${keyId},
        expires_at = now() + make_interval(secs => ${expiresInSeconds}::double precision), fetching_until = '-infinity'
        WHERE key = ${key}`,
    );
    return token;
  } catch (error) {
    await releaseFetch(db, key);
    throw error;
  }
}

const releaseFetch = (db: Database, key: string): Promise<number> =>
  execute(db, Prisma.sql`UPDATE vendor_token SET fetching_until = '-infinity' WHERE key = ${key}`);
