import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type DunnedLine, type DunningFacts, dunningStage } from "../../../src/domain/dunning/dunning-stage.ts";
import { DEFAULT_DUNNING_LADDER, makesTask } from "../../../src/domain/dunning/ladder.ts";
import { addDays, parseCivilDate } from "../../../src/domain/time/civil-date.ts";

const START = parseCivilDate("2026-03-01");
const anyTime = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map(([hour, minute]) => `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`);

const seldom = fc.integer({ min: 0, max: 5 }).map((one) => one === 0);

const anyLine = fc
  .record({
    dueOffset: fc.integer({ min: -5, max: 20 }),
    openFen: fc.bigInt({ min: 0n, max: 3_000n }),
    disputed: seldom,
    held: seldom,
    promiseOffset: fc.option(fc.integer({ min: 0, max: 30 }), { nil: undefined }),
    /** The day on which it is paid, and before which look of the job: in the middle of a day the next bill is the oldest. */
    paid: fc.oneof(
      fc.integer({ min: 0, max: 60 }).map((on) => ({ on })),
      // On a day on which a step is said, too: what is left may have one of its own.
      fc.constantFrom(1, 7, 15, 30).map((after) => ({ after })),
    ),
    paidLook: fc.integer({ min: 0, max: 3 }),
  })
  .map(({ dueOffset, promiseOffset, paid, paidLook, ...rest }) => ({
    isPaid(day: number, look: number): boolean {
      const paidOn = "on" in paid ? paid.on : dueOffset + paid.after;
      return day > paidOn || (day === paidOn && look >= paidLook);
    },
    line: {
      ...rest,
      dueDate: addDays(START, dueOffset),
      ...(promiseOffset === undefined ? {} : { promisedUntil: addDays(START, promiseOffset) }),
    } satisfies DunnedLine,
  }));

const anyStory = fc.record({
  lines: fc.array(anyLine, { minLength: 1, maxLength: 4 }),
  /** When the job looks, three times a day. */
  times: fc.array(anyTime, { minLength: 3, maxLength: 3 }).map((times) => [...times].sort()),
});

describe("dunning, for all stories of 60 days", () => {
  it("speaks at most once a day, never at night or under 10 yuan, handles no step twice and skips none", () => {
    fc.assert(
      fc.property(anyStory, ({ lines, times }) => {
        const handled: DunningFacts["handled"][number][] = [];
        for (let day = 0; day <= 60; day += 1) {
          const date = addDays(START, day);
          let messages = 0;
          for (const [look, timeOfDay] of times.entries()) {
            const open = lines.filter((one) => !one.isPaid(day, look)).map((one) => one.line);
            const stage = dunningStage({
              date,
              timeOfDay,
              lines: open,
              held: false,
              handled,
              messagedToday: messages > 0,
              ladder: DEFAULT_DUNNING_LADDER,
            });
            if (stage.pause !== undefined) continue;
            messages += 1;
            expect(open).not.toEqual([]);
            expect(timeOfDay >= "09:00" && timeOfDay <= "20:00").toBe(true);
            const inScope = open.filter(
              (line) => !line.disputed && !line.held && !(line.promisedUntil && date <= line.promisedUntil),
            );
            expect(inScope.reduce((sum, line) => sum + line.openFen, 0n)).toBeGreaterThanOrEqual(1_000n);
            const done = [...stage.passedOver, stage.say];
            expect(stage.tasks).toEqual(done.filter(makesTask));
            for (const step of done) {
              expect(step.offsetDays).toBeLessThanOrEqual(stage.daysOverdue);
              expect(handled).not.toContainEqual({ ...step, dueDate: stage.dueDate });
              handled.push({ ...step, dueDate: stage.dueDate });
            }
            // every rung from +1 up to the one that was said is now behind this due date
            for (const step of DEFAULT_DUNNING_LADDER) {
              if (step.offsetDays < 0 || step.offsetDays > stage.say.offsetDays) continue;
              expect(handled).toContainEqual({ ...step, dueDate: stage.dueDate });
            }
          }
          expect(messages).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 400 },
    );
  });

  it("is a function of the facts: the order of lines does not matter", () => {
    fc.assert(
      fc.property(anyStory, fc.integer({ min: 0, max: 60 }), ({ lines }, day) => {
        const facts = {
          date: addDays(START, day),
          timeOfDay: "12:00",
          held: false,
          handled: [],
          messagedToday: false,
          ladder: DEFAULT_DUNNING_LADDER,
        };
        const open = lines.map((one) => one.line);
        expect(dunningStage({ ...facts, lines: [...open].reverse() })).toEqual(dunningStage({ ...facts, lines: open }));
      }),
    );
  });
});
