import type { RedReason } from "../domain/invoice/red-letter.ts";
import type { InvoiceKind, InvoiceTitle } from "../domain/invoice/title.ts";
import type { Fen } from "../domain/money/fen.ts";
import type { CivilDate, DateRange } from "../domain/time/civil-date.ts";

/*
 * Who makes electronic invoices. Shaped after the public SDKs of 诺诺 (reference/domain.md 4.5): `requestInvoice` is
 * requestBillingNew, `queryInvoice` queryInvoiceResult, `requestRedForm` saveInvoiceRedConfirm, `queryRedForm`
 * queryInvoiceRedConfirm, `fetchRedInvoice` fastInvoiceRed, which for electronic invoices only asks for the red one that the
 * bureau makes by itself once the form is confirmed. By hand is an adapter too (src/invoicing/manual.ts).
 */

/** One invoice, as a provider takes it; amounts include tax, split once per line. */
export interface InvoiceOrder {
  /** Ours and unique per seller: the same one again is the same invoice (orderNo). */
  readonly orderNo: string;
  readonly kind: InvoiceKind;
  readonly seller: { readonly taxNo: string; readonly name: string };
  readonly buyer: InvoiceTitle;
  readonly lines: readonly InvoiceOrderLine[];
  /** 特定要素 06: exactly one line then. */
  readonly immovableLease?: ImmovableLease | undefined;
  /** At most 200 characters. */
  readonly remark: string;
}

export interface InvoiceOrderLine {
  /** "*经营租赁*房屋租金" */
  readonly goodsName: string;
  /** 19 digits. */
  readonly taxCode: string;
  readonly taxRate: string;
  readonly amountFen: Fen;
  readonly netFen: Fen;
  readonly taxFen: Fen;
}

export interface ImmovableLease {
  readonly region: string;
  readonly address: string;
  readonly crossCity: boolean;
  readonly certificateNo: string;
  readonly period: DateRange;
}

/** `by-hand`: finance makes it in the tax platform and enters what came of it. */
export type InvoiceRequestResult =
  | { readonly state: "accepted"; readonly serialNo: string }
  | { readonly state: "by-hand" }
  | { readonly state: "refused"; readonly code: string; readonly reason: string }
  /** A person of the seller has to log in or show a face; nothing was made. */
  | { readonly state: "identity-needed"; readonly reason: string }
  | { readonly state: "unknown"; readonly reason: string };

export type InvoiceStatus =
  | { readonly state: "made"; readonly number: string; readonly issuedOn: CivilDate; readonly files: InvoiceFileLinks }
  | { readonly state: "making" | "not-known" | "by-hand" }
  | { readonly state: "failed"; readonly code: string; readonly reason: string }
  | { readonly state: "unknown"; readonly reason: string };

export interface InvoiceFileLinks {
  readonly pdf?: string | undefined;
  readonly ofd?: string | undefined;
  readonly xml?: string | undefined;
}

/** 红字确认单. A part of an invoice names the lines by their places in the blue one, from 1. */
export interface RedFormOrder {
  readonly redNo: string;
  readonly sellerTaxNo: string;
  readonly blueNumber: string;
  readonly reason: RedReason;
  readonly amountFen: Fen;
  readonly lines?: readonly { readonly place: number; readonly amountFen: Fen }[] | undefined;
}

export type RedFormStatus =
  | { readonly state: "awaiting-peer" | "confirmed"; readonly formNo: string }
  | { readonly state: "refused" | "expired" | "withdrawn"; readonly formNo: string }
  | { readonly state: "not-known" | "by-hand" }
  | { readonly state: "unknown"; readonly reason: string };

/** Never throws for what the provider answers. */
export interface InvoiceProvider {
  /** As invoices name who made them. */
  readonly name: string;
  requestInvoice(order: InvoiceOrder): Promise<InvoiceRequestResult>;
  queryInvoice(sellerTaxNo: string, orderNo: string): Promise<InvoiceStatus>;
  requestRedForm(order: RedFormOrder): Promise<InvoiceRequestResult>;
  queryRedForm(sellerTaxNo: string, redNo: string): Promise<RedFormStatus>;
  /** The red invoice of a confirmed form. */
  fetchRedInvoice(sellerTaxNo: string, formNo: string): Promise<InvoiceStatus>;
}
