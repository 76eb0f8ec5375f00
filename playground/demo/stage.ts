import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Prisma } from "../../generated/prisma/client.ts";
import type { RunningJobs } from "../../jobs/runtime.ts";
import { migrate } from "../../prisma/migrate.ts";
import { type Application, compose } from "../../src/compose.ts";
import { type Config, loadConfig } from "../../src/config/env.ts";
import { fieldEncryptionKeys } from "../../src/config/field-key.ts";
import { connectDatabase } from "../../src/db/client.ts";
import { createFieldEncryption, type FieldEncryption } from "../../src/db/field-encryption.ts";
import { openDatabase } from "../../src/db/open-database.ts";
import { civilDateAt } from "../../src/domain/time/civil-date.ts";
import type { BusinessClock } from "../../src/ports/clock.ts";
import { createLogger } from "../../src/telemetry/logger.ts";
import { type Playground, startPlayground } from "../playground.ts";
import { platformVariables, playgroundOptions } from "./platforms.ts";

/** Everything the story is played on: database, pretend platforms and the bot, all over their true protocols. */
export interface Stage {
  readonly application: Application;
  readonly jobs: RunningJobs;
  readonly playground: Playground;
  readonly config: Config;
  readonly clock: StageClock;
  readonly encryption: FieldEncryption;
  readonly url: string;
  close(): Promise<void>;
}

/** The business clock of the story: it goes on by itself and is moved to the next date of the story. */
export interface StageClock extends BusinessClock {
  moveTo(instant: string): void;
}

/** A database that holds somebody's own data is not for a story that begins by clearing the stage. */
export class StageOccupied extends Error {}

const OPERATOR = "TY";
const DEFAULT_PORT = 8787;

export async function setStage(environment: NodeJS.ProcessEnv): Promise<Stage> {
  const clock = stageClock("2026-09-01T09:00:00+08:00");
  const base = readConfig(environment);
  const database = await openDatabase({ databaseUrl: base.databaseUrl?.reveal(), dataDir: base.dataDir });
  await clearStage(database.url);
  const server = createServer();
  const port = await listen(server, environment.PORT === undefined ? undefined : Number(environment.PORT));
  const url = `http://127.0.0.1:${port}`;
  const playground = await startPlayground(playgroundOptions(url, clock.nowMs));
  const config = readConfig({ ...environment, ...platformVariables(playground, url), PORT: String(port) });
  const logger = createLogger({ level: environment.LOG_LEVEL ?? "silent" });
  const application = compose(config, { databaseUrl: database.url, logger, businessClock: clock });
  const handle = application.http.callback();
  server.on("request", handle);
  const jobs = await application.startJobs();
  return {
    application,
    jobs,
    playground,
    config,
    clock,
    encryption: createFieldEncryption(fieldEncryptionKeys(config)),
    url,
    async close() {
      await jobs.stop();
      await playground.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await application.close();
      await database.close();
    },
  };
}

function stageClock(start: string): StageClock {
  let offsetMs = Date.parse(start) - Date.now();
  const nowMs = () => Date.now() + offsetMs;
  return {
    nowMs,
    today: () => civilDateAt(nowMs()),
    moveTo(instant) {
      offsetMs = Date.parse(instant) - Date.now();
    },
  };
}

function readConfig(environment: NodeJS.ProcessEnv): Config {
  const loaded = loadConfig(environment);
  if (!loaded.ok) throw new StageOccupied(loaded.problems.join("\n"));
  return loaded.config;
}

/** Begins with an empty, migrated database; only what an earlier demo left may be cleared away. */
async function clearStage(url: string): Promise<void> {
  await migrate(url);
  const db = connectDatabase(url, { maxConnections: 1 });
  try {
    const operators = await db.operator.findMany();
    if (operators.length === 0) return;
    if (operators.some((operator) => operator.code !== OPERATOR)) {
      throw new StageOccupied(
        "这个数据库里已有您自己的数据，演示不会动它。请换一个目录：DATA_DIR=.data-demo npm run demo / this database holds data of yours; try DATA_DIR=.data-demo npm run demo",
      );
    }
    await db.$executeRaw(Prisma.sql`DROP SCHEMA IF EXISTS bullmq CASCADE`);
    await db.$executeRaw(Prisma.sql`DROP SCHEMA public CASCADE`);
    await db.$executeRaw(Prisma.sql`CREATE SCHEMA public`);
  } finally {
    await db.$disconnect();
  }
  await migrate(url);
}

/** The wanted port, or the usual one, or any free one when that is taken and nobody asked for it. */
function listen(server: Server, wanted: number | undefined): Promise<number> {
  const tryPort = (port: number) =>
    new Promise<number>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", () => {
        server.removeListener("error", reject);
        resolve((server.address() as AddressInfo).port);
      });
    });
  if (wanted !== undefined) {
    return tryPort(wanted).catch(() => {
      throw new StageOccupied(`端口 ${wanted} 已被占用，请换一个 PORT / port ${wanted} is taken: choose another PORT`);
    });
  }
  return tryPort(DEFAULT_PORT).catch(() => tryPort(0));
}
