import { readFile } from "node:fs/promises";
import { Prisma } from "../../../generated/prisma/client.ts";
import { row } from "../../db/rows.ts";
import { inTransaction } from "../../db/transaction.ts";
import type { ExternalAccount, VoucherMapping } from "../../domain/vouchers/account-mapping.ts";
import { findVoucherMapping, setVoucherMapping } from "../../usecases/vouchers/voucher-mapping.ts";
import { readMappingCsv } from "../../vouchers/mapping-csv.ts";
import { actorOf } from "../actor.ts";
import {
  type CliContext,
  type Command,
  type CommandResult,
  type OptionValues,
  refused,
  requiredOption,
  textOption,
  UsageError,
} from "../command.ts";

export const voucherMappingCommand: Command = {
  name: "voucher mapping",
  usage: "--entity CODE [--file mapping.csv] [--book CODE] [--grouping event|day] [--words single|three] [--as STAFF]",
  summary: "查看或更换一个主体的科目映射、账簿编码和凭证汇总方式",
  options: {
    entity: { type: "string" },
    file: { type: "string" },
    book: { type: "string" },
    grouping: { type: "string" },
    words: { type: "string" },
    as: { type: "string" },
  },
  positionals: [0, 0],
  async run(context, _positionals, options) {
    const entity = requiredOption(options, "entity");
    const file = textOption(options, "file");
    const bookCode = textOption(options, "book");
    const grouping = choice(options, "grouping", ["event", "day"] as const);
    const words = choice(options, "words", ["single", "three"] as const);
    const changes = [file, bookCode, grouping, words].some((value) => value !== undefined);
    if (!changes) return showMapping(context, entity);
    const read = file === undefined ? undefined : readMappingCsv(await textOf(file));
    if (read && !read.ok) return refused({ code: "MAPPING_UNREADABLE", message: read.message });
    const actor = await actorOf(context, options);
    const result = await setVoucherMapping(
      context.db,
      { entity, bookCode, grouping, words, accounts: read?.accounts },
      actor,
    );
    return result.ok ? told(entity, result.mapping) : refused(result);
  },
};

const showMapping = (context: CliContext, code: string): Promise<CommandResult> =>
  inTransaction(context.db, async (tx) => {
    const entity = await row<{ id: string; code: string }>(
      tx,
      Prisma.sql`SELECT id, code FROM legal_entity WHERE code = ${code}`,
    );
    if (!entity) return refused({ code: "ENTITY_UNKNOWN", message: `没有法人主体 ${code}` });
    return told(code, await findVoucherMapping(tx, entity));
  });

const told = (entity: string, mapping: VoucherMapping): CommandResult => ({
  json: { entity, ...mapping, accounts: Object.fromEntries(mapping.accounts) },
  text: [
    `${entity} 账簿 ${mapping.bookCode}，映射第 ${mapping.version} 版，${mapping.grouping === "event" ? "每笔业务一张凭证" : "同类业务按天汇总"}`,
    ...[...mapping.accounts].map(
      ([code, account]) => `  ${code} → ${account.code} ${account.name}${auxiliaryText(account)}`,
    ),
  ],
});

const AUXILIARY_NAMES = { customer: "客户", project: "项目" } as const;
const auxiliaryText = ({ auxiliaries }: ExternalAccount): string =>
  auxiliaries.length === 0 ? "" : `（按${auxiliaries.map((one) => AUXILIARY_NAMES[one]).join("、")}核算）`;

function choice<T extends string>(options: OptionValues, name: string, allowed: readonly T[]): T | undefined {
  const value = textOption(options, name);
  if (value === undefined) return undefined;
  const found = allowed.find((one) => one === value);
  if (found === undefined) throw new UsageError(`--${name} 只能是 ${allowed.join("、")}`);
  return found;
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch {
    throw new UsageError(`读不到文件 ${file}`);
  }
}
