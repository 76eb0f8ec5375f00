import type { Cue } from "./cue.ts";
import { SMALL_TALK_CUES } from "./small-talk.ts";
import { REPORT_CUES } from "./staff-reports.ts";
import { ROUNDS_CUES } from "./staff-rounds.ts";
import { STAFF_UNKNOWN_CUES } from "./unknown-cues.ts";

/** Everything a steward's or manager's message can mean; between equal scores the earlier stands. */
export const STAFF_CUES: readonly Cue[] = [...ROUNDS_CUES, ...REPORT_CUES, ...SMALL_TALK_CUES, ...STAFF_UNKNOWN_CUES];
