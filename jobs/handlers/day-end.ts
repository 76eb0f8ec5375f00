import type { CivilDate } from "../../src/domain/time/civil-date.ts";
import type { AllJobHandlers } from "../definitions.ts";

/** Judges the day that has ended, for every account whose statements come in. */
export const closeDaysHandler =
  (
    close: (date: CivilDate) => Promise<{ readonly days: number; readonly closed: number }>,
  ): AllJobHandlers["day.close"] =>
  async ({ date }) => {
    const { days, closed } = await close(date);
    return { state: "done", detail: `${closed} of ${days} days closed` };
  };

/** 收款日报 to cashiers and finance managers. */
export const daySummaryHandler =
  (tell: (date: CivilDate) => Promise<number>): AllJobHandlers["day.summary"] =>
  async ({ date }) => ({ state: "done", detail: `${await tell(date)} people told` });
