import { type ExceptionView, exceptionCard, exceptionsCard } from "../../cards/exception-card.ts";
import { EXCEPTION_TEXT } from "../../cards/exception-text.zh-CN.ts";
import { KIND_NAMES } from "../../src/domain/reconciliation/difference.ts";
import type { ExceptionCards, ExceptionItem } from "../../src/usecases/exceptions/exception.ts";

/** A difference as its card shows it. */
export const exceptionView = (exception: ExceptionItem): ExceptionView => {
  const { facts } = exception;
  return {
    id: exception.id,
    version: exception.version,
    kindName: KIND_NAMES[exception.kind],
    amountFen: exception.amountFen,
    account: exception.accountCode,
    date: exception.date,
    number: facts.receiptNo ?? exception.orderNo,
    payer:
      facts.payerName === undefined
        ? undefined
        : `${facts.payerName}${facts.payerAccountTail === undefined ? "" : `（尾号 ${facts.payerAccountTail}）`}`,
    remark: facts.remark,
    tenantName: facts.tenantName ?? facts.tenant,
    statementFen: facts.statementFen === undefined ? undefined : BigInt(facts.statementFen),
    booksFen: facts.booksFen === undefined ? undefined : BigInt(facts.booksFen),
    reasons: facts.reasons,
    proposals: exception.proposals.map((proposal) => ({
      ...proposal,
      tenantName: facts.candidates?.find((candidate) => proposal.code === `claim:${candidate.tenant}`)?.tenantName,
    })),
    resolution:
      exception.state === "resolved" && exception.resolvedWith !== undefined
        ? { what: exception.resolvedWith, who: (exception.resolvedBy ?? "").replace(/^staff:/, "") }
        : undefined,
  };
};

/** The cards of differences: for those who own them, for those above when nobody looks, and for every copy afterwards. */
export const exceptionCards: ExceptionCards = {
  alert: (exceptions) => cardOf(exceptions),
  escalated: (exceptions) => cardOf(exceptions, EXCEPTION_TEXT.escalated),
  status: (exception) => exceptionCard(exceptionView(exception)),
};

function cardOf(exceptions: readonly ExceptionItem[], note?: string) {
  const views = exceptions.map(exceptionView);
  const [only, second] = views;
  return only !== undefined && second === undefined ? exceptionCard(only, note) : exceptionsCard(views, note);
}
