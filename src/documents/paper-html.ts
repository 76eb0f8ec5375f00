import type { Authenticity, Paper } from "../domain/documents/paper.ts";
import { billBody } from "./bill-paper.ts";
import { dunningLetterBody } from "./dunning-letter.ts";
import { type Html, html } from "./html.ts";
import { pageFoot, proof } from "./parts.ts";
import { receiptBody } from "./receipt-paper.ts";
import { settlementBody } from "./settlement-paper.ts";
import { statementBody } from "./statement-paper.ts";

/** The inside of a paper's page: a pure function of the paper. Everything that people wrote is escaped. */
export const paperHtml = (paper: Paper, authenticity: Authenticity): string =>
  html`${pageFoot(numberOf(paper), authenticity)}${bodyOf(paper)}${proof(authenticity)}`.text;

function bodyOf(paper: Paper): Html {
  switch (paper.kind) {
    case "bill":
      return billBody(paper);
    case "receipt":
      return receiptBody(paper);
    case "dunning-letter":
      return dunningLetterBody(paper);
    case "statement":
      return statementBody(paper);
    case "settlement":
      return settlementBody(paper);
    default:
      return paper satisfies never;
  }
}

/** What the paper is called at the foot of its pages. */
function numberOf(paper: Paper): string {
  switch (paper.kind) {
    case "bill":
      return paper.billNo;
    case "receipt":
      return paper.receiptNo;
    case "settlement":
      return paper.leaseCode;
    case "dunning-letter":
    case "statement":
      return paper.addressee.tenantCode;
    default:
      return paper satisfies never;
  }
}
