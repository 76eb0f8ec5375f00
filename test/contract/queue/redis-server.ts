import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Redis } from "ioredis";

export interface RedisServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Why the Redis tests cannot run here, or undefined when they can. */
export function whyNoRedis(): string | undefined {
  if (process.env.REDIS_URL !== undefined && process.env.REDIS_URL !== "") return undefined;
  const found = spawnSync("redis-server", ["--version"], { stdio: "ignore" });
  return found.error === undefined ? undefined : "no REDIS_URL and no redis-server on the PATH";
}

/** The server of REDIS_URL, or one of our own that keeps nothing. */
export async function startRedis(): Promise<RedisServer> {
  const given = process.env.REDIS_URL;
  if (given !== undefined && given !== "") return { url: given, close: async () => {} };
  const folder = mkdtempSync(join(tmpdir(), "parkledger-redis-"));
  const port = await freePort();
  const options = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder];
  const server = spawn("redis-server", options, { stdio: "ignore" });
  const exited = new Promise<void>((resolve) => server.once("exit", () => resolve()));
  const url = `redis://127.0.0.1:${port}`;
  await answers(url);
  return {
    url,
    async close() {
      server.kill("SIGKILL");
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function answers(url: string): Promise<void> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 });
  client.on("error", () => {});
  for (let tries = 0; ; tries += 1) {
    try {
      await client.connect();
      await client.ping();
      break;
    } catch (error) {
      if (tries === 100) throw error;
      await delay(50);
    }
  }
  client.disconnect();
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
