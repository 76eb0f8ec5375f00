import { Prisma } from "../../../generated/prisma/client.ts";
import { type Actor, recordAudit } from "../../db/audit.ts";
import type { FieldEncryption } from "../../db/field-encryption.ts";
import { newId } from "../../db/ids.ts";
import { takeNumbers } from "../../db/number-series.ts";
import { toRecordset } from "../../db/recordset.ts";
import { execute, row, rows } from "../../db/rows.ts";
import { lockTenantAccounts } from "../../db/tenant-account.ts";
import type { Transaction } from "../../db/transaction.ts";
import {
  type ApplicationCheck,
  type ApplicationFacts,
  checkApplication,
  MOST_INVOICES,
} from "../../domain/invoice/conditions.ts";
import { groupInvoices, type InvoiceDraft } from "../../domain/invoice/grouping.ts";
import type { InvoiceableLine } from "../../domain/invoice/invoiceable-line.ts";
import { checkTitle, type InvoiceKind } from "../../domain/invoice/title.ts";
import { type Fen, toJsonInteger } from "../../domain/money/fen.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import { beginInvoiceOrders } from "../invoice-orders/begin-orders.ts";
import type { Refusal } from "../receipts/refusal.ts";
import { refuseApplication } from "./invoice-refusals.ts";
import { findParty, findTitle, findTitles, type StoredTitle } from "./invoice-titles.ts";
import { type InvoiceableFilter, loadInvoiceableLines } from "./invoiceable-lines.ts";

export interface ApplicationCommand extends Omit<InvoiceableFilter, "lineIds"> {
  readonly kind: InvoiceKind;
  /** Undefined: the tenant's default title. */
  readonly titleId?: string | undefined;
  readonly titleConfirmed?: boolean | undefined;
  /** Undefined: all that can be invoiced. */
  readonly amountFen?: Fen | undefined;
  readonly memberRole: ApplicationFacts["memberRole"];
  readonly personId?: string | undefined;
  /** 先票后款 was approved. */
  readonly beforeMoney?: boolean | undefined;
}

export interface InvoiceContext extends Actor {
  readonly today: CivilDate;
  readonly encryption: FieldEncryption;
}

/** What an application would lead to. */
export interface ApplicationPreview {
  readonly ok: true;
  readonly kind: InvoiceKind;
  readonly title: StoredTitle;
  readonly drafts: readonly InvoiceDraft[];
  readonly totalFen: Fen;
}

export interface Application extends ApplicationPreview {
  readonly applicationId: string;
  readonly applicationNo: string;
}

/** The same checks and groups as the application itself; writes nothing. */
export async function previewApplication(
  tx: Transaction,
  command: ApplicationCommand,
  context: InvoiceContext,
): Promise<ApplicationPreview | Refusal> {
  const { check, title } = await examine(tx, command, context);
  if (!check.ok) return refuseApplication(check.failure);
  const drafts = groupInvoices(check.parts);
  if (drafts.length > MOST_INVOICES) return refuseApplication({ code: "TOO_MANY_INVOICES" });
  if (!title) throw new Error("an application without a title passed its conditions");
  return { ok: true, kind: command.kind, title, drafts, totalFen: check.totalFen };
}

/**
 * Asks for invoices: the conditions hold under the lock of the tenant's accounts, each invoice to be made is written with
 * what it covers, so that no line can be asked for twice. Finance is told by the caller.
 */
