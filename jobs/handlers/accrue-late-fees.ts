import type { CivilDate } from "../../src/domain/time/civil-date.ts";
import type { NightlyAccrual } from "../../src/usecases/late-fees/accrue-nightly.ts";
import type { AllJobHandlers } from "../definitions.ts";

/** Posts late fees through the end of the date. */
export const accrueLateFeesHandler =
  (accrue: (throughDate: CivilDate) => Promise<NightlyAccrual>): AllJobHandlers["late-fee.accrue"] =>
  async ({ date }) => {
    const { accounts, lines, postedFen } = await accrue(date);
    return { state: "done", detail: `${lines} lines of ${accounts} accounts, ${postedFen} fen` };
  };
