import { Prisma } from "../../../generated/prisma/client.ts";
import { type Actor, recordAudit } from "../../db/audit.ts";
import type { FieldEncryption } from "../../db/field-encryption.ts";
import { newId } from "../../db/ids.ts";
import { execute, row, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { checkTitle, type InvoiceTitle, type TitleCheck, type TitleProblem } from "../../domain/invoice/title.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";

export interface StoredTitle extends InvoiceTitle {
  readonly titleId: string;
  readonly isDefault: boolean;
}

export interface TitleContext extends Actor {
  readonly today: CivilDate;
  readonly encryption: FieldEncryption;
}

export type SavedTitle =
  | { readonly ok: true; readonly title: StoredTitle; readonly check: TitleCheck; readonly known: boolean }
  | { readonly ok: false; readonly problems: readonly TitleProblem[] };

interface TitleRow extends Omit<InvoiceTitle, "bankAccount" | "taxNo"> {
  readonly id: string;
  readonly tax_no: string;
  readonly is_default: boolean;
  readonly cipher: Uint8Array | null;
  readonly key_id: string | null;
}

/** The titles of a tenant that are in use, the default first, then the newest. */
export async function findTitles(
  tx: Transaction,
  tenantId: string,
  encryption: FieldEncryption,
): Promise<readonly StoredTitle[]> {
  const found = await rows<TitleRow>(
    tx,
    Prisma.sql`${SELECT_TITLE} WHERE tenant_id = ${tenantId}::uuid AND retired_at IS NULL
      ORDER BY is_default DESC, created_at DESC, id DESC`,
  );
  return found.map((one) => titleOf(one, encryption));
}

/** A title by its id, also one that was replaced since: what was printed stays readable. */
export async function findTitle(
  tx: Transaction,
  titleId: string,
  encryption: FieldEncryption,
): Promise<StoredTitle | undefined> {
  const found = await row<TitleRow>(tx, Prisma.sql`${SELECT_TITLE} WHERE id = ${titleId}::uuid`);
  return found && titleOf(found, encryption);
}

const SELECT_TITLE = Prisma.sql`SELECT id, type, name, tax_no, address, phone, bank, bank_account_cipher AS cipher,
    bank_account_key_id AS key_id, email, is_default FROM invoice_title`;

const titleOf = (stored: TitleRow, encryption: FieldEncryption): StoredTitle => ({
  titleId: stored.id,
  isDefault: stored.is_default,
  type: stored.type,
  name: stored.name,
  taxNo: stored.tax_no,
  address: stored.address,
  phone: stored.phone,
  bank: stored.bank,
  bankAccount: stored.cipher && stored.key_id ? encryption.decrypt(stored.cipher, stored.key_id) : "",
  email: stored.email,
});

/** The company that rents, to compare a title with. */
export const findParty = (tx: Transaction, tenantId: string): Promise<{ name: string; taxNo: string } | undefined> =>
  row(tx, Prisma.sql`SELECT name, coalesce(tax_no, '') AS "taxNo" FROM tenant WHERE id = ${tenantId}::uuid`);

/**
 * Keeps a title and makes it the default; a title of the same name and number replaces the one before, which history
 * keeps. Saving what is there already changes nothing but the default. The caller has checked that the person may.
 */
export async function saveTitle(
  tx: Transaction,
  command: { readonly tenantId: string; readonly title: InvoiceTitle },
  context: TitleContext,
): Promise<SavedTitle> {
  const { tenantId } = command;
  // One at a time per tenant, or two defaults would meet at the unique index.
  await execute(tx, Prisma.sql`SELECT 1 FROM tenant WHERE id = ${tenantId}::uuid FOR UPDATE`);
  const party = await findParty(tx, tenantId);
  const check = checkTitle(command.title, party ? { party } : {});
  if (check.problems.length > 0) return { ok: false, problems: check.problems };
  const existing = await findTitles(tx, tenantId, context.encryption);
  const same = existing.find((one) => sameTitle(one, check.title));
  if (same) {
    if (!same.isDefault) await makeDefault(tx, tenantId, same.titleId);
    return { ok: true, title: { ...same, isDefault: true }, check, known: true };
  }
  const replaced = existing.find((one) => one.name === check.title.name && one.taxNo === check.title.taxNo);
  if (replaced) {
    await execute(tx, Prisma.sql`UPDATE invoice_title SET retired_at = now() WHERE id = ${replaced.titleId}::uuid`);
  }
  const titleId = newId();
  const account = check.title.bankAccount === "" ? undefined : context.encryption.encrypt(check.title.bankAccount);
  await execute(
    tx,
    Prisma.sql`INSERT INTO invoice_title (id, tenant_id, type, name, tax_no, address, phone, bank, bank_account_cipher,
        bank_account_key_id, bank_account_hash, email, is_default, created_by, channel)
      VALUES (${titleId}::uuid, ${tenantId}::uuid, ${check.title.type}, ${check.title.name}, ${check.title.taxNo},
        ${check.title.address}, ${check.title.phone}, ${check.title.bank}, ${account?.cipher ?? null}, ${account?.keyId ?? null},
        ${account?.hash ?? null}, ${check.title.email}, false, ${context.actor}, ${context.channel})`,
  );
  await makeDefault(tx, tenantId, titleId);
  await audit(tx, context, "invoice-title.saved", tenantId, { titleId, replaces: replaced?.titleId ?? null });
  return { ok: true, title: { ...check.title, titleId, isDefault: true }, check, known: false };
}

/** Makes a title of the tenant the default; false when it is not one of them. */
export async function chooseDefaultTitle(
  tx: Transaction,
  command: { readonly tenantId: string; readonly titleId: string },
  context: Actor & { readonly today: CivilDate },
): Promise<boolean> {
  const found = await row(
    tx,
    Prisma.sql`SELECT 1 AS found FROM invoice_title WHERE id = ${command.titleId}::uuid
      AND tenant_id = ${command.tenantId}::uuid AND retired_at IS NULL FOR UPDATE`,
  );
  if (!found) return false;
  await makeDefault(tx, command.tenantId, command.titleId);
  await audit(tx, context, "invoice-title.default", command.tenantId, { titleId: command.titleId });
  return true;
}

/** Takes a title out of use; the newest of those left becomes the default. False when it is not one of the tenant's. */
export async function retireTitle(
  tx: Transaction,
  command: { readonly tenantId: string; readonly titleId: string },
  context: Actor & { readonly today: CivilDate },
): Promise<boolean> {
  const retired = await execute(
    tx,
    Prisma.sql`UPDATE invoice_title SET retired_at = now(), is_default = false WHERE id = ${command.titleId}::uuid
      AND tenant_id = ${command.tenantId}::uuid AND retired_at IS NULL`,
  );
  if (retired === 0) return false;
  await execute(
    tx,
    Prisma.sql`UPDATE invoice_title SET is_default = true WHERE id = (
        SELECT id FROM invoice_title WHERE tenant_id = ${command.tenantId}::uuid AND retired_at IS NULL
        ORDER BY is_default DESC, created_at DESC, id DESC LIMIT 1)`,
  );
  await audit(tx, context, "invoice-title.retired", command.tenantId, { titleId: command.titleId });
  return true;
}

async function makeDefault(tx: Transaction, tenantId: string, titleId: string): Promise<void> {
  await execute(
    tx,
    Prisma.sql`UPDATE invoice_title SET is_default = false WHERE tenant_id = ${tenantId}::uuid AND is_default AND retired_at IS NULL`,
  );
  await execute(tx, Prisma.sql`UPDATE invoice_title SET is_default = true WHERE id = ${titleId}::uuid`);
}

const FIELDS = ["type", "name", "taxNo", "address", "phone", "bank", "bankAccount", "email"] as const;
const sameTitle = (a: InvoiceTitle, b: InvoiceTitle): boolean => FIELDS.every((field) => a[field] === b[field]);

/** The trail names the title, not what stands in it: names of persons and addresses may have to be forgotten. */
const audit = (
  tx: Transaction,
  context: Actor & { readonly today: CivilDate },
  action: string,
  tenantId: string,
  after: object,
): Promise<void> =>
  recordAudit(tx, [
    {
      actor: context.actor,
      channel: context.channel,
      ip: context.ip,
      businessDate: context.today,
      action,
      subjectKind: "tenant",
      subjectId: tenantId,
      after,
    },
  ]);
