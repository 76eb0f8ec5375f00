import type { CivilDate } from "../../src/domain/time/civil-date.ts";
import type { ReleasedMonth } from "../../src/usecases/deferrals/release-deferred-income.ts";
import type { AllJobHandlers } from "../definitions.ts";

/** Releases deferred income of the months up to that of the date. */
export const releaseDeferredHandler =
  (release: (today: CivilDate) => Promise<readonly ReleasedMonth[]>): AllJobHandlers["deferral.release"] =>
  async ({ date }) => {
    const months = await release(date);
    return { state: "done", detail: `${months.length} months released` };
  };
