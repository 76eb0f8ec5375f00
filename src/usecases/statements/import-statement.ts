import { Prisma } from "../../../generated/prisma/client.ts";
import { type Actor, recordAudit } from "../../db/audit.ts";
import type { Database } from "../../db/client.ts";
import type { FieldEncryption } from "../../db/field-encryption.ts";
import { newId } from "../../db/ids.ts";
import { execute, row } from "../../db/rows.ts";
import { inTransaction, type Transaction } from "../../db/transaction.ts";
import { FileProof, type FileTotals, gapOf, type StatementGap } from "../../domain/reconciliation/file-proof.ts";
import type { BalanceProof } from "../../domain/reconciliation/running-balance.ts";
import type { RowProblem, StatementSource } from "../../domain/reconciliation/statement.ts";
import type { StatementEnd } from "../../domain/reconciliation/statement-event.ts";
import { type CivilDate, formatDate } from "../../domain/time/civil-date.ts";
import type { StatementFile } from "../../ports/statement-file.ts";
import { dayAfter, readAccountChain } from "./account-chain.ts";
import { gapsByDay, recordGaps } from "./gap-exceptions.ts";
import { keepFile } from "./keep-file.ts";
import { StagedLines } from "./stage-lines.ts";
import { findStatementAccount, warnOfAccount } from "./statement-account.ts";
import { findRepeatedTransactions, type StoredFile, storeLines } from "./store-lines.ts";

export interface ImportStatement {
  readonly source: StatementSource;
  readonly accountCode: string;
  /** The day for which the file was given in: of a channel's bill its day, of a bank's file usually its last one. */
  readonly date: CivilDate;
  readonly file: StatementFile;
}

export interface StatementContext extends Actor {
  readonly today: CivilDate;
  readonly encryption: FieldEncryption;
}

export interface ImportedStatement {
  readonly ok: true;
  readonly fileId: string;
  readonly sha256: string;
  /** The file that had these very bytes; nothing was changed then. */
  readonly duplicateOf: string | undefined;
  readonly layout: string;
  readonly lines: number;
  readonly newLines: number;
  readonly totals: Omit<FileTotals, "lines">;
  /** What does not add up, each raised as STATEMENT_GAP of its day. */
  readonly gaps: readonly (StatementGap & { readonly date: CivilDate })[];
  readonly warnings: readonly string[];
}

export interface RefusedStatement {
  readonly ok: false;
  readonly code: string;
  /** One readable Chinese line a problem. */
  readonly problems: readonly string[];
}

/** Beyond this many problems a file is not made better by listing more. */
const MOST_PROBLEMS = 20;
/** A million lines take minutes; nobody else waits for them. */
const TIMEOUT_MS = 30 * 60_000;

/**
 * Takes a statement in: its lines, its bytes, and what does not add up, in one transaction (money-rules 10). The same file
 * twice changes nothing, overlapping files add what is new. What can't be read is refused as a whole and nothing written.
 */
export async function importStatement(
  db: Database,
  command: ImportStatement,
  context: StatementContext,
): Promise<ImportedStatement | RefusedStatement> {
  try {
    return await inTransaction(db, (tx) => importInto(tx, command, context), { timeoutMs: TIMEOUT_MS });
  } catch (error) {
    if (error instanceof Refused) return { ok: false, code: error.code, problems: error.problems };
    throw error;
  }
}

/** Rolls the transaction back. */
class Refused extends Error {
  readonly code: string;
  readonly problems: readonly string[];

  constructor(code: string, problems: readonly string[]) {
    super(code);
    this.code = code;
    this.problems = problems;
  }
}

