import type { Card } from "../../../cards/card.ts";
import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../db/client.ts";
import type { FieldEncryption } from "../../db/field-encryption.ts";
import { newId } from "../../db/ids.ts";
import type { SmsContent } from "../../db/outbox/enqueue.ts";
import { rows } from "../../db/rows.ts";
import { inTransaction, type Transaction } from "../../db/transaction.ts";
import type { DocumentStore } from "../../ports/document-store.ts";
import type { EmailSender } from "../../ports/email.ts";
import type { Messenger, Occasion, Platform, SendOutcome } from "../../ports/messenger.ts";
import type { SmsSender } from "../../ports/sms.ts";
import { recordResponseCode } from "../cards/card-copies.ts";
import { applyEarlyReport } from "./delivery-reports.ts";
import { mayHear, type OutboundPolicy, phoneForSms } from "./outbound-policy.ts";
import { sendContent } from "./send-content.ts";
import { sendEmail } from "./send-email.ts";

export interface RelayContext {
  /** By "platform|appId". */
  readonly messengers: ReadonlyMap<string, Messenger>;
  readonly sms: SmsSender | undefined;
  readonly email?: EmailSender | undefined;
  /** Undefined: no file messages can be sent. */
  readonly documents?: DocumentStore | undefined;
  /** The file of a paper, printed when there is none yet; undefined: nothing prints. */
  readonly printPaper?: ((documentId: string) => Promise<string | undefined>) | undefined;
  /** Asked right before a message leaves: false takes it back, because what it says is not true any more. */
  readonly stillHolds?: ((message: DueMessage) => Promise<boolean>) | undefined;
  readonly encryption: FieldEncryption;
  readonly outbound: OutboundPolicy;
  /** Names this process in claims. */
  readonly worker: string;
  readonly wireNowMs: () => number;
  /** What the platforms' message windows run on. */
  readonly businessNowMs: () => number;
  /** Tells the reader that a message may be there already: cards/resent.ts. */
  readonly markResent: (card: Card) => Card;
  /** Hears of what a messenger should not have thrown. */
  readonly onError?: (error: unknown, outboxId: string) => void;
}

export interface DueMessage {
  readonly id: string;
  readonly channel: Platform | "sms" | "email";
  readonly app_id: string;
  readonly recipient: string;
  readonly recipient_kind: "person" | "group";
  readonly person_id: string | null;
  readonly occasion: Occasion;
  readonly message: unknown;
  readonly dedupe_key: string;
  /** Ever made, this one included: the number of its delivery. */
  readonly attempts: number;
  /** Of those, the ones before an operator put it back in line. */
  readonly earlier_attempts: number;
  /** An earlier try may have arrived. */
  readonly resent: boolean;
  /** Since when the try is under way that may have arrived, milliseconds of the wire clock; `repeated`: this one repeats it. */
  readonly tried_since_ms: bigint;
  readonly repeated: boolean;
  /** Taken by the platform before and reported as not delivered: this one is another message to it. */
  readonly undelivered: number;
}

/** Vendors that get no answer in time are given up after 10 s; a claim outlives the whole batch by far. */
const CLAIM_SECONDS = 300;
const BATCH = 10;
/** "The head of a stream waits three tries at most, then is a dead letter and the stream goes on" (design.md section 2). */
const MAX_ATTEMPTS = 3;
const RETRY_SECONDS = [5, 30, 120];

/**
 * Sends the messages that are due, heads of their streams only, and returns how many were looked at. Safe to run in any
 * number of processes: a row is claimed before it is sent and an expired claim is taken up again, marked `resent`,
 * because the process may have died between the vendor's acceptance and our mark.
 */
export async function relayMessages(db: Database, context: RelayContext): Promise<number> {
  const due = await inTransaction(db, (tx) => claimDue(tx, context));
  // They are heads of different streams: one person's slow vendor is no reason to keep another waiting.
  const relayed = await Promise.allSettled(due.map((message) => relayMessage(db, message, context)));
  for (const outcome of relayed) if (outcome.status === "rejected") throw outcome.reason;
  return due.length;
}

async function relayMessage(db: Database, message: DueMessage, context: RelayContext): Promise<void> {
  const verdict = await sendMessage(db, message, context).catch((error: unknown): Verdict => {
    context.onError?.(error, message.id);
    // A messenger that throws may have thrown after the vendor's acceptance. The text may quote what we sent: not stored.
    return { state: "unknown", reason: error instanceof Error ? error.name : "unknown" };
  });
  await inTransaction(db, (tx) => recordOutcome(tx, message, verdict, context.wireNowMs()));
}

async function claimDue(tx: Transaction, context: RelayContext): Promise<DueMessage[]> {
  const nowIso = new Date(context.wireNowMs()).toISOString();
  return rows<DueMessage>(
    tx,
    Prisma.sql`
      WITH head AS (
        SELECT o.id, o.state = 'claimed' AS reclaimed FROM outbox o
        WHERE ((o.state = 'pending' AND o.not_before <= ${nowIso}::timestamptz)
            OR (o.state = 'claimed' AND o.claimed_until < ${nowIso}::timestamptz))
          AND NOT EXISTS (SELECT 1 FROM outbox before WHERE before.stream_key = o.stream_key
            AND before.stream_seq < o.stream_seq AND before.state IN ('pending', 'claimed'))
        ORDER BY o.not_before LIMIT ${BATCH} FOR UPDATE OF o SKIP LOCKED
      )
      UPDATE outbox o SET state = 'claimed', claimed_by = ${context.worker}, attempts = o.attempts + 1,
        claimed_until = ${nowIso}::timestamptz + make_interval(secs => ${CLAIM_SECONDS}::double precision),
        resent = o.resent OR head.reclaimed,
        tried_since = CASE WHEN (o.resent OR head.reclaimed) AND o.attempts > o.earlier_attempts
          THEN coalesce(o.tried_since, ${nowIso}::timestamptz) ELSE ${nowIso}::timestamptz END
      FROM head WHERE o.id = head.id
      RETURNING o.id, o.channel, o.app_id, o.recipient, o.recipient_kind, o.person_id, o.occasion, o.message,
        o.dedupe_key, o.attempts, o.earlier_attempts, o.resent,
        (extract(epoch FROM o.tried_since) * 1000)::bigint AS tried_since_ms,
        o.tried_since < ${nowIso}::timestamptz AS repeated, (SELECT count(*)::int FROM delivery d
          WHERE d.outbox_id = o.id AND d.state = 'undelivered') AS undelivered`,
  );
}

