import type { Database } from "../../db/client.ts";
import { inTransaction } from "../../db/transaction.ts";
import { findSubjects } from "./find-subjects.ts";
import { bookEntries } from "./read-books.ts";
import { conversationEntries } from "./read-conversation.ts";
import { moneyEntries } from "./read-money.ts";

/** One thing that happened. */
export interface TraceEntry {
  /** ISO instant; the wire clock's, as the row was written. */
  readonly at: string;
  readonly what:
    | "inbox"
    | "outbox"
    | "delivery"
    | "bill"
    | "order"
    | "vendor-call"
    | "receipt"
    | "allocation"
    | "counter-entry"
    | "prepayment"
    | "ledger"
    | "audit";
  /** Number or id under which it is found again. */
  readonly subject: string;
  /** A line for people, without personal data. */
  readonly detail: string;
}

export interface Trace {
  readonly key: string;
  /** What the key named. */
  readonly kind: "message" | "bill" | "order" | "receipt";
  readonly timeline: readonly TraceEntry[];
}

/**
 * Everything that hangs together with a message (our id, or the platform's), a bill number, an out_trade_no or a receipt
 * number, from what was said to what was booked, in order of time; undefined when the key names nothing. Openids, texts
 * and phone numbers are masked: a trace is pasted into tickets.
 */
export async function traceSubject(db: Database, key: string): Promise<Trace | undefined> {
  return inTransaction(
    db,
    async (tx) => {
      const found = await findSubjects(tx, key);
      if (!found) return undefined;
      const { kind, subjects } = found;
      const entries = [
        ...(await conversationEntries(tx, subjects)),
        ...(await moneyEntries(tx, subjects)),
        ...(await bookEntries(tx, subjects)),
      ];
      return { key, kind, timeline: inOrder(entries) };
    },
    { timeoutMs: 60_000, isolation: "RepeatableRead" },
  );
}

/** Rows of one transaction carry one time: then the order is that of cause and effect. */
const CAUSE_AND_EFFECT: readonly TraceEntry["what"][] = [
  "inbox",
  "bill",
  "order",
  "vendor-call",
  "receipt",
  "allocation",
  "counter-entry",
  "prepayment",
  "ledger",
  "audit",
  "outbox",
  "delivery",
];

const inOrder = (entries: readonly TraceEntry[]): TraceEntry[] =>
  [...entries].sort(
    (a, b) =>
      (a.at < b.at ? -1 : a.at > b.at ? 1 : 0) || CAUSE_AND_EFFECT.indexOf(a.what) - CAUSE_AND_EFFECT.indexOf(b.what),
  );
