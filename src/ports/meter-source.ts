import type { CivilDate } from "../domain/time/civil-date.ts";
import type { RegisterValues } from "../domain/world/property.ts";

/** What a vendor's platform knows of one meter at the end of a day. */
export interface SourceReading {
  /** Our code of the meter, which is the vendor's name of the device. */
  readonly meter: string;
  readonly standsOn: CivilDate;
  readonly values: RegisterValues;
}

export interface SourcePage {
  readonly readings: readonly SourceReading[];
  /** Devices of the page that had no reading of that day (yet). */
  readonly missing: number;
  /** Of the next page; absent on the last one. */
  readonly nextCursor?: string;
}

/** A platform that reads meters by itself. */
export interface MeterSource {
  /** "thingsboard": part of what is stored with each reading. */
  readonly name: string;
  /**
   * The last readings of a day, a page of devices at a time; without a cursor the first page. A page that was read before
   * may be read again. Throws when the platform can't be reached or answers nonsense; the caller comes back later.
   */
  readPage(date: CivilDate, cursor?: string, signal?: AbortSignal): Promise<SourcePage>;
}
