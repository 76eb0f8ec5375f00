/** Shanghai has kept one offset since 1991. */
const SHANGHAI_AHEAD_MS = 8 * 3_600_000;
const FIRST_SECOND = "09:00:00";
const LAST_SECOND = "20:00:00";

/** "09:00:00" in Shanghai at an instant, milliseconds since 1970. */
export const timeOfDayAt = (epochMs: number): string =>
  new Date(epochMs + SHANGHAI_AHEAD_MS).toISOString().slice("YYYY-MM-DDT".length, "YYYY-MM-DDTHH:MM:SS".length);

/** Before nine and after eight in the evening nobody is dunned. `timeOfDay`: "HH:MM" or "HH:MM:SS". */
export function isQuiet(timeOfDay: string): boolean {
  const time = timeOfDay.length === "HH:MM".length ? `${timeOfDay}:00` : timeOfDay;
  return time < FIRST_SECOND || time > LAST_SECOND;
}
