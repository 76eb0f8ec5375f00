import type { ExplainServices } from "../../bot/explain-services.ts";
import type { Transaction } from "../db/transaction.ts";
import type { CivilDate } from "../domain/time/civil-date.ts";
import { findChargeMonths } from "../usecases/explain/charge-months.ts";
import { findExplainableLines } from "../usecases/explain/explainable-lines.ts";
import { previewPayment } from "../usecases/explain/preview-payment.ts";

/** Explanations as the bot knows them, tied to the transaction of a message. */
export const explainServicesOf = (tx: Transaction, today: CivilDate): ExplainServices => ({
  explainableLines: (tenantId, billNo) => findExplainableLines(tx, { tenantId, billNo }),
  chargeMonths: (tenantId, billNo, charge) => findChargeMonths(tx, { tenantId, billNo, charge }),
  previewPayment: (tenantId, amountFen) => previewPayment(tx, { tenantId, amountFen, today }),
});