async function importInto(
  tx: Transaction,
  command: ImportStatement,
  context: StatementContext,
): Promise<ImportedStatement> {
  const { source, accountCode, date, file } = command;
  const account = await findStatementAccount(tx, source, accountCode);
  if (typeof account === "string") throw new Refused("ACCOUNT_UNKNOWN", [account]);
  if (date > context.today) {
    throw new Refused("DATE_IN_FUTURE", [
      `--date ${date} 晚于今天（${formatDate(context.today)}），流水不可能已经产生。`,
    ]);
  }
  // Two files of one account, one after the other: each has to see what the other brought.
  await execute(tx, Prisma.sql`SELECT pg_advisory_xact_lock(hashtextextended(${`statement|${accountCode}`}, 0))`);
  const known = await findDuplicate(tx, command);
  if (known !== undefined) return known;

  const staged = await StagedLines.open(tx, source, context.encryption);
  const read = await readFile(command, staged);
  const refusal = refusalOf(command, read.totals);
  if (refusal !== undefined) throw new Refused("WRONG_DAY", [refusal]);
  const accountWords = await warnOfAccount(tx, account, read.end.accountNos, context.encryption);
  if (accountWords.refusal !== undefined) throw new Refused("WRONG_ACCOUNT", [accountWords.refusal]);

  const stored: StoredFile = { fileId: newId(), entityId: account.entityId, accountCode, source };
  await insertFile(tx, stored, command, context, read);
  await keepFile(tx, stored.fileId, file.bytes(), context.encryption);
  const newLines = await storeLines(tx, stored, read.balance);
  await execute(
    tx,
    Prisma.sql`UPDATE statement_file SET new_line_count = ${newLines} WHERE id = ${stored.fileId}::uuid`,
  );
  const gaps = await findGaps(tx, stored, command, read);
  await recordAudit(tx, [
    {
      actor: context.actor,
      channel: context.channel,
      ip: context.ip,
      businessDate: context.today,
      action: "statement.imported",
      subjectKind: "statement-file",
      subjectId: stored.fileId,
      after: {
        account: accountCode,
        source,
        date,
        sha256: file.sha256,
        lines: read.totals.lines,
        newLines,
        gaps: gaps.length,
      },
    },
  ]);
  const { lines, ...totals } = read.totals;
  return {
    ok: true,
    fileId: stored.fileId,
    sha256: file.sha256,
    duplicateOf: undefined,
    layout: read.end.layout,
    lines,
    newLines,
    totals,
    gaps,
    warnings: [...accountWords.warnings, ...warningsOf(command, read)],
  };
}

interface ReadFile {
  readonly totals: FileTotals;
  readonly balance: BalanceProof;
  readonly gaps: readonly StatementGap[];
  readonly end: StatementEnd;
}

/** Reads the whole file into the staging table. Throws Refused with every problem, up to MOST_PROBLEMS. */
async function readFile({ source, file }: ImportStatement, staged: StagedLines): Promise<ReadFile> {
  const proof = new FileProof(source !== "wechat-trade");
  const problems: RowProblem[] = [];
  const differences: StatementGap[] = [];
  let problemCount = 0;
  let end: StatementEnd | undefined;
  for await (const event of file.events()) {
    switch (event.type) {
      case "line":
        proof.add(event.line);
        if (problemCount === 0) await staged.add(event.line);
        break;
      case "problem":
        problemCount += 1;
        if (problems.length < MOST_PROBLEMS) problems.push(event.problem);
        break;
      case "difference":
        differences.push(gapOf(event.difference));
        break;
      case "end":
        end = event;
        break;
      default:
        throw new RangeError(`unknown event: ${JSON.stringify(event satisfies never)}`);
    }
  }
  // Also before a refusal: nothing may still be on its way when the transaction rolls back.
  await staged.flush();
  if (problemCount > 0 || end === undefined) {
    const more = problemCount - problems.length;
    throw new Refused("STATEMENT_UNREADABLE", [
      ...problems.map((problem) => `${file.name} ${sentenceOf(problem)}`),
      ...(more > 0 ? [`${file.name} 还有 ${more} 处问题未列出。`] : []),
    ]);
  }
  const { totals, balance, gaps } = proof.result(end.declared);
  return { totals, balance, gaps: [...gaps, ...differences], end };
}

function sentenceOf({ rowNo, column, message }: RowProblem): string {
  const place = [rowNo === undefined ? "" : `第 ${rowNo} 行`, column ? `“${column}”` : ""].join("");
  return place === "" ? message : `${place}：${message}`;
}

