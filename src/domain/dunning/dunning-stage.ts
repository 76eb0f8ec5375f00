import type { Fen } from "../money/fen.ts";
import { type CivilDate, daysBetween, earlier } from "../time/civil-date.ts";
import { type DunningStep, inLadderOrder, makesTask } from "./ladder.ts";
import { isQuiet } from "./time-of-day.ts";

/** Balances below this are not worth a message. */
export const MINIMUM_DUNNED_FEN: Fen = 1_000n;

/** An open line of the tenant, of any lease and entity. */
export interface DunnedLine {
  readonly dueDate: CivilDate;
  /** Principal and late fee that are open. */
  readonly openFen: Fen;
  readonly disputed: boolean;
  /** Last day of a promise to pay; the line rests through that day and is taken up again the day after. */
  readonly promisedUntil?: CivilDate;
  readonly held: boolean;
}

export interface DunningFacts {
  readonly date: CivilDate;
  /** Shanghai time, "HH:MM" or "HH:MM:SS". */
  readonly timeOfDay: string;
  readonly lines: readonly DunnedLine[];
  /** A promise or hold for the whole tenant. */
  readonly promisedUntil?: CivilDate;
  readonly held: boolean;
  /** Steps said, made into tasks or passed over, each for the due date that caused it. */
  readonly handled: readonly (DunningStep & { readonly dueDate: CivilDate })[];
  /** A dunning message went to this tenant today, whatever the lease. */
  readonly messagedToday: boolean;
  readonly ladder: readonly DunningStep[];
}

export type DunningPause =
  | "nothing-open"
  | "held"
  | "promised"
  | "below-minimum"
  | "no-step-due"
  | "quiet-hours"
  | "messaged-today";

/** What is to be done now. Every step in it counts as handled for `dueDate` once it is recorded. */
export type DunningStage =
  | {
      readonly pause?: never;
      readonly dueDate: CivilDate;
      readonly daysOverdue: number;
      readonly openFen: Fen;
      /** The one step that is said to the tenant. */
      readonly say: DunningStep;
      /** Steps whose tasks are made, also that of `say`; lowest first. */
      readonly tasks: readonly DunningStep[];
      /** Lower steps that nobody hears of any more; lowest first. */
      readonly passedOver: readonly DunningStep[];
    }
  | {
      readonly pause: DunningPause;
      readonly say?: never;
      readonly tasks: readonly [];
      readonly passedOver: readonly [];
    };

/**
 * The dunning stage of a tenant, a function of the facts alone (money-rules 12): days are counted from the earliest due
 * date that is open, so paying the oldest bill starts the ladder of the next one from its first rung. While a pause
 * lasts nothing is handled and nothing is lost: the steps are still due when it ends.
 */
export function dunningStage(facts: DunningFacts): DunningStage {
  const open = facts.lines.filter((line) => line.openFen > 0n && !line.disputed);
  if (open.length === 0) return paused("nothing-open");
  const notHeld = facts.held ? [] : open.filter((line) => !line.held);
  if (notHeld.length === 0) return paused("held");
  const dunned = isPromised(facts.promisedUntil, facts.date)
    ? []
    : notHeld.filter((line) => !isPromised(line.promisedUntil, facts.date));
  const [first] = dunned;
  if (!first) return paused("promised");
  const openFen = dunned.reduce((sum, line) => sum + line.openFen, 0n);
  if (openFen < MINIMUM_DUNNED_FEN) return paused("below-minimum");

  const dueDate = dunned.reduce((earliest, line) => earlier(earliest, line.dueDate), first.dueDate);
  const daysOverdue = daysBetween(dueDate, facts.date);
  const due = inLadderOrder(facts.ladder).filter(
    (step) => isDue(step, daysOverdue) && !isHandled(step, dueDate, facts.handled),
  );
  const say = due.at(-1);
  if (!say) return paused("no-step-due");
  if (isQuiet(facts.timeOfDay)) return paused("quiet-hours");
  if (facts.messagedToday) return paused("messaged-today");
  return { dueDate, daysOverdue, openFen, say, tasks: due.filter(makesTask), passedOver: due.slice(0, -1) };
}

const paused = (pause: DunningPause): DunningStage => ({ pause, tasks: [], passedOver: [] });

const isPromised = (promisedUntil: CivilDate | undefined, date: CivilDate): boolean =>
  promisedUntil !== undefined && date <= promisedUntil;

/** A step before the due date lapses on it: a reminder of what is due already would be a late one. */
const isDue = (step: DunningStep, daysOverdue: number): boolean =>
  daysOverdue >= step.offsetDays && (step.offsetDays >= 0 || daysOverdue < 0);

const isHandled = (step: DunningStep, dueDate: CivilDate, handled: DunningFacts["handled"]): boolean =>
  handled.some((one) => one.dueDate === dueDate && one.offsetDays === step.offsetDays && one.action === step.action);
