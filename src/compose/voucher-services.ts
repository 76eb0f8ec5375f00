import type { InboundEvent } from "../../bot/events.ts";
import { voucherCard } from "../../bot/staff/vouchers.ts";
import type { SentVouchers, VoucherServices } from "../../bot/voucher-services.ts";
import type { FieldEncryption } from "../db/field-encryption.ts";
import { enqueueMessages } from "../db/outbox/enqueue.ts";
import type { Transaction } from "../db/transaction.ts";
import type { Fen } from "../domain/money/fen.ts";
import type { CivilDate } from "../domain/time/civil-date.ts";
import { storeFile } from "../usecases/documents/file-store.ts";
import { type ExportedEntry, exportVouchersIn } from "../usecases/vouchers/export-vouchers.ts";
import { voucherFile } from "../vouchers/voucher-file.ts";

/** Vouchers for the chat of the staff: written in the transaction of the message, the file goes through the outbox. */
export const voucherServicesOf = (
  tx: Transaction,
  event: InboundEvent,
  deps: { readonly today: CivilDate; readonly encryption: FieldEncryption },
): VoucherServices => ({
  async sendVouchers(member, month, format) {
    const exported = await exportVouchersIn(
      tx,
      { month, entityIds: member.entityIds },
      { actor: `staff:${member.code}`, channel: event.platform, today: deps.today },
    );
    if (!exported.ok) return { ok: false, problems: exported.problems.map((one) => `${one.entity} ${one.message}`) };
    const file = await voucherFile(format, `凭证${month}-${format}`, exported.entries);
    const told: SentVouchers = {
      ok: true,
      fileName: file.fileName,
      ...figuresOf(exported.entries),
      newVouchers: exported.newVouchers,
    };
    if (exported.entries.length === 0) return told;
    const documentId = await storeFile(tx, deps.encryption, file);
    await enqueueMessages(tx, [
      {
        channel: event.platform,
        appId: event.appId,
        // To the person, also when the wish was said in a group: books are nobody else's to read.
        recipient: event.senderId,
        personId: member.personId,
        occasion: "reply",
        message: { kind: "file", documentId, fallback: voucherCard(told, month) },
        dedupeKey: `vouchers|${documentId}`,
      },
    ]);
    return told;
  },
});

function figuresOf(entries: readonly ExportedEntry[]) {
  const sum = (of: (entry: ExportedEntry) => Fen): Fen => entries.reduce((total, entry) => total + of(entry), 0n);
  return {
    vouchers: new Set(entries.map((entry) => `${entry.entityCode}|${entry.word}|${entry.number}`)).size,
    debitFen: sum((entry) => entry.debitFen),
    creditFen: sum((entry) => entry.creditFen),
    books: new Set(entries.map((entry) => entry.bookCode)).size,
  };
}
