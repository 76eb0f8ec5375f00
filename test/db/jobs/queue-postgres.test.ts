import { Prisma } from "../../../generated/prisma/client.ts";
import { describeQueueContract } from "../../contract/queue/queue-contract.ts";
import { withDatabase } from "../../support/database.ts";

const database = withDatabase();
let namespaces = 0;

describeQueueContract("PostgreSQL", async () => {
  namespaces += 1;
  const namespace = `queue_${namespaces}`;
  return {
    connection: { databaseUrl: database.url, namespace },
    async flush() {
      const tables = await database.db.$queryRaw<{ name: string }[]>(Prisma.sql`
        SELECT table_name AS name FROM information_schema.tables
        WHERE table_schema = ${namespace} AND table_type = 'BASE TABLE' AND table_name <> 'migration'`);
      const names = tables.map(({ name }) => `${namespace}."${name}"`).join(", ");
      await database.db.$executeRawUnsafe(`TRUNCATE ${names}`);
    },
    async cutConnections() {
      await database.db.$queryRaw(Prisma.sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()`);
    },
    nowhere: { databaseUrl: "postgres://postgres@127.0.0.1:1/nowhere", namespace },
  };
});
