type Insert<Result> = (table: string, values: Record<string, unknown>) => Promise<Result>;

/** A row in every table of migration 0016, for every-table.ts. */
export async function insertMeterRows(
  row: Insert<string>,
  keyed: Insert<void>,
  { leaseId, billId }: { readonly leaseId: string; readonly billId: string },
): Promise<void> {
  await row("reading_quarantine", {
    fingerprint: "f",
    meter_code: "M?",
    stands_on: "2026-08-05",
    readings: {},
    source: "file:a.csv",
    code: "METER_UNKNOWN",
    message: "?",
    state: "open",
  });
  await keyed("reading_collection", { source: "thingsboard", reading_date: "2026-08-05", state: "running" });
  await keyed("reading_file", {
    sha256: "s",
    name: "a.csv",
    template: "generic",
    rows: 1,
    imported_by: "S01",
    imported_on: "2026-08-05",
  });
  await row("one_off_charge", {
    number: "one-off-00001",
    lease_id: leaseId,
    kind: "service",
    amount_fen: "100",
    reason: "换锁",
    requested_by: "S01",
    approved_by: "S02",
    bill_id: billId,
    business_date: "2026-08-05",
  });
}
