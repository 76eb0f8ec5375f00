import { Prisma } from "../../../generated/prisma/client.ts";
import type { FieldEncryption } from "../../db/field-encryption.ts";
import { row, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { OrderState } from "../../domain/invoice/order-step.ts";
import type { InvoiceKind } from "../../domain/invoice/title.ts";
import type { Fen } from "../../domain/money/fen.ts";
import type { CivilDate, DateRange } from "../../domain/time/civil-date.ts";
import type { Place } from "../staff/permissions.ts";
import { buildingsOfTenant } from "../staff/portfolio.ts";
import { findTitle, type StoredTitle } from "./invoice-titles.ts";

export type ApplicationState = "pending-approval" | "submitted" | "issued" | "rejected" | "cancelled";
export type InvoiceState = "opening" | "requested" | "issued" | "reversed" | "withdrawn";

/** One invoice with everything that has to be typed into the tax platform. */
export interface StoredInvoice {
  readonly invoiceId: string;
  readonly ordinal: number;
  readonly state: InvoiceState;
  readonly number: string | undefined;
  readonly issuedOn: CivilDate | undefined;
  readonly entityId: string;
  readonly entityName: string;
  readonly entityTaxNo: string;
  readonly taxRate: string;
  readonly amountFen: Fen;
  readonly netFen: Fen;
  readonly taxFen: Fen;
  readonly redFen: Fen;
  readonly lines: readonly {
    readonly goodsName: string;
    readonly taxCode: string | null;
    readonly period: DateRange;
    readonly amountFen: number;
    readonly netFen: number;
    readonly taxFen: number;
  }[];
  /** Rent: the element 不动产经营租赁服务; what is not set up yet is "". */
  readonly lease:
    | {
        readonly leaseCode: string;
        readonly period: DateRange;
        readonly region: string;
        readonly address: string;
        readonly certificateNo: string;
        readonly crossCity: boolean;
      }
    | undefined;
  /** Where a provider makes it by itself; undefined: finance does. */
  readonly order?: { readonly orderNo: string; readonly provider: string; readonly state: OrderState } | undefined;
  /** As the provider knows the seller: who draws it, and where. */
  readonly drawer?: string | undefined;
  readonly extensionNumber?: string | undefined;
}

export interface StoredApplication {
  readonly applicationId: string;
  readonly applicationNo: string;
  readonly version: number;
  readonly state: ApplicationState;
  readonly tenantId: string;
  readonly tenantName: string;
  readonly kind: InvoiceKind;
  readonly title: StoredTitle;
  readonly amountFen: Fen;
  readonly beforeMoney: boolean;
  readonly businessDate: CivilDate;
  readonly closingReason: string | undefined;
  /** Where the tenant's leases are: whose finance sees to it. */
  readonly projectId: string | undefined;
  /** Of all leases of the tenant. */
  readonly buildingIds: readonly string[];
  readonly invoices: readonly StoredInvoice[];
}

/** Finds an application by its number or id and locks it, so that two people can't close it differently. */
export async function lockApplication(
  tx: Transaction,
  key: { readonly applicationNo?: string; readonly applicationId?: string },
  encryption: FieldEncryption,
): Promise<StoredApplication | undefined> {
  const found = await row<{ id: string }>(
    tx,
    key.applicationId === undefined
      ? Prisma.sql`SELECT id FROM invoice_application WHERE application_no = ${key.applicationNo ?? ""} FOR UPDATE`
      : Prisma.sql`SELECT id FROM invoice_application WHERE id = ${key.applicationId}::uuid FOR UPDATE`,
  );
  if (!found) return undefined;
  const [application] = await loadApplications(tx, Prisma.sql`a.id = ${found.id}::uuid`, encryption);
  return application;
}

interface ApplicationRow extends Omit<StoredApplication, "title" | "invoices" | "closingReason" | "projectId"> {
  readonly title_id: string;
  readonly closing_reason: string | null;
  readonly project_id: string | null;
}

/** Where an application lies, for finance. */
export const placeOfApplication = ({ projectId, buildingIds }: StoredApplication): Place => ({
  projectId,
  buildingIds,
});

/** Applications that fit a condition on `a`, the newest first, each with its invoices. */
export async function loadApplications(
  tx: Transaction,
  condition: Prisma.Sql,
  encryption: FieldEncryption,
): Promise<StoredApplication[]> {
  const found = await rows<ApplicationRow>(
    tx,
    Prisma.sql`SELECT a.id AS "applicationId", a.application_no AS "applicationNo", a.version, a.state, a.tenant_id AS "tenantId",
        t.name AS "tenantName", a.kind, a.title_id, a.amount_fen AS "amountFen", a.before_money AS "beforeMoney",
        a.business_date::text AS "businessDate", a.closing_reason,
        (SELECT l.project_id FROM lease l WHERE l.tenant_id = a.tenant_id ORDER BY l.start_date DESC, l.code COLLATE "C" LIMIT 1) AS project_id,
        ${buildingsOfTenant(Prisma.sql`a.tenant_id`)} AS "buildingIds"
      FROM invoice_application a JOIN tenant t ON t.id = a.tenant_id WHERE ${condition} ORDER BY a.requested_at DESC, a.id DESC`,
  );
  const invoices = await loadInvoices(
    tx,
    found.map((one) => one.applicationId),
  );
  const applications: StoredApplication[] = [];
  for (const { title_id: titleId, closing_reason: closingReason, project_id: projectId, ...head } of found) {
    const title = await findTitle(tx, titleId, encryption);
    if (!title) throw new Error(`the title ${titleId} is not there`);
    applications.push({
      ...head,
      title,
      closingReason: closingReason ?? undefined,
      projectId: projectId ?? undefined,
      invoices: invoices.filter((one) => one.applicationId === head.applicationId),
    });
  }
  return applications;
}

interface InvoiceRow extends Omit<StoredInvoice, "lease" | "number" | "issuedOn" | "drawer" | "extensionNumber"> {
  readonly applicationId: string;
  readonly number: string | null;
  readonly issued_on: CivilDate | null;
  readonly lease_code: string | null;
  readonly lease_period: DateRange | null;
  readonly region: string | null;
  readonly address: string | null;
  readonly certificate_no: string | null;
  readonly cross_city: boolean | null;
  readonly drawer: string | null;
  readonly extension_number: string | null;
}

async function loadInvoices(
  tx: Transaction,
  applicationIds: readonly string[],
): Promise<(StoredInvoice & { readonly applicationId: string })[]> {
  if (applicationIds.length === 0) return [];
  const found = await rows<InvoiceRow>(
    tx,
    Prisma.sql`SELECT i.id AS "invoiceId", i.application_id AS "applicationId", i.ordinal, i.state, i.number, i.issued_on::text AS issued_on,
        i.entity_id AS "entityId", e.name AS "entityName", coalesce(e.tax_no, '') AS "entityTaxNo", i.tax_rate::text AS "taxRate",
        i.amount_fen AS "amountFen", i.net_fen AS "netFen", i.tax_fen AS "taxFen", i.red_fen AS "redFen", i.lines,
        l.code AS lease_code, i.lease_element->'period' AS lease_period, c.region, c.address, c.certificate_no, c.cross_city,
        s.drawer, s.extension_number,
        CASE WHEN o.id IS NOT NULL THEN jsonb_build_object('orderNo', o.order_no, 'provider', o.provider, 'state', o.state) END AS "order"
      FROM invoice i JOIN legal_entity e ON e.id = i.entity_id
      LEFT JOIN invoice_setting s ON s.entity_id = i.entity_id
      LEFT JOIN invoice_order o ON o.invoice_id = i.id AND o.red_letter_id IS NULL
      LEFT JOIN lease l ON l.id = (i.lease_element->>'leaseId')::uuid
      LEFT JOIN LATERAL (
        SELECT bc.* FROM lease_unit lu JOIN unit u ON u.id = lu.unit_id JOIN building_certificate bc ON bc.building_id = u.building_id
        WHERE lu.lease_id = l.id ORDER BY u.code COLLATE "C" LIMIT 1) c ON true
      WHERE i.application_id = ANY(${[...applicationIds]}::uuid[]) ORDER BY i.application_id, i.ordinal`,
  );
  return found.map(
    ({
      number,
      issued_on,
      lease_code,
      lease_period,
      region,
      address,
      certificate_no,
      cross_city,
      drawer,
      extension_number,
      order,
      ...invoice
    }) => ({
      ...invoice,
      order: order ?? undefined,
      drawer: drawer ?? undefined,
      extensionNumber: extension_number ?? undefined,
      number: number ?? undefined,
      issuedOn: issued_on ?? undefined,
      lease:
        lease_code === null || lease_period === null
          ? undefined
          : {
              leaseCode: lease_code,
              period: lease_period,
              region: region ?? "",
              address: address ?? "",
              certificateNo: certificate_no ?? "",
              crossCity: cross_city ?? false,
            },
    }),
  );
}
