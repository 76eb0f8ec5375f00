import { randomUUID } from "node:crypto";
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { DatabaseProblem } from "../database-problem.ts";

const POLL_MS = 20;
const HALF_WRITTEN_MS = 5_000;

/** Whether a process of this id exists, whoever owns it. */
export function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/**
 * Runs `work` while this process alone holds the lock file. A lock whose process is dead is removed. Two processes that
 * remove the same stale lock at the same instant could both go on; PostgreSQL's own postmaster.pid then stops the second.
 */
export async function withFolderLock<T>(lockFile: string, timeoutMs: number, work: () => Promise<T>): Promise<T> {
  const deadlineMs = Date.now() + timeoutMs;
  while (!tryLock(lockFile)) {
    removeIfStale(lockFile);
    if (Date.now() > deadlineMs) {
      throw new DatabaseProblem(
        "LOCK_TIMEOUT",
        `等待另一个进程启动或停止内置数据库超时，请稍后重试；若没有其他进程，请删除 ${lockFile}`,
        `timed out waiting for another process that starts or stops the embedded database; if there is none, delete ${lockFile}`,
      );
    }
    await delay(POLL_MS);
  }
  try {
    return await work();
  } finally {
    rmSync(lockFile, { force: true });
  }
}

function tryLock(lockFile: string): boolean {
  try {
    writeFileSync(lockFile, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function removeIfStale(lockFile: string): void {
  try {
    const holder = Number(readFileSync(lockFile, "utf8"));
    const stale = holder > 0 ? !isProcessAlive(holder) : Date.now() - statSync(lockFile).mtimeMs > HALF_WRITTEN_MS;
    if (!stale) return;
    // Renaming first: of two that find the lock stale, one gets the file and the other ENOENT.
    const aside = `${lockFile}.${randomUUID()}`;
    renameSync(lockFile, aside);
    rmSync(aside, { force: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}
