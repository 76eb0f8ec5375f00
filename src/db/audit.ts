import { Prisma } from "../../generated/prisma/client.ts";
import type { CivilDate } from "../domain/time/civil-date.ts";
import { newId } from "./ids.ts";
import { toRecordset } from "./recordset.ts";
import type { Transaction } from "./transaction.ts";

/** Who did what, from where. `actor` is "staff:S01", "person:<id>", "job:billing" or "channel:wechat". */
export interface Actor {
  readonly actor: string;
  /** "cli", "official-account", "wecom", "h5", "job", "wechat-pay" … */
  readonly channel: string;
  readonly ip?: string | undefined;
}

export interface AuditRecord extends Actor {
  readonly businessDate: CivilDate;
  readonly action: string;
  readonly subjectKind: string;
  readonly subjectId: string;
  readonly before?: object | undefined;
  readonly after?: object | undefined;
}

/** Writes audit events in the transaction that made them true. A job seals them into the hash chain. */
export async function recordAudit(tx: Transaction, records: readonly AuditRecord[]): Promise<void> {
  if (records.length === 0) return;
  const values = records.map((record) => ({
    id: newId(),
    business_date: record.businessDate,
    actor: record.actor,
    channel: record.channel,
    ip: record.ip ?? null,
    action: record.action,
    subject_kind: record.subjectKind,
    subject_id: record.subjectId,
    before: record.before ?? null,
    after: record.after ?? null,
  }));
  await tx.$executeRaw(Prisma.sql`
    INSERT INTO audit_event (id, business_date, actor, channel, ip, action, subject_kind, subject_id, before, after)
    SELECT * FROM jsonb_to_recordset(${toRecordset(values)}::jsonb) AS t(
      id uuid, business_date date, actor text, channel text, ip text, action text, subject_kind text, subject_id text,
      before jsonb, after jsonb)`);
}
