import { type ExceptionView, exceptionCard, exceptionsCard } from "../../cards/exception-card.ts";
import { EXCEPTION_TEXT } from "../../cards/exception-text.zh-CN.ts";
import { KIND_NAMES } from "../../src/domain/reconciliation/difference.ts";
import type { ExceptionCards, ExceptionItem } from "../../src/usecases/exceptions/exception.ts";

/** The page of a difference, where there is one (src/http/h5); it names the difference, never the person. */
export type ExceptionLink = (exception: Pick<ExceptionItem, "id">) => string | undefined;

const noLink: ExceptionLink = () => undefined;

/** A difference as its card shows it. */
export const exceptionView = (exception: ExceptionItem, linkOf: ExceptionLink = noLink): ExceptionView => {
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
    reasons: facts.channelSays === undefined ? facts.reasons : [facts.channelSays, ...facts.reasons],
    url: linkOf(exception),
    waitsFor: exception.waitsFor,
    asksChannel: exception.asksChannel,
    proposals: exception.proposals.map((proposal) => ({
      ...proposal,
      tenantName: facts.candidates?.find((candidate) => proposal.code === `claim:${candidate.tenant}`)?.tenantName,
    })),
    slips: exception.slips,
    resolution:
      exception.state === "resolved" && exception.resolvedWith !== undefined
        ? { what: exception.resolvedWith, who: (exception.resolvedBy ?? "").replace(/^staff:/, "") }
        : undefined,
  };
};

/** The cards of differences: for those who own them, for those above when nobody looks, and for every copy afterwards. */
export const exceptionCards = (linkOf: ExceptionLink = noLink): ExceptionCards => ({
  alert: (exceptions) => cardOf(exceptions, linkOf),
  escalated: (exceptions) => cardOf(exceptions, linkOf, EXCEPTION_TEXT.escalated),
  status: (exception) => exceptionCard(exceptionView(exception, linkOf)),
});

function cardOf(exceptions: readonly ExceptionItem[], linkOf: ExceptionLink, note?: string) {
  const views = exceptions.map((exception) => exceptionView(exception, linkOf));
  const [only, second] = views;
  return only !== undefined && second === undefined ? exceptionCard(only, note) : exceptionsCard(views, note);
}
