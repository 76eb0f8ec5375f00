import type { Database } from "../../db/client.ts";
import { inTransaction, type Transaction } from "../../db/transaction.ts";
import {
  afterAsking,
  afterQuery,
  IDENTITY_AGAIN_MS,
  IDENTITY_NEEDED,
  isUnderWay,
  type OrderState,
  type OrderStep,
  waitAfterOrderQueries,
} from "../../domain/invoice/order-step.ts";
import type { InvoiceProvider, InvoiceRequestResult } from "../../ports/invoice-provider.ts";
import { beginCall, finishCall } from "../payments/vendor-calls.ts";
import { blueOrder } from "./blue-order.ts";
import type { InvoiceOrderContext } from "./context.ts";
import type { Ask, Look, OrderKind } from "./order-kind.ts";
import { handOver, showOutcome, tellFinance } from "./order-messages.ts";
import { redOrder } from "./red-order.ts";
import { countOrderCalls, findOrder, type OrderChange, type StoredOrder, setOrder } from "./stored-order.ts";

const SECOND_MS = 1_000;
/** Asked again about an order that stays without an answer or under way; after so many looks finance hears of it, once. */
const LOOKS_BEFORE_ALARM = 20;
const FILE_TRIES = 12;

const kindOf = (order: StoredOrder): OrderKind => (order.redLetterId === null ? blueOrder : redOrder);

/**
 * One step of an order, whatever happened before: intent committed, then the call, then its outcome. Any crash leaves it
 * where the next step begins with a query, and nothing is asked for before the provider has said that it knows nothing.
 * Returns the state that it is in then.
 */
export async function stepOrder(db: Database, orderId: string, context: InvoiceOrderContext): Promise<OrderState> {
  const order = await inTransaction(db, (tx) => findOrder(tx, { orderId }));
  if (!order) throw new Error(`there is no invoice order ${orderId}`);
  switch (order.state) {
    case "waiting":
      return ask(db, order, context);
    case "sent":
    case "making":
      return query(db, order, context);
    case "made":
      return fetchMissing(db, order, context);
    case "failed":
    case "by-hand":
    case "withdrawn":
      return order.state;
    default:
      return order.state satisfies never;
  }
}

async function ask(db: Database, seen: StoredOrder, context: InvoiceOrderContext): Promise<OrderState> {
  const begun = await inTransaction(db, (tx) => beginAsking(tx, seen, context));
  if (!("callId" in begun)) return begun.state;
  return answered(db, seen, context, { ...begun, operation: "create" });
}

interface Begun {
  readonly callId: string;
  readonly ask: Ask;
  readonly provider: InvoiceProvider;
}

/** The intent; or where it stands instead, when nothing is to be asked for. */
async function beginAsking(
  tx: Transaction,
  seen: StoredOrder,
  context: InvoiceOrderContext,
): Promise<Begun | { readonly state: OrderState }> {
  const order = await findOrder(tx, seen, "lock");
  if (!order) throw new Error(`the order ${seen.orderNo} is gone`);
  if (order.version !== seen.version) return { state: order.state };
  const provider = context.providers.get(order.provider);
  if (!provider) {
    return fail(tx, order, { code: "PROVIDER_OFF", reason: "开票服务商没有配置密钥，请联系管理员。" }, context);
  }
  const prepared = await kindOf(order).prepare(tx, order, context);
  if (prepared === undefined) return setOrder(tx, order, { state: "withdrawn", nextStepAtMs: null });
  if (!prepared.ok) return fail(tx, order, { code: prepared.code, reason: prepared.message.zh }, context);
  const nowMs = context.wireClock.nowMs();
  await setOrder(tx, order, { state: "sent", problem: null, nextStepAtMs: nowMs + 5 * SECOND_MS });
  return { callId: await beginOrderCall(tx, order, "create", nowMs), ask: prepared.ask, provider };
}

const beginOrderCall = (
  tx: Transaction,
  order: StoredOrder,
  operation: "create" | "query" | "retry" | "files",
  nowMs: number,
): Promise<string> =>
  beginCall(tx, { kind: "invoice-order", id: order.orderId, vendor: order.provider }, operation, nowMs);

async function answered(
  db: Database,
  seen: StoredOrder,
  context: InvoiceOrderContext,
  call: Begun & { readonly operation: "create" | "retry" },
): Promise<OrderState> {
  const answer = await call.ask(call.provider);
  const after = await inTransaction(db, (tx) => recordAnswer(tx, seen, { callId: call.callId, answer }, context));
  return after.step.do === "query" ? query(db, after.order, context) : after.order.state;
}

