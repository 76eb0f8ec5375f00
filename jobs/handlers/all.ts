import type { Database } from "../../src/db/client.ts";
import type { BusinessClock, WireClock } from "../../src/ports/clock.ts";
import type { AllJobHandlers } from "../definitions.ts";
import { prune } from "./prune.ts";

/** What the handlers' use cases need. */
export interface HandlerContext {
  readonly db: Database;
  readonly clocks: { readonly business: BusinessClock; readonly wire: WireClock };
}

/** A handler for every row of the table; a missing one does not compile. */
export const createHandlers = ({ db, clocks }: HandlerContext): AllJobHandlers => ({
  "housekeeping.prune": prune(db, clocks),
});
