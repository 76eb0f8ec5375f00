import type { Database } from "../src/db/client.ts";
import { claimRuns, finishRun, isRunOpen, knownRuns, reclaimRuns } from "../src/usecases/schedule/job-runs.ts";
import type { RunBook } from "./tick.ts";

/** The record of runs in the database. */
export const runBookOf = (db: Database): RunBook => ({
  known: (slots) => knownRuns(db, slots),
  claim: (slots) => claimRuns(db, slots),
  reclaim: (queuedForMs) => reclaimRuns(db, queuedForMs),
  isOpen: (slot) => isRunOpen(db, slot),
  finish: (slot, outcome) => finishRun(db, slot, outcome),
});
