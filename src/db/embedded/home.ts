import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { DatabaseProblem, reasonOf } from "../database-problem.ts";
import { canReach, type ServerAccount, serverAccount } from "./server-account.ts";

/**
 * The places of one embedded server. `control` is DATA_DIR/postgres and holds what the processes tell each other;
 * `cluster` is PostgreSQL's own data folder: in `control` as a rule, in `home` elsewhere where PostgreSQL, running under
 * another account, cannot enter DATA_DIR.
 */
export interface ServerHome {
  readonly control: string;
  readonly home: string;
  readonly cluster: string;
  readonly account: ServerAccount | undefined;
}

/** Throws DatabaseProblem DATA_DIR_UNUSABLE, DATA_LOST, NO_SERVER_ACCOUNT. */
export function serverHome(dataDir: string): ServerHome {
  const control = join(resolve(dataDir), "postgres");
  try {
    mkdirSync(join(control, "clients"), { recursive: true });
  } catch (error) {
    throw new DatabaseProblem(
      "DATA_DIR_UNUSABLE",
      `不能写入数据目录 ${dataDir}，请检查权限或设置 DATA_DIR`,
      `data folder ${dataDir} cannot be written: check its rights or set DATA_DIR (${reasonOf(error)})`,
      error,
    );
  }
  const pointer = join(control, "location");
  if (existsSync(pointer)) {
    const home = readFileSync(pointer, "utf8").trim();
    if (!existsSync(home)) {
      throw new DatabaseProblem(
        "DATA_LOST",
        `数据库文件夹 ${home} 已不存在；若要从空库开始，请删除 ${pointer}`,
        `the database folder ${home} is gone; to begin with an empty database, delete ${pointer}`,
      );
    }
    const cluster = join(home, "cluster");
    return { control, home, cluster, account: serverAccount(cluster) };
  }
  const cluster = join(control, "cluster");
  const account = serverAccount(cluster);
  if (account === undefined || canReach(control, account)) return { control, home: control, cluster, account };
  const home = reachableFolder(account, control);
  writeFileSync(pointer, `${home}\n`, { mode: 0o600 });
  return { control, home, cluster: join(home, "cluster"), account };
}

/** A fresh folder, its name not to be guessed, that the account can enter. It lasts as long as one of its origin's kind. */
function reachableFolder(account: ServerAccount, control: string): string {
  const temporary = [tmpdir(), "/tmp"];
  const lasting = ["/var/lib", "/var/tmp"];
  const isTemporary = temporary.some((folder) => control.startsWith(`${folder}/`));
  const problems: string[] = [];
  for (const parent of isTemporary ? [...temporary, ...lasting] : [...lasting, ...temporary]) {
    try {
      const folder = mkdtempSync(join(parent, "parkledger-"));
      chmodSync(folder, 0o711);
      if (canReach(folder, account)) return folder;
      rmSync(folder, { recursive: true });
      problems.push(`${parent}: closed to uid ${account.uid}`);
    } catch (error) {
      problems.push(reasonOf(error));
    }
  }
  throw new DatabaseProblem(
    "DATA_DIR_UNUSABLE",
    "以 root 运行时找不到数据库账户可进入的文件夹；请把 DATA_DIR 设到例如 /srv/parkledger，或换普通用户运行",
    `no folder that the database's account can enter: set DATA_DIR to one such as /srv/parkledger, or run as an ordinary user (${problems.join("; ")})`,
  );
}

/** Writes a file of the control folder for its owner alone; as root, for the owner of the folder, who may come later. */
export function writePrivate(control: string, file: string, text: string): void {
  const path = join(control, file);
  writeFileSync(path, text, { mode: 0o600 });
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = statSync(control);
  chownSync(path, uid, gid);
}
