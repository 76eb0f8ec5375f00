import { dunningWords, taskCards } from "../../../bot/notices/dunning-notices.ts";
import type { Card } from "../../../cards/card.ts";
import { markResent } from "../../../cards/resent.ts";
import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../../src/db/client.ts";
import { createFieldEncryption } from "../../../src/db/field-encryption.ts";
import { rows } from "../../../src/db/rows.ts";
import { readWorld } from "../../../src/domain/world/read-world.ts";
import type { Messenger, OutgoingMessage, Recipient, SendOutcome } from "../../../src/ports/messenger.ts";
import type { SmsMessage } from "../../../src/ports/sms.ts";
import type { DunningContext } from "../../../src/usecases/dunning/context.ts";
import { stillHolds } from "../../../src/usecases/dunning/recheck-message.ts";
import { importWorld } from "../../../src/usecases/import-world/import-world.ts";
import { type RelayContext, relayMessages } from "../../../src/usecases/outbox/relay-messages.ts";
import type { MovableClock } from "../../support/clock.ts";
import { CONVERSATION_WORLD } from "../../support/conversation-world.ts";

export const DUNNING_ENCRYPTION = createFieldEncryption([Buffer.alloc(32, 9)]);
export const CORP = "corp";
export const OFFICIAL_ACCOUNT = "wx";

type Policies = { readonly dunning?: readonly { readonly offsetDays: number; readonly action: string }[] };

/** The park of the conversations with an area manager and people with mailboxes. */
export async function importDunningPark(
  db: Database,
  today: string,
  policies: Policies = {},
  changes: object = {},
): Promise<void> {
  const document = {
    ...CONVERSATION_WORLD,
    ...changes,
    policies,
    staff: [
      { code: "S01", name: "李管家", roles: ["steward"], projects: ["DG"], wecomUserId: "li" },
      { code: "S02", name: "赵经理", roles: ["area-manager"], projects: ["DG"], wecomUserId: "zhao" },
      { code: "S03", name: "孙管家", roles: ["steward"], projects: ["DG"], wecomUserId: "sun" },
    ],
  };
  const read = readWorld(document, { today: today as never });
  if (!read.ok) throw new Error(JSON.stringify(read.errors));
  const result = await importWorld(db, read.world, {
    actor: "staff:S01",
    channel: "cli",
    today: today as never,
    encryption: DUNNING_ENCRYPTION,
    apps: { "official-account": OFFICIAL_ACCOUNT, wecom: CORP },
    dryRun: false,
  });
  if (!result.ok) throw new Error(JSON.stringify(result.errors));
}

export const dunningContext = (clock: MovableClock, off: Partial<DunningContext> = {}): DunningContext => ({
  clock,
  officialAccountAppId: OFFICIAL_ACCOUNT,
  hasSms: true,
  hasEmail: true,
  words: dunningWords,
  payUrl: ({ billNos }) => `https://park.example.com/h5/pay?t=${billNos.join("+")}`,
  letterUrl: (documentId) => `https://park.example.com/h5/document/${documentId}`,
  ...off,
});

export const CARDS = taskCards();

export interface Sent {
  readonly way: string;
  readonly to: string;
  readonly title: string;
  readonly amount: string | undefined;
}

/** Far ends that remember what reached them; `outcomes` says what a recipient's platform answers instead of taking it. */
export function farEnds(db: Database, clock: MovableClock) {
  const sent: Sent[] = [];
  const outcomes = new Map<string, SendOutcome>();
  const messenger = (platform: Messenger["platform"], appId: string): Messenger => ({
    platform,
    appId,
    async send(recipient: Recipient, message: OutgoingMessage): Promise<SendOutcome> {
      const refused = outcomes.get(recipient.externalId);
      if (refused) return refused;
      const { title, emphasis }: Card = message.card;
      sent.push({ way: platform, to: recipient.externalId, title, amount: emphasis?.value });
      return { state: "accepted", channel: platform, vendorId: `v${sent.length}` };
    },
  });
  const context: RelayContext = {
    messengers: new Map([
      [`official-account|${OFFICIAL_ACCOUNT}`, messenger("official-account", OFFICIAL_ACCOUNT)],
      [`wecom|${CORP}`, messenger("wecom", CORP)],
    ]),
    sms: {
      async send({ phone, parameters }: SmsMessage): Promise<SendOutcome> {
        const refused = outcomes.get(phone);
        if (refused) return refused;
        sent.push({ way: "sms", to: phone, title: parameters.code ?? "", amount: parameters.amount });
        return { state: "accepted", channel: "sms", vendorId: `v${sent.length}` };
      },
    },
    email: {
      async send({ to, subject, attachments }) {
        sent.push({ way: "email", to, title: subject, amount: String(attachments.length) });
        return { state: "accepted", channel: "email" };
      },
    },
    printPaper: async () => "file-1",
    documents: {
      read: async () => ({ fileName: "催款函.pdf", mediaType: "application/pdf", bytes: new Uint8Array([1]) }),
    },
    encryption: DUNNING_ENCRYPTION,
    outbound: { mode: "live", allowlist: new Set() },
    worker: "test",
    // No message waits for the wire clock here.
    wireNowMs: () => Date.now() + 60_000,
    businessNowMs: clock.nowMs,
    markResent,
    stillHolds: (message) => stillHolds(db, message, clock),
  };
  return {
    sent,
    outcomes,
    context,
    /** Everything that is due leaves. */
    async relay(changed: Partial<RelayContext> = {}): Promise<void> {
      while ((await relayMessages(db, { ...context, ...changed })) > 0);
    },
    /** To tenants since the last look. */
    take(): Sent[] {
      return sent.splice(0).filter(({ way }) => way !== "wecom");
    },
  };
}

/** What dunning has on record of a tenant, in order. */
export const stepsOf = (db: Database, tenant: string) =>
  rows<{ on: string; due: string; action: string; said: boolean; recalled: boolean }>(
    db,
    Prisma.sql`SELECT s.handled_on::text AS on, s.due_date::text AS due, s.action, s.said, s.recalled_at IS NOT NULL AS recalled
      FROM dunning_step s JOIN tenant t ON t.id = s.tenant_id WHERE t.code = ${tenant} ORDER BY s.handled_at, s.offset_days`,
  );

export const tasksOf = (db: Database) =>
  rows<{ kind: string; tenant: string; who: string | null; state: string; reason: string | null }>(
    db,
    Prisma.sql`SELECT k.kind, t.code AS tenant, s.code AS who, k.state, k.closed_reason AS reason FROM steward_task k
      JOIN tenant t ON t.id = k.tenant_id LEFT JOIN staff s ON s.id = k.assignee_id ORDER BY k.number`,
  );
