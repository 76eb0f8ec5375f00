import type { Database } from "../../db/client.ts";
import { inTransaction } from "../../db/transaction.ts";
import type { Paper } from "../../domain/documents/paper.ts";
import type { Fen } from "../../domain/money/fen.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import { recordStatedFigures } from "../reconciliation/stated-figures.ts";
import type { StoredSubject } from "./documents.ts";

interface PaperFigure {
  readonly amountFen: Fen;
  /** Empty: all that was owed. */
  readonly billNos: readonly string[];
  readonly statedOn: CivilDate;
}

/** Remembers what a paper asks for: whoever transfers exactly that within three days has paid (money-rules 8). */
export async function recordStatedOnPaper(
  db: Database,
  { tenantId, entityId }: Pick<StoredSubject, "tenantId" | "entityId">,
  paper: Paper,
  today: CivilDate,
): Promise<void> {
  const figure = figureOn(paper, today);
  if (!figure || figure.amountFen <= 0n) return;
  const { amountFen, billNos, statedOn } = figure;
  await inTransaction(db, (tx) =>
    recordStatedFigures(tx, [{ tenantId, entityId, amountFen, billNos }], statedOn, "paper"),
  );
}

function figureOn(paper: Paper, today: CivilDate): PaperFigure | undefined {
  switch (paper.kind) {
    case "bill":
      // Without a way to pay it is no figure to pay: a draft, or nothing left.
      return paper.payUrl === undefined
        ? undefined
        : { amountFen: paper.owedFen, billNos: [paper.billNo], statedOn: paper.asOf };
    case "dunning-letter":
      return { amountFen: paper.totalFen, billNos: paper.bills.map((bill) => bill.billNo), statedOn: paper.asOf };
    case "statement":
      // What was owed at the end of some earlier month is history.
      return paper.through === today ? { amountFen: paper.closingFen, billNos: [], statedOn: today } : undefined;
    case "receipt":
    case "settlement":
      return undefined;
    default:
      return paper satisfies never;
  }
}
