import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { InboundEvent } from "../../bot/events.ts";
import type { ReportServices } from "../../bot/report-services.ts";
import { textCard } from "../../cards/card.ts";
import type { FieldEncryption } from "../db/field-encryption.ts";
import { enqueueMessages } from "../db/outbox/enqueue.ts";
import type { Transaction } from "../db/transaction.ts";
import type { CivilDate } from "../domain/time/civil-date.ts";
import { writeTableFile } from "../reports/table-file.ts";
import { storeFile } from "../usecases/documents/file-store.ts";
import { agingOf } from "../usecases/reports/aging.ts";
import { collectionOf } from "../usecases/reports/collection.ts";
import { forecastOf } from "../usecases/reports/forecast.ts";
import { findReportPlace } from "../usecases/reports/place.ts";
import { type ReportSheet, reportSheet } from "../usecases/reports/report-lists.ts";

const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/** Reports and lists for the chat of the staff; a file goes through the outbox, like everything that is said. */
export const reportServicesOf = (
  tx: Transaction,
  event: InboundEvent,
  deps: { readonly today: CivilDate; readonly encryption: FieldEncryption },
): ReportServices => ({
  reportPlace: (member, words) => findReportPlace(tx, member, words),
  collection: (place, months) => collectionOf(tx, place, months),
  aging: (place) => agingOf(tx, place, deps.today),
  forecast: (place) => forecastOf(tx, place, deps.today),
  async sendList(member, list, place, months) {
    const sheet = await reportSheet(tx, list, { member, place, months, today: deps.today });
    const { bytes, rows } = await inMemory(sheet);
    const fileName = `${[sheet.sheetName, place.name, deps.today].filter((part) => part !== "").join("-")}.xlsx`;
    if (rows === 0) return { fileName, rows };
    const documentId = await storeFile(tx, deps.encryption, { fileName, mediaType: XLSX, bytes });
    await enqueueMessages(tx, [
      {
        channel: event.platform,
        appId: event.appId,
        // To the person, also when the wish was said in a group: a portfolio is nobody else's to read.
        recipient: event.senderId,
        personId: member.personId,
        occasion: "reply",
        message: { kind: "file", documentId, fallback: textCard(fileName) },
        dedupeKey: `list|${documentId}`,
      },
    ]);
    return { fileName, rows };
  },
});

async function inMemory(sheet: ReportSheet): Promise<{ readonly bytes: Uint8Array; readonly rows: number }> {
  const folder = await mkdtemp(join(tmpdir(), "list-"));
  try {
    const written = await writeTableFile(join(folder, "list.xlsx"), "xlsx", sheet);
    return { bytes: await readFile(written.file), rows: written.rows };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
