import type { Fen } from "../src/domain/money/fen.ts";
import type { ChargeMonths } from "../src/usecases/explain/charge-months.ts";
import type { StoredLine } from "../src/usecases/explain/explainable-lines.ts";
import type { PaymentPreview } from "../src/usecases/explain/preview-payment.ts";

/** What the bot may ask about how bills came about and what a payment would do. */
export interface ExplainServices {
  /** Lines of a published bill of the tenant, in bill order, with what they were computed from. */
  explainableLines(tenantId: string, billNo: string): Promise<readonly StoredLine[]>;
  /** A charge on a bill's month and on the latest month before that has it. */
  chargeMonths(tenantId: string, billNo: string, charge: string): Promise<ChargeMonths | undefined>;
  /** What a payment of today would settle, per legal entity that the tenant owes. */
  previewPayment(tenantId: string, amountFen: Fen): Promise<readonly PaymentPreview[]>;
}
