import type { Fen } from "../money/fen.ts";
import type { DateRange } from "../time/civil-date.ts";
import type { ChargeKind, DecimalText } from "../world/lease.ts";

/** A bill line's principal or its late fee (which follows the line's rate, 价外费用), as far as invoicing cares. */
export interface InvoiceableLine {
  readonly lineId: string;
  readonly component: "principal" | "late-fee";
  readonly billNo: string;
  readonly published: boolean;
  readonly entityId: string;
  readonly leaseId: string;
  /** "deposit" and "discount" lines are never invoiced by themselves. */
  readonly kind: ChargeKind | "deposit" | "discount";
  readonly charge: string;
  readonly period: DateRange;
  readonly taxRate: DecimalText;
  /** What is owed for it in all, after set-off. */
  readonly dueFen: Fen;
  /** Of that, what money has paid; a waiver or a write-off is no money. */
  readonly receivedFen: Fen;
  /** On invoices that are asked for or made, less what red letters took back. */
  readonly invoicedFen: Fen;
  readonly disputed: boolean;
  /** An invoice of it is being reversed, or money of it refunded. */
  readonly reversing: boolean;
  readonly refunding: boolean;
}

/** What may be invoiced now: what was received, or with an approved early invoice what is due, and is on no invoice yet. */
export function invoiceableFen(line: InvoiceableLine, beforeMoney: boolean): Fen {
  const ceiling = beforeMoney ? line.dueFen : line.receivedFen;
  return ceiling > line.invoicedFen ? ceiling - line.invoicedFen : 0n;
}
