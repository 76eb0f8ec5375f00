import { describe, expect, it } from "vitest";
import { type DunnedLine, type DunningFacts, dunningStage } from "../../../src/domain/dunning/dunning-stage.ts";
import { DEFAULT_DUNNING_LADDER, type DunningStep } from "../../../src/domain/dunning/ladder.ts";
import { addDays, type CivilDate, parseCivilDate as date } from "../../../src/domain/time/civil-date.ts";

const DUE = date("2026-03-10");
const [REMIND, NOTICE, TASK, FORMAL, ESCALATE] = DEFAULT_DUNNING_LADDER as [
  DunningStep,
  DunningStep,
  DunningStep,
  DunningStep,
  DunningStep,
];

const line = (change: Partial<DunnedLine> = {}): DunnedLine => ({
  dueDate: DUE,
  openFen: 100_000n,
  disputed: false,
  held: false,
  ...change,
});
const facts = (daysOverdue: number, change: Partial<DunningFacts> = {}): DunningFacts => ({
  date: addDays(DUE, daysOverdue),
  timeOfDay: "10:00",
  lines: [line()],
  held: false,
  handled: [],
  messagedToday: false,
  ladder: DEFAULT_DUNNING_LADDER,
  ...change,
});
const handled = (dueDate: CivilDate, ...steps: DunningStep[]) => steps.map((step) => ({ ...step, dueDate }));

describe("dunning stage", () => {
  it.each<{ name: string; facts: DunningFacts; say: DunningStep; tasks?: DunningStep[]; passedOver?: DunningStep[] }>([
    { name: "three days before: the reminder", facts: facts(-3), say: REMIND },
    { name: "one day before: still the reminder", facts: facts(-1), say: REMIND },
    { name: "the day after: the notice", facts: facts(1), say: NOTICE },
    {
      name: "a week after: the steward's task",
      facts: facts(7, { handled: handled(DUE, REMIND, NOTICE) }),
      say: TASK,
      tasks: [TASK],
    },
    {
      name: "nothing said for 16 days: the highest is said, all tasks are made, the lower are passed over",
      facts: facts(16),
      say: FORMAL,
      tasks: [TASK, FORMAL],
      passedOver: [NOTICE, TASK],
    },
    {
      name: "30 days: the manager hears of it",
      facts: facts(30, { handled: handled(DUE, NOTICE, TASK, FORMAL) }),
      say: ESCALATE,
      tasks: [ESCALATE],
    },
    {
      name: "the oldest bill paid: the ladder of the next one starts on its own first rung",
      facts: facts(10, {
        lines: [line({ dueDate: addDays(DUE, 8) })],
        handled: handled(DUE, NOTICE, TASK),
      }),
      say: NOTICE,
    },
    {
      name: "the earliest due date counts, over all leases",
      facts: facts(0, { lines: [line(), line({ dueDate: addDays(DUE, -7) })] }),
      say: TASK,
      tasks: [TASK],
      passedOver: [NOTICE],
    },
    {
      name: "a broken promise: resumed the next day",
      facts: facts(4, { promisedUntil: addDays(DUE, 3) }),
      say: NOTICE,
    },
    {
      name: "a promised, a disputed and a held line rest, the younger one goes on",
      facts: facts(2, {
        lines: [
          line({ dueDate: addDays(DUE, -30), promisedUntil: addDays(DUE, 2) }),
          line({ dueDate: addDays(DUE, -30), disputed: true }),
          line({ dueDate: addDays(DUE, -30), held: true }),
          line(),
        ],
      }),
      say: NOTICE,
    },
    {
      name: "10.00 yuan are enough",
      facts: facts(1, { lines: [line({ openFen: 400n }), line({ openFen: 600n })] }),
      say: NOTICE,
    },
    { name: "09:00 is not too early", facts: facts(1, { timeOfDay: "09:00" }), say: NOTICE },
    { name: "20:00 is not too late", facts: facts(1, { timeOfDay: "20:00:00" }), say: NOTICE },
    {
      name: "the same action twice on a ladder: the second has its own day",
      facts: facts(14, {
        ladder: [
          { offsetDays: 7, action: "notice" },
          { offsetDays: 14, action: "notice" },
        ],
        handled: [{ offsetDays: 7, action: "notice", dueDate: DUE }],
      }),
      say: { offsetDays: 14, action: "notice" },
    },
    {
      name: "a ladder of one's own, in any order; of two steps on a day the graver is said",
      facts: facts(5, {
        ladder: [
          { offsetDays: 5, action: "formal-notice" },
          { offsetDays: 5, action: "notice" },
          { offsetDays: 0, action: "remind" },
        ],
      }),
      say: { offsetDays: 5, action: "formal-notice" },
      tasks: [{ offsetDays: 5, action: "formal-notice" }],
      passedOver: [
        { offsetDays: 0, action: "remind" },
        { offsetDays: 5, action: "notice" },
      ],
    },
  ])("$name", ({ facts, say, tasks = [], passedOver = [] }) => {
    expect(dunningStage(facts)).toMatchObject({ say, tasks, passedOver });
  });

  it.each<{ name: string; facts: DunningFacts; pause: string }>([
    { name: "four days before", facts: facts(-4), pause: "no-step-due" },
    { name: "on the due date the reminder has lapsed", facts: facts(0), pause: "no-step-due" },
    { name: "handled for this due date", facts: facts(6, { handled: handled(DUE, NOTICE) }), pause: "no-step-due" },
    { name: "nothing is open", facts: facts(9, { lines: [line({ openFen: 0n })] }), pause: "nothing-open" },
    { name: "all is disputed", facts: facts(9, { lines: [line({ disputed: true })] }), pause: "nothing-open" },
    { name: "the tenant is on hold", facts: facts(9, { held: true }), pause: "held" },
    { name: "on the promised day itself", facts: facts(3, { promisedUntil: addDays(DUE, 3) }), pause: "promised" },
    { name: "9.99 yuan", facts: facts(9, { lines: [line({ openFen: 999n })] }), pause: "below-minimum" },
    { name: "08:59:59", facts: facts(1, { timeOfDay: "08:59:59" }), pause: "quiet-hours" },
    { name: "20:00:01", facts: facts(1, { timeOfDay: "20:00:01" }), pause: "quiet-hours" },
    { name: "a second message on one day", facts: facts(7, { messagedToday: true }), pause: "messaged-today" },
  ])("pauses: $name", ({ facts, pause }) => {
    expect(dunningStage(facts)).toEqual({ pause, tasks: [], passedOver: [] });
  });
});
