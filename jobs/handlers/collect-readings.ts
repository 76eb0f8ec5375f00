import type { CivilDate } from "../../src/domain/time/civil-date.ts";
import type { Collected } from "../../src/usecases/readings/collect-readings.ts";
import type { AllJobHandlers } from "../definitions.ts";

/** Fetches the readings of the date from the vendor's platform; without one there is nothing to fetch. */
export const collectReadingsHandler =
  (
    collect: ((date: CivilDate, signal: AbortSignal) => Promise<Collected>) | undefined,
  ): AllJobHandlers["meters.collect"] =>
  async ({ date }, { signal }) => {
    if (!collect) return { state: "done", detail: "no meter source" };
    const { pages, taken, known, quarantined, missing } = await collect(date, signal);
    return {
      state: "done",
      detail: `${pages} pages: ${taken} taken, ${known} known, ${quarantined} in quarantine, ${missing} silent`,
    };
  };