type Verdict = SendOutcome | { readonly state: "withheld" | "withdrawn" };

async function sendMessage(db: Database, due: DueMessage, context: RelayContext): Promise<Verdict> {
  if (triesOf(due) > MAX_ATTEMPTS) return { state: "unknown", reason: "every process that tried to send it died" };
  if (context.stillHolds !== undefined && !(await context.stillHolds(due))) return { state: "withdrawn" };
  if (!(await mayHear(db, due, context.outbound, context.encryption))) return { state: "withheld" };
  if (due.channel === "sms") return sendSms(db, due, context);
  if (due.channel === "email") return sendEmail(db, due, context);
  const messenger = context.messengers.get(`${due.channel}|${due.app_id}`);
  if (!messenger) return refused("CHANNEL_OFF", `${due.channel} is not configured`);
  return sendContent(db, messenger, due, context);
}

/** The number is read at the last moment: an outbox row names the person, never the phone. */
async function sendSms(db: Database, due: DueMessage, context: RelayContext): Promise<SendOutcome> {
  if (!context.sms) return refused("CHANNEL_OFF", "sms is not configured");
  const { phoneHash: _read, ...message } = due.message as SmsContent;
  const phone = await phoneForSms(db, due, context.encryption);
  if (phone === undefined) return refused("NO_PHONE", "the person has no phone number");
  const request = { madeAtMs: Number(due.tried_since_ms), isRepeat: due.repeated };
  return context.sms.send({ ...message, phone, dedupeKey: due.dedupe_key, request });
}

const conversationOf = (due: DueMessage): string => `${due.channel}|${due.app_id}|${due.recipient}`;

/** Since it was written, or since it was last put back in line. */
const triesOf = (due: DueMessage): number => due.attempts - due.earlier_attempts;

const refused = (code: string, reason: string): SendOutcome => ({
  state: "refused",
  code,
  reason,
  recipientGone: false,
});

async function recordOutcome(tx: Transaction, due: DueMessage, verdict: Verdict, nowMs: number): Promise<void> {
  const next = nextState(verdict, triesOf(due));
  const failure = "code" in verdict ? `${verdict.code} ${verdict.reason}` : "reason" in verdict ? verdict.reason : null;
  const again = next.state === "pending";
  // Only as long as the claim is ours: after a long sleep another relay may have sent it and said so.
  await tx.$executeRaw(Prisma.sql`UPDATE outbox SET state = ${next.state}, claimed_by = NULL, claimed_until = NULL,
    failure = ${failure}, sent_at = CASE WHEN ${next.state} = 'sent' THEN now() ELSE sent_at END,
    resent = resent OR ${again && verdict.state === "unknown"},
    not_before = CASE WHEN ${again} THEN ${new Date(nowMs + next.delaySeconds * 1000).toISOString()}::timestamptz
      ELSE not_before END
    WHERE id = ${due.id}::uuid AND state = 'claimed' AND attempts = ${due.attempts}`);
  if (verdict.state === "withheld" || verdict.state === "withdrawn") return;
  const via = verdict.state === "accepted" ? verdict.channel : due.channel;
  const vendorId = verdict.state === "accepted" ? (verdict.vendorId ?? "") : "";
  await tx.$executeRaw(Prisma.sql`INSERT INTO delivery (id, outbox_id, attempt, recipient, via, vendor_id, state, detail)
    VALUES (${newId()}::uuid, ${due.id}::uuid, ${due.attempts}, ${due.recipient}, ${via}, ${vendorId}, ${verdict.state},
      ${failure ?? ""}) ON CONFLICT (outbox_id, attempt) DO NOTHING`);
  if (verdict.state === "accepted" && verdict.responseCode !== undefined) {
    await recordResponseCode(tx, due.id, verdict.responseCode, nowMs);
  }
  if (vendorId !== "" && due.channel !== "sms") await applyEarlyReport(tx, conversationOf(due), vendorId);
  if (verdict.state === "refused" && verdict.recipientGone) {
    await tx.$executeRaw(Prisma.sql`UPDATE channel_identity SET reachable = false
      WHERE platform = ${due.channel} AND app_id = ${due.app_id} AND external_id = ${due.recipient}`);
  }
}

function nextState(verdict: Verdict, tries: number): { state: string; delaySeconds: number } {
  switch (verdict.state) {
    case "accepted":
      return { state: "sent", delaySeconds: 0 };
    case "withheld":
    case "withdrawn":
      return { state: verdict.state, delaySeconds: 0 };
    case "refused":
      return { state: "dead", delaySeconds: 0 };
    case "later":
    case "unknown": {
      if (tries >= MAX_ATTEMPTS) return { state: "dead", delaySeconds: 0 };
      const asked = verdict.state === "later" ? verdict.retryAfterMs / 1000 : 0;
      return { state: "pending", delaySeconds: Math.max(asked, RETRY_SECONDS[tries - 1] ?? 0) };
    }
    default:
      return verdict satisfies never;
  }
}
