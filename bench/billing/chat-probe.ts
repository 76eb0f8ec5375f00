import { setTimeout as delay } from "node:timers/promises";
import { billView } from "../../bot/bill-view.ts";
import { understand } from "../../bot/understanding/understand.ts";
import { billCard } from "../../cards/bill-card.ts";
import { connectDatabase } from "../../src/db/client.ts";
import { inTransaction } from "../../src/db/transaction.ts";
import { parseCivilDate } from "../../src/domain/time/civil-date.ts";
import { findTenantBills } from "../../src/usecases/queries/tenant-bills.ts";

/*
 * chat-probe.ts <database url>: what a web process does for “查账单”, again and again as tenants would, until its input
 * ends; then prints the milliseconds of each as JSON.
 */

const PAUSE_MS = 50;
const [url = ""] = process.argv.slice(2);
const db = connectDatabase(url, { maxConnections: 2 });
const tenants = await db.$queryRaw<
  { id: string }[]
>`SELECT DISTINCT tenant_id AS id FROM bill WHERE state = 'published'`;
const today = parseCivilDate("2026-02-01");
const tookMs: number[] = [];
let open = true;
process.stdin.on("end", () => {
  open = false;
});
process.stdin.resume();
for (let asked = 0; open; asked++) {
  const tenantId = tenants[asked % tenants.length]?.id ?? "";
  const begunMs = performance.now();
  const { intent } = understand({ text: "查一下1月的账单", role: "tenant", now: "2026-02-01T10:00:00+08:00" });
  const bills = await inTransaction(db, (tx) => findTenantBills(tx, { tenantId, owed: true }, today));
  const cards = bills.map((bill) => billCard(billView(bill, undefined)));
  if (intent !== "bill.query" || cards.length === 0) throw new Error("the tenant got no answer");
  tookMs.push(performance.now() - begunMs);
  await delay(PAUSE_MS);
}
console.log(JSON.stringify(tookMs));
await db.$disconnect();
