import { loadEntities, loadTaxRates } from "../../db/master-data.ts";
import type { Transaction } from "../../db/transaction.ts";
import { buildLeaseTimeline, termsOn } from "../../domain/charging/lease-timeline.ts";
import { splitTax } from "../../domain/tax/net-and-tax.ts";
import { indexTaxRates, taxRateOn } from "../../domain/tax/tax-rate.ts";
import { type CivilDate, toDayNumber } from "../../domain/time/civil-date.ts";
import type { LineFacts } from "./write-opening.ts";

/** Kind, entity and tax of an opening line: those of its charge, the rate as of the opening date (money-rules 6). */
export async function openingLineFacts(tx: Transaction, asOf: CivilDate): Promise<LineFacts> {
  const entities = new Map((await loadEntities(tx)).map((entity) => [entity.code, entity]));
  const rates = indexTaxRates(await loadTaxRates(tx));
  return (lease, chargeCode) => {
    const charge = buildLeaseTimeline(lease).charges.find((one) => one.code === chargeCode);
    const terms = charge && (termsOn(charge, toDayNumber(asOf)) ?? charge.segments[0]?.terms);
    if (!terms) throw new Error(`lease ${lease.code} has no charge ${chargeCode}: readWorld should have refused it`);
    const entityCode = terms.entity ?? lease.entity;
    const entity = entities.get(entityCode);
    if (!entity) throw new Error(`unknown entity ${entityCode}: readWorld should have refused it`);
    const taxRate = terms.taxRate ?? taxRateOn(entity, terms.kind, asOf, rates);
    return {
      kind: terms.kind,
      entity: entityCode,
      taxRate,
      netFen: (amountFen) => splitTax(amountFen, taxRate).netFen,
    };
  };
}
