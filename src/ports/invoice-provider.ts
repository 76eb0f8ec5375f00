import type { RedReason } from "../domain/invoice/red-letter.ts";
import type { InvoiceKind, InvoiceTitle } from "../domain/invoice/title.ts";
import type { Fen } from "../domain/money/fen.ts";
import type { CivilDate, DateRange } from "../domain/time/civil-date.ts";

/*
 * Who makes electronic invoices. Shaped after the public SDKs of 诺诺 (reference/domain.md 4.5): `requestInvoice` is
 * requestBillingNew, `retryInvoice` reInvoice, `queryInvoice` queryInvoiceResult, `requestRedForm` saveInvoiceRedConfirm,
 * `queryRedForm` queryInvoiceRedConfirm; the bureau makes the red invoice by itself once the form is confirmed, so
 * `queryRedInvoice` only looks for it. By hand is an adapter too (src/invoicing/manual.ts). What drives an adapter:
 * src/usecases/invoice-orders/.
 */

/** One invoice, as a provider takes it; amounts include tax, split once per line. */
export interface InvoiceOrder {
  /** Ours and unique per seller: the same one again is the same invoice (orderNo). */
  readonly orderNo: string;
  readonly kind: InvoiceKind;
  readonly seller: InvoiceSeller;
  readonly buyer: InvoiceTitle;
  readonly lines: readonly InvoiceOrderLine[];
  /** 特定要素 06: exactly one line then. */
  readonly immovableLease?: ImmovableLease | undefined;
  /** At most 200 characters. */
  readonly remark: string;
}

export interface InvoiceSeller {
  readonly taxNo: string;
  readonly name: string;
  /** 开票员: whoever is logged in at the tax platform; "" leaves it to the provider. */
  readonly drawer: string;
  /** 分机号 at the provider; "": the only one. */
  readonly extensionNumber: string;
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
  /** `serialNo` is the provider's; undefined where it only said that it has the number already. */
  | { readonly state: "accepted"; readonly serialNo: string | undefined }
  | { readonly state: "by-hand" }
  | { readonly state: "refused"; readonly code: string; readonly reason: string }
  /** A person of the seller has to log in or show a face; nothing was made. */
  | { readonly state: "identity-needed"; readonly reason: string }
  | { readonly state: "unknown"; readonly reason: string };

export type InvoiceStatus =
  | {
      readonly state: "made";
      readonly number: string;
      readonly issuedOn: CivilDate;
      readonly files: InvoiceFileLinks;
      readonly serialNo?: string | undefined;
      /** What the provider says that it made; undefined where it does not. */
      readonly amountFen?: Fen | undefined;
    }
  | { readonly state: "making"; readonly serialNo?: string | undefined }
  | { readonly state: "not-known" | "by-hand" }
  /** It will not be made of itself: `retryInvoice`, or by hand. */
  | { readonly state: "failed"; readonly code: string; readonly reason: string; readonly serialNo?: string | undefined }
  | { readonly state: "unknown"; readonly reason: string };

export interface InvoiceFileLinks {
  readonly pdf?: string | undefined;
  readonly ofd?: string | undefined;
  readonly xml?: string | undefined;
}

/** 红字确认单. A part of an invoice names the lines by their places in the blue one, from 1. */
export interface RedFormOrder {
  /** Ours and unique per seller, like an order's number. */
  readonly redNo: string;
  readonly seller: InvoiceSeller;
  readonly buyer: Pick<InvoiceTitle, "name" | "taxNo">;
  readonly kind: InvoiceKind;
  readonly blueNumber: string;
  readonly reason: RedReason;
  readonly amountFen: Fen;
  /** Amounts positive; undefined: all of the blue invoice. */
  readonly lines?: readonly (InvoiceOrderLine & { readonly place: number })[] | undefined;
}

export type RedFormStatus =
  | { readonly state: "awaiting-peer" | "confirmed"; readonly formNo: string }
  | { readonly state: "refused" | "expired" | "withdrawn"; readonly formNo: string }
  | { readonly state: "making" | "not-known" | "by-hand" }
  /** The bureau did not take the form; there is none. */
  | { readonly state: "failed"; readonly code: string; readonly reason: string }
  | { readonly state: "unknown"; readonly reason: string };

/** Never throws for what the provider answers, or for what it does not. */
export interface InvoiceProvider {
  /** As invoices name who made them. */
  readonly name: string;
  /** As people call it: "诺诺". */
  readonly label: string;
  requestInvoice(order: InvoiceOrder): Promise<InvoiceRequestResult>;
  /** Another try of an order that failed: same number, same contents. */
  retryInvoice(order: OrderKey): Promise<InvoiceRequestResult>;
  queryInvoice(order: OrderKey): Promise<InvoiceStatus>;
  requestRedForm(order: RedFormOrder): Promise<InvoiceRequestResult>;
  queryRedForm(order: OrderKey): Promise<RedFormStatus>;
  /** The red invoice of a form that is confirmed; `making` until the bureau has made it. */
  queryRedInvoice(order: OrderKey): Promise<InvoiceStatus>;
  /** The bytes behind one of the links; undefined where they can't be had now. */
  fetchFile(link: string): Promise<Uint8Array | undefined>;
}

/** An order that was asked for before. */
export interface OrderKey {
  readonly sellerTaxNo: string;
  /** `orderNo`, or `redNo`. */
  readonly orderNo: string;
  readonly serialNo?: string | undefined;
}
