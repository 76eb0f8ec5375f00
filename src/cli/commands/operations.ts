import { backupDatabase } from "../../usecases/operations/backup-database.ts";
import { restoreDatabase } from "../../usecases/operations/restore-database.ts";
import { rotateFieldKeys } from "../../usecases/operations/rotate-field-keys.ts";
import { type Command, refused, requiredOption } from "../command.ts";

export const backupCommand: Command = {
  name: "backup",
  usage: "--out FILE",
  summary: "把整个数据库按同一时刻备份到一个文件",
  options: { out: { type: "string" } },
  positionals: [0, 0],
  async run(context, _positionals, options) {
    context.progress("正在备份……");
    const summary = await backupDatabase(context.databaseUrl, requiredOption(options, "out"));
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
    const result = await restoreDatabase(context.databaseUrl, file);
    if (!result.ok) return refused(result);
    return {
      json: result,
      text: [`已恢复 ${result.takenAt} 的备份：${result.tables} 张表，${result.rows} 行。`],
    };
  },
};

export const rotateKeysCommand: Command = {
  name: "keys rotate",
  usage: "",
  summary: "用当前 FIELD_ENCRYPTION_KEY 重新加密电话和银行账号",
  options: {},
  positionals: [0, 0],
  async run(context) {
    const result = await rotateFieldKeys(context.db, context.encryption, {
      today: context.clock.today(),
      actor: "operator",
      channel: "cli",
    });
    return {
      json: result,
      text: [`已换到密钥 ${result.keyId}：电话 ${result.phones} 条，银行账号 ${result.bankAccounts} 条。`],
    };
  },
};
