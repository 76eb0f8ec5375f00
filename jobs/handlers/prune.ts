import type { Database } from "../../src/db/client.ts";
import type { BusinessClock, WireClock } from "../../src/ports/clock.ts";
import { pruneExpired } from "../../src/usecases/schedule/prune-expired.ts";
import type { AllJobHandlers } from "../definitions.ts";

/** Forgets what expired more than a week ago. */
export const prune =
  (
    db: Database,
    clocks: { readonly business: BusinessClock; readonly wire: WireClock },
  ): AllJobHandlers["housekeeping.prune"] =>
  async () => {
    const counts = await pruneExpired(db, { business: clocks.business.nowMs(), wire: clocks.wire.nowMs() });
    return { state: "done", detail: JSON.stringify(counts) };
  };
