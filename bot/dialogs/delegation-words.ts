import { addDays, type CivilDate, type DateRange } from "../../src/domain/time/civil-date.ts";
import type { StaffMember } from "../../src/usecases/staff/find-staff-member.ts";
import { plain } from "./flow.ts";
import { dayIn } from "./words.ts";

/** Colleagues whose name or code is in the words. */
export function namedIn(text: string, colleagues: readonly StaffMember[]): readonly StaffMember[] {
  const said = plain(text).toUpperCase();
  return colleagues.filter(({ name, code }) => said.includes(name.toUpperCase()) || standsIn(said, code.toUpperCase()));
}

/** Whether a code stands in words by itself: S1 is not in “S10”. Codes may hold what means something in a pattern. */
function standsIn(said: string, code: string): boolean {
  const pieces = said.split(code);
  return pieces.slice(1).some((after, index) => !/[A-Z0-9]$/.test(pieces[index] ?? "") && !/^[A-Z0-9]/.test(after));
}

/** “11月25日到11月30日”, “到11月30日”, “三天”, “明天”: from today where no beginning is named. */
export function daysIn(text: string, today: CivilDate): DateRange | undefined {
  const [before = "", ...after] = plain(text).split(/到|至|~|—/);
  const start = dayIn(before, today);
  const end = after.length === 0 ? undefined : dayIn(after.join("到"), start ?? today);
  if (end !== undefined) return { from: start ?? today, to: end };
  const count = /(\d{1,2}|[一二两三四五六七八九十])\s*天(?!前|后)/.exec(plain(text))?.[1];
  if (count !== undefined) {
    const days = /\d/.test(count) ? Number(count) : "零一二三四五六七八九十".indexOf(count.replace("两", "二"));
    const from = start ?? today;
    return days > 0 ? { from, to: addDays(from, days - 1) } : undefined;
  }
  return start === undefined ? undefined : { from: start, to: start };
}