async function recordAnswer(
  tx: Transaction,
  seen: StoredOrder,
  { callId, answer }: { readonly callId: string; readonly answer: InvoiceRequestResult },
  context: InvoiceOrderContext,
): Promise<{ readonly step: OrderStep; readonly order: StoredOrder }> {
  const order = await findOrder(tx, seen, "lock");
  if (!order) throw new Error(`the order ${seen.orderNo} is gone`);
  const nowMs = context.wireClock.nowMs();
  await finishCall(tx, callId, { ...outcomeOf(answer), atMs: nowMs });
  const step = afterAsking(answer);
  if (order.state !== "sent") return { step: { do: "wait", state: "sent" }, order };
  switch (step.do) {
    case "wait": {
      const serialNo = answer.state === "accepted" ? answer.serialNo : undefined;
      return {
        step,
        order: await setOrder(tx, order, { state: step.state, serialNo, nextStepAtMs: nowMs + 5 * SECOND_MS }),
      };
    }
    case "query":
      return { step, order: await setOrder(tx, order, { problem: refusalIn(answer) }) };
    case "by-hand":
      return { step, order: await handOver(tx, order, context) };
    default:
      throw new Error(`an answer to asking leads to ${step.do}`);
  }
}

const refusalIn = (answer: InvoiceRequestResult): NonNullable<OrderChange["problem"]> =>
  answer.state === "refused"
    ? { code: answer.code, reason: answer.reason }
    : { code: IDENTITY_NEEDED, reason: "reason" in answer ? answer.reason : "" };

function outcomeOf(answer: InvoiceRequestResult) {
  switch (answer.state) {
    case "accepted":
    case "by-hand":
      return { state: "OK", outcome: { standing: answer.state } } as const;
    case "refused":
      return { state: "REFUSED", outcome: { code: answer.code } } as const;
    case "identity-needed":
      return { state: "REFUSED", outcome: { code: IDENTITY_NEEDED } } as const;
    case "unknown":
      return { state: "UNKNOWN", outcome: { reason: answer.reason } } as const;
    default:
      return answer satisfies never;
  }
}

async function query(db: Database, seen: StoredOrder, context: InvoiceOrderContext): Promise<OrderState> {
  const provider = context.providers.get(seen.provider);
  // It waits until it is configured again: what it has under way nobody else may make.
  if (!provider) throw new Error(`order ${seen.orderNo}: ${seen.provider} is not configured`);
  const callId = await inTransaction(db, async (tx) => {
    await findOrder(tx, seen, "lock");
    return beginOrderCall(tx, seen, "query", context.wireClock.nowMs());
  });
  const look = await kindOf(seen).look(provider, seen);
  const { step, order } = await inTransaction(db, (tx) => recordLook(tx, seen, { callId, look }, context));
  if (step === "ask") return ask(db, order, context);
  if (step === "retry") return retry(db, order, context, provider);
  return order.state;
}

type Next = "ask" | "retry" | "done";

async function recordLook(
  tx: Transaction,
  seen: StoredOrder,
  { callId, look }: { readonly callId: string; readonly look: Look },
  context: InvoiceOrderContext,
): Promise<{ readonly step: Next; readonly order: StoredOrder }> {
  const order = await findOrder(tx, seen, "lock");
  if (!order) throw new Error(`the order ${seen.orderNo} is gone`);
  const nowMs = context.wireClock.nowMs();
  const { standing } = look;
  const outcome = standing.state === "unknown" ? { reason: standing.reason } : { standing: standing.state };
  await finishCall(tx, callId, { state: standing.state === "unknown" ? "UNKNOWN" : "OK", outcome, atMs: nowMs });
  // Another process was faster: what it wrote stands. A failure that was seen before a retry is not the retry's.
  if (!isUnderWay(order.state) || order.version !== seen.version) return { step: "done", order };
  const refused = await look.write?.(tx, order, context);
  if (refused) return done(await fail(tx, order, { code: refused.code, reason: refused.message.zh }, context));
  if (standing.state === "ended")
    return done(await close(tx, order, { state: "withdrawn", nextStepAtMs: null }, context));
  const step = afterQuery(standing, {
    state: order.state === "sent" ? "sent" : "making",
    refusal: order.problemCode === null ? undefined : { code: order.problemCode, reason: order.problem ?? "" },
    retryWanted: order.retryWanted,
  });
  const { serialNo } = look;
  switch (step.do) {
    case "record": {
      const nextStepAtMs = look.filesMissing === true ? nowMs + 60 * SECOND_MS : null;
      return done(await close(tx, order, { state: "made", serialNo, problem: null, nextStepAtMs }, context));
    }
    case "wait": {
      const looks = await countOrderCalls(tx, order, "query");
      const waiting = await setOrder(tx, order, {
        state: step.state,
        serialNo,
        nextStepAtMs: nowMs + waitAfterOrderQueries(looks),
      });
      // A red form may wait three days for the other side; that is no trouble.
      if (looks === LOOKS_BEFORE_ALARM && order.redLetterId === null) await tellFinance(tx, waiting, context);
      return done(waiting);
    }
    case "ask":
      // It stays "sent": what was asked for may be on its way there still, so nobody else may make it.
      return {
        step: "ask",
        order: await setOrder(tx, order, { retryWanted: false, nextStepAtMs: nowMs + 5 * SECOND_MS }),
      };
    case "retry": {
      const { retry: how } = kindOf(order);
      if (how.how === "again") return { step: "retry", order: await setOrder(tx, order, { serialNo }) };
      const renewed = { state: "waiting", retryWanted: false, problem: null, nextStepAtMs: nowMs } as const;
      return { step: "ask", order: await setOrder(tx, order, { ...renewed, orderNo: how.numberAfter(order) }) };
    }
    case "wait-for-identity": {
      const waiting = await setOrder(tx, order, {
        state: "waiting",
        retryWanted: false,
        problem: { code: IDENTITY_NEEDED, reason: step.reason },
        nextStepAtMs: nowMs + IDENTITY_AGAIN_MS,
      });
      await tellFinance(tx, waiting, context);
      return done(waiting);
    }
    case "fail":
      return done(await fail(tx, { ...order, serialNo: serialNo ?? order.serialNo }, step, context));
    case "by-hand":
      return done(await handOver(tx, order, context));
    case "query":
      throw new Error("a query leads to a query");
    default:
      return step satisfies never;
  }
}

