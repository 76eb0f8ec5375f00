import { type SealPurpose, seal, unseal } from "./seal.ts";

/*
 * Links around invoices. Each names one thing and ends by itself: the page of an application for finance and the page of a
 * tenant's titles say who is there by OAuth; the link to a file is given to the tenant's people only and opens for whoever
 * has it, as a mail with the file would.
 */

export interface LinkContext {
  readonly publicUrl: string;
  readonly linkKey: Uint8Array;
  /** Business clock. */
  readonly nowMs: number;
}

export type OpenedId =
  | { readonly ok: true; readonly id: string }
  | { readonly ok: false; readonly refusal: "tampered" | "expired" };

const DAY_MS = 86_400_000;
/** An application waits for days; what can be done with it is asked of it each time. */
const APPLICATION_LIFE_MS = 90 * DAY_MS;
/** Long enough for the month in which somebody files it; a new link is one question away. */
const FILE_LIFE_MS = 30 * DAY_MS;
const TITLE_LIFE_MS = 7 * DAY_MS;

export const invoicePageUrl = (context: LinkContext, applicationId: string): string =>
  urlOf(context, "invoice", "/h5/invoice", applicationId, APPLICATION_LIFE_MS);

export const invoiceFileUrl = (context: LinkContext, invoiceFileId: string): string =>
  urlOf(context, "invoice-file", "/h5/invoice/file", invoiceFileId, FILE_LIFE_MS);

/** The page of a tenant's invoice titles. */
export const titlePageUrl = (context: LinkContext, tenantId: string): string =>
  urlOf(context, "title", "/h5/title", tenantId, TITLE_LIFE_MS);

/** What a link of this purpose names. */
export function openSealedId(
  keys: readonly Uint8Array[],
  purpose: Extract<SealPurpose, "invoice" | "invoice-file" | "title">,
  token: string,
  nowMs: number,
): OpenedId {
  const [id, expiresAtMs] = unseal(keys, purpose, token) ?? [];
  if (id === undefined) return { ok: false, refusal: "tampered" };
  return Number(expiresAtMs) > nowMs ? { ok: true, id } : { ok: false, refusal: "expired" };
}

function urlOf(context: LinkContext, purpose: SealPurpose, path: string, id: string, lifeMs: number): string {
  const token = seal(context.linkKey, purpose, [id, String(context.nowMs + lifeMs)]);
  return `${context.publicUrl.replace(/\/+$/, "")}${path}?t=${token}`;
}
