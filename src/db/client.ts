import { PrismaPg } from "@prisma/adapter-pg";
import { PrismaClient } from "../../generated/prisma/client.ts";

export type Database = PrismaClient;

/** One per process, made in compose and disconnected at shutdown. */
export function connectDatabase(url: string, options: { readonly maxConnections?: number } = {}): Database {
  return new PrismaClient({
    adapter: new PrismaPg({
      connectionString: url,
      max: options.maxConnections ?? 10,
      // pg waits for ever by default: a full pool or a silent network would hang every request.
      connectionTimeoutMillis: 15_000,
      idleTimeoutMillis: 30_000,
      // The session's zone decides what a cast between timestamptz and date means.
      options: "-c TimeZone=UTC",
    }),
  });
}