const done = (order: StoredOrder) => ({ step: "done" as const, order });

/** A tap is one try: the wish is spent before the call, so that a crash shows the failure again instead of trying for ever. */
async function retry(
  db: Database,
  seen: StoredOrder,
  context: InvoiceOrderContext,
  provider: InvoiceProvider,
): Promise<OrderState> {
  const { retry: how } = kindOf(seen);
  if (how.how !== "again") throw new Error("it is asked for under another number");
  const begun = await inTransaction(db, async (tx) => {
    const order = await findOrder(tx, seen, "lock");
    if (!order?.retryWanted || order.version !== seen.version) return undefined;
    const nowMs = context.wireClock.nowMs();
    const sent = await setOrder(tx, order, {
      state: "sent",
      retryWanted: false,
      problem: null,
      nextStepAtMs: nowMs + 5 * SECOND_MS,
    });
    return { callId: await beginOrderCall(tx, order, "retry", nowMs), order: sent };
  });
  if (!begun) return seen.state;
  return answered(db, begun.order, context, {
    callId: begun.callId,
    operation: "retry",
    provider,
    ask: (asked) => how.ask(asked, begun.order),
  });
}

async function fail(
  tx: Transaction,
  order: StoredOrder,
  problem: { readonly code: string; readonly reason: string },
  context: InvoiceOrderContext,
): Promise<StoredOrder> {
  const failed = await setOrder(tx, order, {
    state: "failed",
    problem,
    serialNo: order.serialNo ?? undefined,
    nextStepAtMs: null,
  });
  await tellFinance(tx, failed, context);
  // Not the reason: a provider names the buyer in it.
  context.onProblem({ code: problem.code, orderNo: order.orderNo, detail: order.provider });
  return failed;
}

/** Ends an order; the cards that asked a person for it say so. */
async function close(
  tx: Transaction,
  order: StoredOrder,
  change: OrderChange,
  context: InvoiceOrderContext,
): Promise<StoredOrder> {
  const closed = await setOrder(tx, order, change);
  await showOutcome(tx, closed, context);
  return closed;
}

/** An invoice is there but not all its files: asked for again for a while, then finance hands them in. */
async function fetchMissing(db: Database, seen: StoredOrder, context: InvoiceOrderContext): Promise<OrderState> {
  const provider = context.providers.get(seen.provider);
  if (!provider) throw new Error(`order ${seen.orderNo}: ${seen.provider} is not configured`);
  const callId = await inTransaction(db, async (tx) => {
    await findOrder(tx, seen, "lock");
    return beginOrderCall(tx, seen, "files", context.wireClock.nowMs());
  });
  const look = await kindOf(seen).look(provider, seen);
  return inTransaction(db, async (tx) => {
    const order = await findOrder(tx, seen, "lock");
    if (order?.state !== "made") return order?.state ?? seen.state;
    const nowMs = context.wireClock.nowMs();
    await finishCall(tx, callId, { state: "OK", outcome: { standing: look.standing.state }, atMs: nowMs });
    if (look.standing.state === "made") await look.write?.(tx, order, context);
    const tries = await countOrderCalls(tx, order, "files");
    const missing = look.standing.state !== "made" || look.filesMissing === true;
    if (!missing) await setOrder(tx, order, { nextStepAtMs: null });
    else if (tries < FILE_TRIES) await setOrder(tx, order, { nextStepAtMs: nowMs + waitAfterOrderQueries(tries) });
    else {
      const reason = "发票已开出，但服务商一直没有给文件。";
      await tellFinance(
        tx,
        await setOrder(tx, order, { problem: { code: "FILES_MISSING", reason }, nextStepAtMs: null }),
        context,
      );
    }
    return order.state;
  });
}
