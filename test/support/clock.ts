import { type CivilDate, civilDateAt } from "../../src/domain/time/civil-date.ts";
import type { BusinessClock, WireClock } from "../../src/ports/clock.ts";

/** A business clock that stands still until the test moves it. */
export interface MovableClock extends BusinessClock, WireClock {
  /** To an instant, e.g. "2026-08-15T09:00:00+08:00", or to nine in the morning, Shanghai, of a date. */
  moveTo(instantOrDate: string): void;
  advanceMs(ms: number): void;
  advanceDays(days: number): void;
}

const DAY_MS = 86_400_000;

export function movableClock(instantOrDate: string): MovableClock {
  let nowMs = parse(instantOrDate);
  return {
    nowMs: () => nowMs,
    today: (): CivilDate => civilDateAt(nowMs),
    moveTo(to) {
      nowMs = parse(to);
    },
    advanceMs(ms) {
      nowMs += ms;
    },
    advanceDays(days) {
      nowMs += days * DAY_MS;
    },
  };
}

function parse(instantOrDate: string): number {
  const ms = Date.parse(/^\d{4}-\d{2}-\d{2}$/.test(instantOrDate) ? `${instantOrDate}T09:00:00+08:00` : instantOrDate);
  if (Number.isNaN(ms)) throw new RangeError(`not an instant or date: ${instantOrDate}`);
  return ms;
}
