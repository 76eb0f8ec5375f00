import { readdirSync, readFileSync } from "node:fs";

/** Linux counts the processor time of processes in hundredths of a second. */
const TICKS_PER_SECOND = 100;

/** The fields of /proc/<pid>/stat after the name, which may hold blanks and brackets; undefined: it has just ended. */
function statOf(pid: string): readonly string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  }
}

const ticks = (stat: readonly string[], ...fields: readonly number[]): number =>
  fields.reduce((sum, field) => sum + Number(stat[field]), 0);

/**
 * Processor seconds that a PostgreSQL server has used so far: of its first process, of its children now, and of those that
 * have ended. `backendPid`: any of its children. Undefined where there is no /proc.
 */
export function serverCpuSeconds(backendPid: number): number | undefined {
  const serverPid = statOf(String(backendPid))?.[1];
  if (serverPid === undefined) return undefined;
  const server = statOf(serverPid);
  if (!server) return undefined;
  const children = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const stat = statOf(pid);
      return stat !== undefined && stat[1] === serverPid ? [stat] : [];
    });
  // utime, stime; of the server also those of the children that it has waited for.
  const used = children.reduce((sum, child) => sum + ticks(child, 11, 12), ticks(server, 11, 12, 13, 14));
  return used / TICKS_PER_SECOND;
}
