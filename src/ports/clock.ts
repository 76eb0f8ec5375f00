import type { CivilDate } from "../domain/time/civil-date.ts";

/** The movable clock of the business: due dates, schedules, quiet hours, value dates (design.md section 2). */
export interface BusinessClock {
  /** Today's civil date in Shanghai. */
  today(): CivilDate;
  /** Milliseconds since 1970. */
  nowMs(): number;
}

/** The real clock: signatures, tokens, leases of rows, queues. Never moved, not even by a demo. */
export interface WireClock {
  nowMs(): number;
}
