import type { Card } from "../../../cards/card.ts";
import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../db/client.ts";
import type { FieldEncryption } from "../../db/field-encryption.ts";
import { newId } from "../../db/ids.ts";
import type { SmsContent } from "../../db/outbox/enqueue.ts";
import { rows } from "../../db/rows.ts";
import { inTransaction, type Transaction } from "../../db/transaction.ts";
import type { Messenger, Occasion, Platform, SendOutcome } from "../../ports/messenger.ts";
import type { SmsSender } from "../../ports/sms.ts";

/** Who may be written to: a pilot on real data messages nobody by accident (interfaces.md section 7, OUTBOUND). */
export interface OutboundPolicy {
  readonly mode: "live" | "allowlist" | "off";
  /** External ids and, for SMS, person ids. */
  readonly allowlist: ReadonlySet<string>;
}

export interface RelayContext {
  /** By "platform|appId". */
  readonly messengers: ReadonlyMap<string, Messenger>;
  readonly sms: SmsSender | undefined;
  readonly encryption: FieldEncryption;
  readonly outbound: OutboundPolicy;
  /** Names this process in claims. */
  readonly worker: string;
  readonly wireNowMs: () => number;
  /** Hears of what a messenger should not have thrown. */
  readonly onError?: (error: unknown, outboxId: string) => void;
}

