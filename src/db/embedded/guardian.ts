import { spawn } from "node:child_process";

/**
 * A process that is killed cannot stop the server it started, and Ctrl-C ends a command before it can clean up. So a
 * few lines of shell stand by: when no client process is alive, or the folder is gone, they stop the server. They take
 * the same lock file (noclobber is O_EXCL) as withFolderLock, so that nobody attaches to a server that is being stopped.
 */
const SCRIPT = `
control=$1; server=$2; cluster=$3
cd "$control" || exit 0
alive() { kill -0 "$1" 2>/dev/null || [ -d "/proc/$1" ]; }
used() { for file in clients/*; do name=\${file##*/}; [ -e "$file" ] && alive "\${name%%-*}" && return 0; done; return 1; }
set -C
while alive "$server" && [ -e "$cluster/postmaster.pid" ]; do
  sleep 2
  [ -d "$control" ] || { kill -INT "$server" 2>/dev/null; exit 0; }
  used && continue
  echo $$ > lock 2>/dev/null || continue
  if ! used; then
    kill -INT "$server" 2>/dev/null
    while alive "$server" && [ -e "$cluster/postmaster.pid" ]; do sleep 1; done
    rm -f lock
    exit 0
  fi
  rm -f lock
done
`;

export function postGuardian(control: string, serverPid: number, cluster: string): void {
  if (process.platform === "win32") return;
  const shell = spawn("/bin/sh", ["-c", SCRIPT, "parkledger-guardian", control, String(serverPid), cluster], {
    detached: true,
    stdio: "ignore",
    cwd: "/",
  });
  shell.on("error", () => {});
  shell.unref();
}