export async function applyForInvoice(
  tx: Transaction,
  command: ApplicationCommand,
  context: InvoiceContext,
): Promise<Application | Refusal> {
  await lockTenantAccounts(tx, await accountsOf(tx, command.tenantId));
  const preview = await previewApplication(tx, command, context);
  if (!preview.ok) return preview;
  const applicationId = newId();
  const month = context.today.slice(0, 7).replace("-", "");
  const taken = await takeNumbers(tx, `invoice-application|${month}`, 1);
  const applicationNo = `FP-${month}-${taken.toString().padStart(5, "0")}`;
  await execute(
    tx,
    Prisma.sql`INSERT INTO invoice_application (id, application_no, tenant_id, kind, title_id, amount_fen, before_money, state,
        requested_by, requested_person, channel, business_date)
      VALUES (${applicationId}::uuid, ${applicationNo}, ${command.tenantId}::uuid, ${command.kind}, ${preview.title.titleId}::uuid,
        ${preview.totalFen}, ${command.beforeMoney ?? false}, ${command.beforeMoney ? "pending-approval" : "submitted"}, ${context.actor}, ${command.personId ?? null}::uuid,
        ${context.channel}, ${context.today}::date)`,
  );
  await writeDrafts(tx, { applicationId, tenantId: command.tenantId, preview });
  if (!command.beforeMoney) await beginInvoiceOrders(tx, applicationId);
  await recordAudit(tx, [
    {
      actor: context.actor,
      channel: context.channel,
      ip: context.ip,
      businessDate: context.today,
      action: "invoice.requested",
      subjectKind: "invoice-application",
      subjectId: applicationId,
      after: {
        applicationNo,
        kind: command.kind,
        titleId: preview.title.titleId,
        amountFen: preview.totalFen,
        invoices: preview.drafts.length,
      },
    },
  ]);
  return { ...preview, applicationId, applicationNo };
}

async function writeDrafts(
  tx: Transaction,
  application: { readonly applicationId: string; readonly tenantId: string; readonly preview: ApplicationPreview },
): Promise<void> {
  const { applicationId, tenantId, preview } = application;
  const invoices = preview.drafts.map((draft, ordinal) => ({ id: newId(), ordinal, draft }));
  await execute(
    tx,
    Prisma.sql`INSERT INTO invoice (id, entity_id, tenant_id, number, amount_fen, state, application_id, ordinal, kind, title_id,
        tax_rate, net_fen, tax_fen, lines, lease_element)
      SELECT t.id, t.entity_id, ${tenantId}::uuid, NULL, t.amount_fen, 'requested', ${applicationId}::uuid, t.ordinal, ${preview.kind},
        ${preview.title.titleId}::uuid, t.tax_rate, t.net_fen, t.tax_fen, t.lines, t.lease_element
      FROM jsonb_to_recordset(${toRecordset(
        invoices.map(({ id, ordinal, draft }) => ({
          id,
          ordinal,
          entity_id: draft.entityId,
          amount_fen: draft.amountFen,
          net_fen: draft.netFen,
          tax_fen: draft.taxFen,
          tax_rate: draft.taxRate,
          lines: draft.lines.map(({ goodsName, taxCode, period, amountFen, netFen, taxFen }) => ({
            goodsName,
            taxCode: taxCode ?? null,
            period,
            amountFen: toJsonInteger(amountFen),
            netFen: toJsonInteger(netFen),
            taxFen: toJsonInteger(taxFen),
          })),
          lease_element: draft.lease ?? null,
        })),
      )}::jsonb) AS t(id uuid, ordinal integer, entity_id uuid, amount_fen bigint, net_fen bigint, tax_fen bigint, tax_rate numeric,
        lines jsonb, lease_element jsonb)`,
  );
  await execute(
    tx,
    Prisma.sql`INSERT INTO invoice_coverage (line_id, component, invoice_id, amount_fen, place)
      SELECT * FROM jsonb_to_recordset(${toRecordset(
        invoices.flatMap(({ id, draft }) =>
          draft.lines.flatMap((line, index) =>
            line.coverage.map((part) => ({
              line_id: part.line.lineId,
              component: part.line.component,
              invoice_id: id,
              amount_fen: part.amountFen,
              place: index + 1,
            })),
          ),
        ),
      )}::jsonb) AS t(line_id uuid, component text, invoice_id uuid, amount_fen bigint, place integer)`,
  );
}

async function examine(
  tx: Transaction,
  command: ApplicationCommand,
  context: InvoiceContext,
): Promise<{ readonly check: ApplicationCheck; readonly title: StoredTitle | undefined }> {
  const all = await loadInvoiceableLines(tx, command);
  // Without a bill named, what has nothing left to invoice or is not ripe is simply not meant.
  const meant = command.billNos === undefined ? all.filter((line) => isMeant(line, command.beforeMoney ?? false)) : all;
  const lines = meant.length > 0 ? meant : all;
  const title = await titleFor(tx, command, context.encryption);
  const party = await findParty(tx, command.tenantId);
  const seller = await sellerFacts(tx, lines, context.today);
  const facts: ApplicationFacts = {
    kind: command.kind,
    lines,
    unknownBillNos: (command.billNos ?? []).filter((billNo) => !all.some((line) => line.billNo === billNo)),
    memberRole: command.memberRole,
    title: title && checkTitle(title, { kind: command.kind, ...(party ? { party } : {}) }),
    titleConfirmed: command.titleConfirmed ?? false,
    specialNeedsBank: seller.specialNeedsBank,
    seller,
    beforeMoney: command.beforeMoney ?? false,
    wantedFen: command.amountFen,
    pendingApplicationNo: await pendingApplication(tx, lines),
  };
  return { check: checkApplication(facts), title };
}

