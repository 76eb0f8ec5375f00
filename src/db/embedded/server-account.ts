import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseProblem } from "../database-problem.ts";

/** The operating system account that runs the server when this process is root, which PostgreSQL refuses to be. */
export interface ServerAccount {
  readonly uid: number;
  readonly gid: number;
}

const EXISTING_ACCOUNTS = ["postgres", "nobody"];

/**
 * Undefined: the server runs as this process does. As root: the owner of an existing cluster, else an account that is
 * there on every system; none is created, because a demo must not change the machine's users.
 */
export function serverAccount(cluster: string): ServerAccount | undefined {
  if (process.getuid?.() !== 0) return undefined;
  if (existsSync(cluster)) {
    const { uid, gid } = statSync(cluster);
    if (uid !== 0) return { uid, gid };
  }
  for (const name of EXISTING_ACCOUNTS) {
    const uid = idOf("-u", name);
    const gid = idOf("-g", name);
    if (uid !== undefined && gid !== undefined) return { uid, gid };
  }
  throw new DatabaseProblem(
    "NO_SERVER_ACCOUNT",
    "PostgreSQL 不能以 root 运行，且系统没有 postgres 或 nobody 用户；请换普通用户运行，或设置 DATABASE_URL",
    "PostgreSQL refuses to run as root and there is no user postgres or nobody: run as an ordinary user, or set DATABASE_URL",
  );
}

function idOf(option: "-u" | "-g", name: string): number | undefined {
  const { status, stdout } = spawnSync("id", [option, name], { encoding: "utf8" });
  return status === 0 ? Number(stdout) : undefined;
}

/** Whether the account can walk from the root to this folder: a clone under /root or in a `mktemp -d` is out of its reach. */
export function canReach(folder: string, account: ServerAccount): boolean {
  for (let at = folder; ; at = dirname(at)) {
    const { mode, uid, gid } = statSync(at);
    const needed = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
    if ((mode & needed) === 0) return false;
    if (at === dirname(at)) return true;
  }
}
