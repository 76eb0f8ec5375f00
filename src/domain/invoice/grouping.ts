import { groupBy } from "../group-by.ts";
import type { Fen } from "../money/fen.ts";
import { splitTax } from "../tax/net-and-tax.ts";
import { addDays, type DateRange } from "../time/civil-date.ts";
import type { ChargeKind, DecimalText } from "../world/lease.ts";
import type { ApplicationPart } from "./conditions.ts";
import { TAX_CLASSES, type TaxClass } from "./tax-codes.ts";

/** One invoice to be made. */
export interface InvoiceDraft {
  readonly entityId: string;
  readonly taxRate: DecimalText;
  readonly lines: readonly InvoiceDraftLine[];
  /** Rent: what the immovable-lease element asks for, and the lease whose units give address and certificate. */
  readonly lease: { readonly leaseId: string; readonly period: DateRange } | undefined;
  readonly amountFen: Fen;
  readonly netFen: Fen;
  readonly taxFen: Fen;
}

export interface InvoiceDraftLine {
  readonly goodsName: string;
  readonly taxCode: string | undefined;
  readonly period: DateRange;
  readonly amountFen: Fen;
  readonly netFen: Fen;
  readonly taxFen: Fen;
  /** Which bill lines it covers, and how much of each. */
  readonly coverage: readonly ApplicationPart[];
}

/**
 * Groups what is to be invoiced (reference/domain.md 4.1): one invoice per entity, tax code and rate; rent needs one line
 * of its own per lease, charge and run of contiguous periods, so each run is an invoice. Amounts include tax; net and tax
 * are split once per invoice line, so that tax stays within the tolerance of the bureau.
 */
export function groupInvoices(parts: readonly ApplicationPart[]): InvoiceDraft[] {
  const byKey = groupBy(parts, ({ line }) => {
    const { code, goodsName, element } = classOf(line.kind);
    const rent = element === "immovable-lease" ? `|${line.leaseId}|${line.charge}` : "";
    return `${line.entityId}|${code ?? goodsName}|${line.taxRate}${rent}`;
  });
  return [...byKey.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    return classOf(first.line.kind).element === "immovable-lease"
      ? contiguousRuns(group).map((run) => rentInvoice(run))
      : [plainInvoice(group)];
  });
}

const classOf = (kind: ApplicationPart["line"]["kind"]): TaxClass => TAX_CLASSES[kind as ChargeKind];

/** Parts in order of their periods, cut where a day is missing between two of them. */
function contiguousRuns(parts: readonly ApplicationPart[]): ApplicationPart[][] {
  const sorted = [...parts].sort((a, b) => (a.line.period.from < b.line.period.from ? -1 : 1));
  const runs: ApplicationPart[][] = [];
  let through = "";
  for (const part of sorted) {
    const { from, to } = part.line.period;
    const run = runs.at(-1);
    if (run && from <= through) run.push(part);
    else runs.push([part]);
    // Touching counts as contiguous: the next may begin the day after.
    const next = addDays(to, 1);
    if (next > through) through = next;
  }
  return runs;
}

function rentInvoice(run: readonly ApplicationPart[]): InvoiceDraft {
  const line = draftLine(run);
  const [first] = run;
  if (!first) throw new Error("an invoice of nothing");
  return invoiceOf(first, [line], { leaseId: first.line.leaseId, period: line.period });
}

/** Parts of one goods name are one line each, over the days that they cover together. */
function plainInvoice(parts: readonly ApplicationPart[]): InvoiceDraft {
  const [first] = parts;
  if (!first) throw new Error("an invoice of nothing");
  const byName = groupBy(parts, ({ line }) => classOf(line.kind).goodsName);
  return invoiceOf(
    first,
    [...byName.values()].map((group) => draftLine(group)),
    undefined,
  );
}

function draftLine(parts: readonly ApplicationPart[]): InvoiceDraftLine {
  const [first] = parts;
  if (!first) throw new Error("an invoice line of nothing");
  const { goodsName, code } = classOf(first.line.kind);
  const amountFen = parts.reduce((total, part) => total + part.amountFen, 0n);
  const froms = parts.map((part) => part.line.period.from).sort();
  const tos = parts.map((part) => part.line.period.to).sort();
  return {
    goodsName,
    taxCode: code,
    period: { from: froms[0] ?? first.line.period.from, to: tos.at(-1) ?? first.line.period.to },
    amountFen,
    ...splitTax(amountFen, first.line.taxRate),
    coverage: parts,
  };
}

function invoiceOf(
  { line }: ApplicationPart,
  lines: readonly InvoiceDraftLine[],
  lease: InvoiceDraft["lease"],
): InvoiceDraft {
  const sum = (of: (one: InvoiceDraftLine) => Fen): Fen => lines.reduce((total, one) => total + of(one), 0n);
  return {
    entityId: line.entityId,
    taxRate: line.taxRate,
    lines,
    lease,
    amountFen: sum((one) => one.amountFen),
    netFen: sum((one) => one.netFen),
    taxFen: sum((one) => one.taxFen),
  };
}
