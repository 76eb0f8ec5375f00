import { createServer, type Server } from "node:http";
import { parseArgs } from "node:util";
import type { RunningJobs } from "../jobs/runtime.ts";
import { migrate } from "../prisma/migrate.ts";
import { type Application, compose } from "./compose.ts";
import { type Config, loadConfig, platformsOff } from "./config/env.ts";
import { nodeVersionProblem } from "./config/node-version.ts";
import { DatabaseProblem } from "./db/database-problem.ts";
import { type OpenDatabase, openDatabase } from "./db/open-database.ts";
import { createLogger, type Logger } from "./telemetry/logger.ts";

/* The production server: npm start [-- --role web|worker]. The one owner of signals and of the exit code. */

const DRAIN_MS = 5_000;
const HARD_STOP_MS = 30_000;

async function start(): Promise<void> {
  const outdated = nodeVersionProblem();
  if (outdated !== undefined) return refuse(outdated);
  const role = readRole();
  if (role === undefined) return refuse("--role 只能是 web 或 worker / --role must be web or worker");
  const loaded = loadConfig(process.env);
  if (!loaded.ok) return refuse(...loaded.problems);
  const { config } = loaded;
  if (config.databaseUrl === undefined && !config.allowEmbeddedDatabase) {
    return refuse(
      "请设置 DATABASE_URL；只是试用可设置 ALLOW_EMBEDDED_DATABASE=1 / set DATABASE_URL, or ALLOW_EMBEDDED_DATABASE=1 to try it out",
    );
  }
  const logger = createLogger({ level: config.logLevel });
  const running: Running = { role, logger };
  const booted = boot(running, config);
  stopOnSignals(running, booted);
  await booted;
}

/**
 * Opens everything, what is reached from outside last: whoever finds the port open finds a whole server. Nothing stays
 * open when it fails.
 */
async function boot(running: Running, config: Config): Promise<void> {
  const { logger, role } = running;
  try {
    const database = await openDatabase({ databaseUrl: config.databaseUrl?.reveal(), dataDir: config.dataDir });
    running.database = database;
    await migrate(database.url);
    const application = compose(config, { databaseUrl: database.url, logger });
    running.application = application;
    for (const line of platformsOff(config)) logger.info(line);
    if (role !== "web") running.jobs = await application.startJobs();
    if (role !== "worker") running.server = await listen(application, config);
  } catch (error) {
    await shutDown(running).catch((late: unknown) => logger.error({ err: late }, "stop.failed"));
    throw error;
  }
  const port = running.server === undefined ? undefined : portOf(running.server);
  logger.info({ role, port, publicUrl: config.publicUrl }, "started");
}

function readRole(): "all" | "web" | "worker" | undefined {
  const { values } = parseArgs({ options: { role: { type: "string" } }, strict: false });
  const { role = "all" } = values;
  return role === "all" || role === "web" || role === "worker" ? role : undefined;
}

function listen(application: Application, config: Config): Promise<Server> {
  const server = createServer(application.http.callback());
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const taken = `端口 ${config.port} 已被占用，请停掉另一个程序或设置 PORT / port ${config.port} is taken: stop the other program or set PORT`;
      reject(error.code === "EADDRINUSE" ? new DatabaseProblem("PORT_TAKEN", ...splitSentence(taken)) : error);
    });
    server.listen(config.port, () => resolve(server));
  });
}

const splitSentence = (text: string): [string, string] => {
  const [chinese = "", english = ""] = text.split(" / ");
  return [chinese, english];
};

function portOf(server: Server): number | undefined {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : undefined;
}

/** What is open so far. */
interface Running {
  readonly role: "all" | "web" | "worker";
  readonly logger: Logger;
  database?: OpenDatabase;
  application?: Application;
  jobs?: RunningJobs;
  server?: Server;
}

/**
 * Ready turns 503, the server stops listening and drains, the jobs end, the connections close. A signal during the start
 * lets it come to its end first; a second signal exits at once.
 */
function stopOnSignals(running: Running, booted: Promise<void>): void {
  let stopping = false;
  const stop = (reason: string, exitCode: number): void => {
    if (stopping) process.exit(1);
    stopping = true;
    running.logger.info({ reason }, "stopping");
    setTimeout(() => process.exit(1), HARD_STOP_MS).unref();
    booted
      .then(() => shutDown(running))
      .then(
        () => {
          running.logger.info("stopped");
          process.exit(exitCode);
        },
        (error: unknown) => {
          running.logger.error({ err: error }, "stop.failed");
          process.exit(1);
        },
      );
  };
  process.on("SIGTERM", () => stop("SIGTERM", 0));
  process.on("SIGINT", () => stop("SIGINT", 0));
  process.on("unhandledRejection", (error) => {
    running.logger.error({ err: error }, "unhandled-rejection");
    stop("unhandledRejection", 1);
  });
}

async function shutDown({ application, database, server, jobs }: Running): Promise<void> {
  application?.announceStop();
  if (server) {
    const drained = new Promise<void>((resolve) => server.close(() => resolve()));
    setTimeout(() => server.closeAllConnections(), DRAIN_MS).unref();
    server.closeIdleConnections();
    await drained;
  }
  await jobs?.stop();
  await application?.close();
  await database?.close();
}

function refuse(...lines: readonly string[]): void {
  for (const line of lines) console.error(line);
  process.exitCode = 1;
}

start().catch((error: unknown) => {
  if (error instanceof DatabaseProblem) console.error(error.message);
  else console.error(error);
  process.exit(1);
});
