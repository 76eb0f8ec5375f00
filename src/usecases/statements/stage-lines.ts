import { Prisma } from "../../../generated/prisma/client.ts";
import type { FieldEncryption } from "../../db/field-encryption.ts";
import { newId } from "../../db/ids.ts";
import { toRecordset } from "../../db/recordset.ts";
import { execute, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { ParsedLine, StatementSource } from "../../domain/reconciliation/statement.ts";
import { contentHash } from "./line-identity.ts";

/** Prisma keeps what the last hundred calls were given (its debug history): larger batches would fill the memory. */
const BATCH_LINES = 200;
/** Account numbers that are remembered between batches; payers come back. */
const MOST_REMEMBERED = 50_000;

/** The lines of a file on their way in: a table of this transaction only, so that a million of them need no memory. */
export class StagedLines {
  readonly #tx: Transaction;
  readonly #source: StatementSource;
  readonly #encryption: FieldEncryption;
  readonly #accounts = new Map<string, string>();
  #batch: ParsedLine[] = [];
  #sequence = 0;
  #underWay: Promise<void> = Promise.resolve();

  private constructor(tx: Transaction, source: StatementSource, encryption: FieldEncryption) {
    this.#tx = tx;
    this.#source = source;
    this.#encryption = encryption;
  }

  static async open(tx: Transaction, source: StatementSource, encryption: FieldEncryption): Promise<StagedLines> {
    await execute(
      tx,
      Prisma.sql`CREATE TEMPORARY TABLE staged_line (
        id uuid, sequence integer, kind text, value_date date, booking_date date, booked_time text, content_hash text,
        amount_fen bigint, fee_fen bigint, fee_included boolean, balance_after_fen bigint, counterparty_name text,
        counterparty_account_id uuid, remark text, order_no text, refund_no text, channel_no text, channel_refund_no text,
        virtual_account_no text, status text, reversal boolean, content jsonb) ON COMMIT DROP`,
    );
    return new StagedLines(tx, source, encryption);
  }

  async add(line: ParsedLine): Promise<void> {
    this.#batch.push(line);
    if (this.#batch.length >= BATCH_LINES) await this.#send();
  }

  /** Waits until everything that was added is in the table. */
  async flush(): Promise<void> {
    await this.#send();
    await this.#underWay;
  }

  /** Hands a batch over and goes on reading while the database works on it; never two at once. */
  async #send(): Promise<void> {
    const lines = this.#batch;
    this.#batch = [];
    await this.#underWay;
    this.#underWay = this.#store(lines);
    // Whoever waits for it hears of its failure; until then it is nobody's.
    this.#underWay.catch(() => undefined);
  }

  async #store(lines: readonly ParsedLine[]): Promise<void> {
    if (lines.length === 0) return;
    await this.#rememberAccounts(lines);
    const values = lines.map((line) => ({
      id: newId(),
      sequence: this.#sequence++,
      kind: line.kind,
      value_date: line.valueDate,
      booking_date: line.bookingDate,
      booked_time: line.bookedTime,
      content_hash: contentHash(this.#source, line),
      amount_fen: line.amountFen,
      fee_fen: line.feeFen,
      fee_included: line.feeIncluded === true,
      balance_after_fen: line.balanceAfterFen,
      counterparty_name: line.counterpartyName,
      counterparty_account_id: this.#accounts.get(line.counterpartyAccount ?? ""),
      remark: line.remark,
      order_no: line.orderNo,
      refund_no: line.refundNo,
      channel_no: line.channelNo,
      channel_refund_no: line.channelRefundNo,
      virtual_account_no: line.virtualAccountNo,
      status: line.status,
      reversal: line.reversal === true,
      content: line.further,
    }));
    await execute(
      this.#tx,
      Prisma.sql`INSERT INTO staged_line SELECT * FROM jsonb_to_recordset(${toRecordset(values)}::jsonb) AS t(
        id uuid, sequence integer, kind text, value_date date, booking_date date, booked_time text, content_hash text,
        amount_fen bigint, fee_fen bigint, fee_included boolean, balance_after_fen bigint, counterparty_name text,
        counterparty_account_id uuid, remark text, order_no text, refund_no text, channel_no text, channel_refund_no text,
        virtual_account_no text, status text, reversal boolean, content jsonb)`,
    );
  }

  /** Ids for the account numbers of these lines; new ones are stored, encrypted. */
  async #rememberAccounts(lines: readonly ParsedLine[]): Promise<void> {
    if (this.#accounts.size > MOST_REMEMBERED) this.#accounts.clear();
    const unknown = [...new Set(lines.map(({ counterpartyAccount }) => counterpartyAccount ?? ""))].filter(
      (account) => account !== "" && !this.#accounts.has(account),
    );
    if (unknown.length === 0) return;
    const byHash = new Map(unknown.map((account) => [this.#encryption.hash(account).toString("hex"), account]));
    const values = [...byHash].map(([hash, account]) => {
      const field = this.#encryption.encrypt(account);
      return { id: newId(), hash, cipher: field.cipher.toString("hex"), key_id: field.keyId, tail: account.slice(-4) };
    });
    await execute(
      this.#tx,
      Prisma.sql`INSERT INTO counterparty_account (id, account_hash, account_cipher, account_key_id, tail)
        SELECT id, decode(hash, 'hex'), decode(cipher, 'hex'), key_id, tail
        FROM jsonb_to_recordset(${toRecordset(values)}::jsonb) AS t(id uuid, hash text, cipher text, key_id text, tail text)
        ORDER BY hash ON CONFLICT (account_hash) DO NOTHING`,
    );
    const stored = await rows<{ id: string; hash: string }>(
      this.#tx,
      Prisma.sql`SELECT id, encode(account_hash, 'hex') AS hash FROM counterparty_account
        WHERE account_hash IN (SELECT decode(hash, 'hex') FROM unnest(${[...byHash.keys()]}::text[]) AS t(hash))`,
    );
    for (const { id, hash } of stored) {
      const account = byHash.get(hash);
      if (account !== undefined) this.#accounts.set(account, id);
    }
  }
}
