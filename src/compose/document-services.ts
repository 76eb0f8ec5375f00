import type { DocumentServices } from "../../bot/document-services.ts";
import { Prisma } from "../../generated/prisma/client.ts";
import { row } from "../db/rows.ts";
import type { Transaction } from "../db/transaction.ts";
import type { Fen } from "../domain/money/fen.ts";
import type { CivilDate } from "../domain/time/civil-date.ts";
import { type DocumentSubject, findDocument, requestDocument } from "../usecases/documents/documents.ts";
import { may } from "../usecases/staff/permissions.ts";
import { placeOfTenant } from "../usecases/staff/place-of-tenant.ts";

export interface DocumentDependencies {
  /** src/http/h5/page-link.ts with its key and address; absent: no papers are given out. */
  readonly documentLink?: ((documentId: string) => { readonly url: string; readonly expiresAtMs: number }) | undefined;
}

/** Papers as the bot hands them out, tied to the transaction of a message. */
export function documentServicesOf(tx: Transaction, { documentLink }: DocumentDependencies): DocumentServices {
  /** A paper of another tenant does not exist for this one (I15). */
  const linkTo = async (tenantId: string, subject: DocumentSubject) => {
    if (!documentLink) return undefined;
    const documentId = await requestDocument(tx, subject);
    const document = documentId === undefined ? undefined : await findDocument(tx, documentId);
    return document?.tenantId === tenantId ? documentLink(document.id) : undefined;
  };
  const receiptLink = async (receipt: FoundReceipt | undefined) => {
    if (!receipt) return undefined;
    const { receiptId, tenantId, receiptNo, amountFen, valueDate } = receipt;
    const link = await linkTo(tenantId, { kind: "receipt", receiptId });
    return link && { ...link, receiptNo, amountFen, valueDate };
  };
  return {
    receiptPdfLink: async (tenantId, receiptNo) =>
      receiptLink(await findReceipt(tx, Prisma.sql`r.tenant_id = ${tenantId}::uuid`, receiptNo)),
    async receiptPdfForStaff(member, receiptNo) {
      const receipt = await findReceipt(tx, Prisma.sql`r.tenant_id IS NOT NULL`, receiptNo);
      const place = receipt && (await placeOfTenant(tx, receipt.tenantCode));
      return place && may(member, "tenant.read", place) ? receiptLink(receipt) : undefined;
    },
    billPdfLink: (tenantId, billId) => linkTo(tenantId, { kind: "bill", billId }),
    statementPdfLink: (tenantId, entityId, { from, to }) =>
      linkTo(tenantId, { kind: "statement", tenantId, entityId, from, to }),
  };
}

interface FoundReceipt {
  readonly receiptId: string;
  readonly receiptNo: string;
  readonly tenantId: string;
  readonly tenantCode: string;
  readonly amountFen: Fen;
  readonly valueDate: CivilDate;
}

/** The receipt of this number; without one the latest. */
const findReceipt = (
  tx: Transaction,
  whose: Prisma.Sql,
  receiptNo: string | undefined,
): Promise<FoundReceipt | undefined> =>
  row<FoundReceipt>(
    tx,
    Prisma.sql`SELECT r.id AS "receiptId", r.receipt_no AS "receiptNo", r.tenant_id AS "tenantId", t.code AS "tenantCode",
        r.amount_fen AS "amountFen", r.value_date::text AS "valueDate"
      FROM receipt r JOIN tenant t ON t.id = r.tenant_id
      WHERE ${whose} AND ${receiptNo === undefined ? Prisma.sql`true` : Prisma.sql`r.receipt_no = ${receiptNo}`}
      ORDER BY r.value_date DESC, r.receipt_no DESC LIMIT 1`,
  );