const isMeant = (line: InvoiceableLine, beforeMoney: boolean): boolean =>
  line.published &&
  !line.disputed &&
  !line.refunding &&
  !line.reversing &&
  line.kind !== "deposit" &&
  (beforeMoney ? line.dueFen : line.receivedFen) > line.invoicedFen;

async function titleFor(
  tx: Transaction,
  command: ApplicationCommand,
  encryption: FieldEncryption,
): Promise<StoredTitle | undefined> {
  if (command.titleId === undefined) return (await findTitles(tx, command.tenantId, encryption))[0];
  const title = await findTitle(tx, command.titleId, encryption);
  const own =
    title && (await findTitles(tx, command.tenantId, encryption)).some((one) => one.titleId === title.titleId);
  return own ? title : undefined;
}

/** The strictest of the sellers on the lines: what one of them lacks stops the application. */
async function sellerFacts(
  tx: Transaction,
  lines: readonly InvoiceableLine[],
  today: CivilDate,
): Promise<ApplicationFacts["seller"] & { readonly specialNeedsBank: boolean }> {
  const entityIds = [...new Set(lines.map((line) => line.entityId))];
  const sellers = await rows<{ tax_no: string; limit_fen: Fen | null; needs_bank: boolean; used_fen: Fen }>(
    tx,
    Prisma.sql`SELECT coalesce(e.tax_no, '') AS tax_no, s.monthly_limit_fen AS limit_fen, coalesce(s.special_needs_bank, false) AS needs_bank,
        coalesce((SELECT sum(i.amount_fen - i.red_fen)::bigint FROM invoice i JOIN invoice_application a ON a.id = i.application_id
          WHERE i.entity_id = e.id AND i.state IN ('requested', 'issued')
            AND to_char(coalesce(i.issued_on, a.business_date), 'YYYY-MM') = ${today.slice(0, 7)}), 0) AS used_fen
      FROM legal_entity e LEFT JOIN invoice_setting s ON s.entity_id = e.id WHERE e.id = ANY(${entityIds}::uuid[])`,
  );
  const withoutNumber = sellers.some((one) => one.tax_no === "");
  const tightest = sellers
    .filter((one) => one.limit_fen !== null)
    .sort((a, b) => Number((a.limit_fen ?? 0n) - a.used_fen - ((b.limit_fen ?? 0n) - b.used_fen)))[0];
  return {
    taxNo: withoutNumber ? "" : (sellers[0]?.tax_no ?? ""),
    monthlyLimitFen: tightest?.limit_fen ?? undefined,
    usedThisMonthFen: tightest?.used_fen ?? 0n,
    specialNeedsBank: sellers.some((one) => one.needs_bank),
  };
}

/** A pending application that holds one of the lines in full: asking again is answered with its number. */
async function pendingApplication(tx: Transaction, lines: readonly InvoiceableLine[]): Promise<string | undefined> {
  const full = lines.filter((line) => line.invoicedFen > 0n && line.invoicedFen >= line.receivedFen);
  const found = await row<{ application_no: string }>(
    tx,
    Prisma.sql`SELECT a.application_no FROM invoice_coverage c JOIN invoice i ON i.id = c.invoice_id AND i.state = 'requested'
      JOIN invoice_application a ON a.id = i.application_id
      WHERE c.line_id = ANY(${full.map((line) => line.lineId)}::uuid[]) ORDER BY a.application_no LIMIT 1`,
  );
  return found?.application_no;
}

/** Every account on which something of the tenant can be invoiced. */
const accountsOf = async (tx: Transaction, tenantId: string) =>
  (
    await rows<{ entity_id: string }>(
      tx,
      Prisma.sql`SELECT DISTINCT entity_id FROM receivable WHERE tenant_id = ${tenantId}::uuid`,
    )
  ).map((one) => ({ tenantId, entityId: one.entity_id }));
