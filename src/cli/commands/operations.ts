import { UnknownKeyError } from "../../db/field-encryption.ts";
import { backupDatabase } from "../../usecases/operations/backup-database.ts";
import { restoreDatabase } from "../../usecases/operations/restore-database.ts";
import { findMissingKeyIds, rotateFieldKeys } from "../../usecases/operations/rotate-field-keys.ts";
import { type Command, refused, requiredOption, UsageError } from "../command.ts";

export const backupCommand: Command = {
  name: "backup",
  usage: "--out FILE",
  summary: "把整个数据库按同一时刻备份到一个文件",
  options: { out: { type: "string" } },
  positionals: [0, 0],
  async run(context, _positionals, options) {
    context.progress("正在备份……");
    const file = requiredOption(options, "out");
    const summary = await backupDatabase(context.databaseUrl, file).catch(wrongFile(`写不了文件 ${file}`));
    return {
      json: summary,
      text: [`已备份 ${summary.rows} 行到 ${summary.file}（sha256 ${summary.sha256}）。加密密钥不在其中，请另行保管。`],
    };
  },
};

export const restoreCommand: Command = {
  name: "restore",
  usage: "<file>",
  summary: "把备份恢复到一个空的数据库；之后请执行 ledger check 和 audit verify",
  options: {},
  positionals: [1, 1],
  async run(context, [file = ""]) {
    context.progress("正在恢复……");
    const result = await restoreDatabase(context.databaseUrl, file).catch(wrongFile(`读不到文件 ${file}`));
    if (!result.ok) return refused(result);
    const missing = await findMissingKeyIds(context.db, context.encryption);
    return {
      json: result,
      text: [`已恢复 ${result.takenAt} 的备份：${result.tables} 张表，${result.rows} 行。`],
      ...(missing.length === 0 ? {} : { problems: [keyWarning(missing)] }),
    };
  },
};

export const rotateKeysCommand: Command = {
  name: "keys rotate",
  usage: "",
  summary: "用当前 FIELD_ENCRYPTION_KEY 重新加密电话、银行账号、流水和文件",
  options: {},
  positionals: [0, 0],
  async run(context) {
    const result = await rotateFieldKeys(context.db, context.encryption, {
      today: context.clock.today(),
      actor: "operator",
      channel: "cli",
    }).catch((error: unknown) => {
      if (error instanceof UnknownKeyError) return error;
      throw error;
    });
    if (result instanceof UnknownKeyError) {
      return refused({
        code: "KEY_UNKNOWN",
        message: `库里有用密钥 ${result.keyId} 加密的电话或银行账号，但没有配置这把密钥；请把旧密钥加到 FIELD_ENCRYPTION_OLD_KEYS 再执行一次`,
      });
    }
    return {
      json: result,
      text: [
        `已换到密钥 ${result.keyId}：电话 ${result.phones} 条，银行账号 ${result.bankAccounts} 条。`,
        `另有收款账户 ${result.payoutAccounts} 条，发票抬头账号 ${result.titleAccounts} 条，流水与对方账号 ${result.statementRows} 条，文件 ${result.files} 个，平台令牌 ${result.vendorTokens} 个。`,
      ],
    };
  },
};

const keyWarning = (keyIds: readonly string[]): string =>
  `提醒：恢复的电话和银行账号是用密钥 ${keyIds.join("、")} 加密的，这里没有配置；请把原系统的 FIELD_ENCRYPTION_KEY 配到这里，否则读不出来`;

const FILE_MISTAKES: Readonly<Record<string, string>> = {
  ENOENT: "没有这个文件或文件夹",
  ENOTDIR: "路径中有一段不是文件夹",
  EISDIR: "这是一个文件夹",
  EACCES: "没有权限",
  EPERM: "没有权限",
  EROFS: "磁盘是只读的",
};

/** A path that cannot be used is wrong usage; a full disk or a lost database is not and goes on. */
function wrongFile(sentence: string): (error: unknown) => never {
  return (error) => {
    const { code = "", path } = error as NodeJS.ErrnoException;
    const mistake = path === undefined ? undefined : FILE_MISTAKES[code];
    throw mistake === undefined ? error : new UsageError(`${sentence}：${mistake}`);
  };
}
