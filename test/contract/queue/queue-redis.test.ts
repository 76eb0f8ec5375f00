import { randomBytes } from "node:crypto";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, it } from "vitest";
import { describeQueueContract } from "./queue-contract.ts";
import { type RedisServer, startRedis, whyNoRedis } from "./redis-server.ts";

const reason = whyNoRedis();

if (reason === undefined) {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.close());

  describeQueueContract("Redis", async () => {
    const namespace = `test_${randomBytes(6).toString("hex")}`;
    return {
      connection: { databaseUrl: "postgres://unused", redisUrl: server.url, namespace },
      async flush() {
        const client = new Redis(server.url);
        const keys = await client.keys(`${namespace}:*`);
        if (keys.length > 0) await client.del(...keys);
        client.disconnect();
      },
      async cutConnections() {
        const client = new Redis(server.url);
        await client.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
        client.disconnect();
      },
      nowhere: { databaseUrl: "postgres://unused", redisUrl: "redis://127.0.0.1:1", namespace },
    };
  });
} else {
  // Not run is not passed: say it where people look (interfaces.md section 1).
  console.warn(`NOT RUN: the queue on Redis (${reason})`);
  describe(`Redis as the queue (not run: ${reason})`, () => {
    it.skip("keeps the queue contract", () => {});
  });
}