interface DueMessage {
  readonly id: string;
  readonly channel: Platform | "sms";
  readonly app_id: string;
  readonly recipient: string;
  readonly occasion: Occasion;
  readonly message: unknown;
  readonly dedupe_key: string;
  readonly attempts: number;
  readonly reclaimed: boolean;
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
        resent = o.resent OR head.reclaimed
      FROM head WHERE o.id = head.id
      RETURNING o.id, o.channel, o.app_id, o.recipient, o.occasion, o.message, o.dedupe_key, o.attempts, head.reclaimed`,
  );
}

type Verdict = SendOutcome | { readonly state: "withheld" };

async function sendMessage(db: Database, due: DueMessage, context: RelayContext): Promise<Verdict> {
  if (due.attempts > MAX_ATTEMPTS) return { state: "unknown", reason: "every process that tried to send it died" };
  const { mode, allowlist } = context.outbound;
  if (mode === "off" || (mode === "allowlist" && !allowlist.has(due.recipient))) return { state: "withheld" };
  if (due.channel === "sms") return sendSms(db, due, context);
  const messenger = context.messengers.get(`${due.channel}|${due.app_id}`);
  if (!messenger) return refused("CHANNEL_OFF", `${due.channel} is not configured`);
  return messenger.send(
    { kind: "person", externalId: due.recipient },
    { occasion: due.occasion, card: due.message as Card, dedupeKey: due.dedupe_key },
  );
}

/** The number is read at the last moment: an outbox row names the person, never the phone. */
async function sendSms(db: Database, due: DueMessage, context: RelayContext): Promise<SendOutcome> {
  if (!context.sms) return refused("CHANNEL_OFF", "sms is not configured");
  const { phoneHash, ...message } = due.message as SmsContent;
  const [phone] = await rows<{ phone_cipher: Uint8Array; phone_key_id: string }>(
    db,
    Prisma.sql`SELECT phone_cipher, phone_key_id FROM person_phone WHERE person_id = ${due.recipient}::uuid
      AND (${phoneHash ?? ""} = '' OR phone_hash = decode(${phoneHash ?? ""}, 'hex')) LIMIT 1`,
  );
  if (!phone) return refused("NO_PHONE", "the person has no phone number");
  return context.sms.send({
    ...message,
    phone: context.encryption.decrypt(phone.phone_cipher, phone.phone_key_id),
    dedupeKey: due.dedupe_key,
  });
}

const refused = (code: string, reason: string): SendOutcome => ({
  state: "refused",
  code,
  reason,
  recipientGone: false,
});

async function recordOutcome(tx: Transaction, due: DueMessage, verdict: Verdict, nowMs: number): Promise<void> {
  const next = nextState(verdict, due.attempts);
  const failure = "code" in verdict ? `${verdict.code} ${verdict.reason}` : "reason" in verdict ? verdict.reason : null;
  const again = next.state === "pending";
  // Only as long as the claim is ours: after a long sleep another relay may have sent it and said so.
  await tx.$executeRaw(Prisma.sql`UPDATE outbox SET state = ${next.state}, claimed_by = NULL, claimed_until = NULL,
    failure = ${failure}, sent_at = CASE WHEN ${next.state} = 'sent' THEN now() ELSE sent_at END,
    resent = resent OR ${again && verdict.state === "unknown"},
    not_before = CASE WHEN ${again} THEN ${new Date(nowMs + next.delaySeconds * 1000).toISOString()}::timestamptz
      ELSE not_before END
    WHERE id = ${due.id}::uuid AND state = 'claimed' AND attempts = ${due.attempts}`);
  if (verdict.state === "withheld") return;
  const via = verdict.state === "accepted" ? verdict.channel : due.channel;
  const vendorId = verdict.state === "accepted" ? (verdict.vendorId ?? "") : "";
  await tx.$executeRaw(Prisma.sql`INSERT INTO delivery (id, outbox_id, attempt, recipient, via, vendor_id, state, detail)
    VALUES (${newId()}::uuid, ${due.id}::uuid, ${due.attempts}, ${due.recipient}, ${via}, ${vendorId}, ${verdict.state},
      ${failure ?? ""}) ON CONFLICT (outbox_id, attempt) DO NOTHING`);
  if (vendorId !== "" && due.channel !== "sms") await applyEarlyReport(tx, due, vendorId);
  if (verdict.state === "refused" && verdict.recipientGone) {
    await tx.$executeRaw(Prisma.sql`UPDATE channel_identity SET reachable = false
      WHERE platform = ${due.channel} AND app_id = ${due.app_id} AND external_id = ${due.recipient}`);
  }
}

function nextState(verdict: Verdict, attempts: number): { state: string; delaySeconds: number } {
  switch (verdict.state) {
    case "accepted":
      return { state: "sent", delaySeconds: 0 };
    case "withheld":
      return { state: "withheld", delaySeconds: 0 };
    case "refused":
      return { state: "dead", delaySeconds: 0 };
    case "later":
    case "unknown": {
      if (attempts >= MAX_ATTEMPTS) return { state: "dead", delaySeconds: 0 };
      const asked = verdict.state === "later" ? verdict.retryAfterMs / 1000 : 0;
      return { state: "pending", delaySeconds: Math.max(asked, RETRY_SECONDS[attempts - 1] ?? 0) };
    }
    default:
      return verdict satisfies never;
  }
}

/**
 * A report may overtake the answer to our own request: then it was handled before there was a delivery to report on. The
 * conversation's lock makes "handled before" and "comes after" the only two cases.
 */
async function applyEarlyReport(tx: Transaction, due: DueMessage, vendorId: string): Promise<void> {
  const conversationKey = `${due.channel}|${due.app_id}|${due.recipient}`;
  await tx.$executeRaw(Prisma.sql`INSERT INTO conversation (key) VALUES (${conversationKey}) ON CONFLICT DO NOTHING`);
  await tx.$queryRaw(Prisma.sql`SELECT 1 AS held FROM conversation WHERE key = ${conversationKey} FOR UPDATE`);
  const [early] = await rows<{ delivered: boolean; detail: string }>(
    tx,
    Prisma.sql`SELECT (event->>'delivered')::boolean AS delivered, event->>'detail' AS detail FROM inbox_event
      WHERE conversation_key = ${conversationKey} AND state = 'handled'
        AND event->>'kind' = 'delivery' AND event->>'vendorId' = ${vendorId} LIMIT 1`,
  );
  if (early) await recordDelivery(tx, { vendorId, ...early });
}

/** The platform reports later what became of a message (TEMPLATESENDJOBFINISH). */
export async function recordDelivery(
  tx: Transaction,
  report: { readonly vendorId: string; readonly delivered: boolean; readonly detail: string },
): Promise<void> {
  await tx.$executeRaw(Prisma.sql`UPDATE delivery SET state = ${report.delivered ? "delivered" : "undelivered"},
    detail = ${report.detail} WHERE vendor_id = ${report.vendorId} AND state = 'accepted'`);
}
