import type { DocumentServices } from "../../bot/document-services.ts";
import type { Transaction } from "../db/transaction.ts";
import { type DocumentSubject, findDocument, requestDocument } from "../usecases/documents/documents.ts";

export interface DocumentDependencies {
  /** src/http/h5/document-link.ts with its key and address; absent: no papers are given out. */
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
  return {
    billPdfLink: (tenantId, billId) => linkTo(tenantId, { kind: "bill", billId }),
    statementPdfLink: (tenantId, entityId, { from, to }) =>
      linkTo(tenantId, { kind: "statement", tenantId, entityId, from, to }),
  };
}
