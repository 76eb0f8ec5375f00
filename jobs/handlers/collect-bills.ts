import type { CivilDate } from "../../src/domain/time/civil-date.ts";
import type { CollectedBill } from "../../src/usecases/statements/collect-bills.ts";
import type { AllJobHandlers } from "../definitions.ts";

/** Fetches the channels' bills. What is not ready or failed is asked for again by the next slot, half an hour later. */
export const collectBillsHandler =
  (collect: ((through: CivilDate) => Promise<readonly CollectedBill[]>) | undefined): AllJobHandlers["bills.collect"] =>
  async ({ date }) => {
    if (collect === undefined) return { state: "done", detail: "no merchant account is configured" };
    const bills = await collect(date);
    const failed = bills.filter(({ outcome }) => outcome === "failed");
    const detail = [
      `${bills.filter(({ outcome }) => outcome === "imported").length} imported`,
      `${bills.filter(({ outcome }) => outcome === "creating").length} not ready`,
      ...failed.map(({ accountCode, kind, date: day, detail: why }) => `${accountCode} ${kind} ${day}: ${why}`),
    ].join(", ");
    return { state: "done", detail };
  };