async function findDuplicate(tx: Transaction, command: ImportStatement): Promise<ImportedStatement | undefined> {
  const found = await row<
    Omit<FileTotals, "inLines" | "outLines"> & { fileId: string; layout: string; source: StatementSource }
  >(
    tx,
    Prisma.sql`SELECT id AS "fileId", layout, source, line_count AS lines, in_fen AS "inFen", out_fen AS "outFen",
        fee_fen AS "feeFen", opening_fen AS "openingFen", closing_fen AS "closingFen", first_date::text AS "firstDate",
        last_date::text AS "lastDate"
      FROM statement_file WHERE account_code = ${command.accountCode} AND sha256 = ${command.file.sha256}`,
  );
  if (found === undefined) return undefined;
  const { fileId, layout, lines, source, ...totals } = found;
  if (source !== command.source) {
    throw new Refused("WRONG_SOURCE", [
      `这个文件已按 --source ${source} 导入过，不能再当作 ${command.source}，请核对。`,
    ]);
  }
  return {
    ok: true,
    fileId,
    sha256: command.file.sha256,
    duplicateOf: fileId,
    layout,
    lines,
    newLines: 0,
    totals: { ...totals, inLines: 0, outLines: 0 },
    gaps: [],
    warnings: [],
  };
}

/** A channel's bill is of one day; a file of another one was picked by mistake. */
function refusalOf({ source, date }: ImportStatement, totals: FileTotals): string | undefined {
  if (source === "bank" || totals.firstDate === undefined || totals.lastDate === undefined) return undefined;
  if (totals.firstDate <= date && date <= totals.lastDate) return undefined;
  return `账单是${formatDate(totals.firstDate)}的，不是 --date 所说的${formatDate(date)}，请核对日期或文件。`;
}

function warningsOf({ source, date }: ImportStatement, { totals, balance, end }: ReadFile): string[] {
  const warnings: string[] = [];
  const { firstDate, lastDate } = totals;
  if (firstDate !== undefined && lastDate !== undefined && (date < firstDate || date > lastDate)) {
    warnings.push(`文件里的流水是 ${firstDate} 至 ${lastDate}，没有 ${date} 的。`);
  }
  const { declared } = end;
  const counted = declared.lines ?? declared.inLines ?? declared.inFen ?? declared.closingFen;
  if (source === "bank" && totals.lines > 0 && balance.linesWithBalance < totals.lines && counted === undefined) {
    warnings.push("文件没有余额列，也没有汇总，少一行是看不出来的；请导出带余额的流水。");
  }
  return warnings;
}

async function insertFile(
  tx: Transaction,
  stored: StoredFile,
  { date, file }: ImportStatement,
  context: StatementContext,
  { totals, end }: ReadFile,
): Promise<void> {
  await execute(
    tx,
    Prisma.sql`INSERT INTO statement_file (id, entity_id, account_code, source, statement_date, sha256, name, layout,
        first_date, last_date, line_count, in_fen, out_fen, fee_fen, opening_fen, closing_fen, recorded_by)
      VALUES (${stored.fileId}::uuid, ${stored.entityId}::uuid, ${stored.accountCode}, ${stored.source}, ${date}::date,
        ${file.sha256}, ${file.name}, ${end.layout}, ${totals.firstDate ?? null}::date, ${totals.lastDate ?? null}::date,
        ${totals.lines}, ${totals.inFen}, ${totals.outFen}, ${totals.feeFen ?? null}, ${totals.openingFen ?? null},
        ${totals.closingFen ?? null}, ${context.actor})`,
  );
}

/** The file's own contradictions and what its lines leave open among all that are stored, by day; raised as exceptions. */
async function findGaps(
  tx: Transaction,
  stored: StoredFile,
  { date }: ImportStatement,
  read: ReadFile,
): Promise<(StatementGap & { date: CivilDate })[]> {
  const from = read.totals.firstDate ?? date;
  const last = read.totals.lastDate ?? date;
  const to = (await dayAfter(tx, stored, last)) ?? last;
  const chain = await readAccountChain(tx, stored, { from, to });
  const inFile = [...read.gaps, ...(await findRepeatedTransactions(tx, stored))];
  const told = new Set(inFile.map((gap) => gap.date));
  // A day of which the file itself says where it breaks needs no second sentence.
  const gaps = [...inFile, ...chain.gaps.filter((gap) => !told.has(gap.date))];
  const days = gapsByDay(gaps, date);
  await recordGaps(tx, stored, days, { from: from < date ? from : date, to: to > date ? to : date });
  return days.flatMap((day) => day.gaps.map((gap) => ({ ...gap, date: day.date })));
}
