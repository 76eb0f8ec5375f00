import type { Fen } from "../money/fen.ts";
import type { CivilDate } from "../time/civil-date.ts";
import type { ParsedLine } from "./statement.ts";

/** A row whose balance does not follow from the row before it. */
export interface BalanceBreak {
  readonly rowNo: number;
  readonly date: CivilDate;
  /** The balance before this row, as the row before it left it. */
  readonly expectedFen: Fen;
  /** The balance before this row, as its own balance and amount say. */
  readonly foundFen: Fen;
}

/** A row that is dated before the row that it follows. */
export interface BackwardDate {
  readonly rowNo: number;
  readonly date: CivilDate;
  readonly after: CivilDate;
  readonly amountFen: Fen;
}

/** What the running balances of a file prove. */
export interface BalanceProof {
  /** Bank exports begin with the oldest row or with the newest. */
  readonly order: "oldest-first" | "newest-first";
  readonly openingFen: Fen | undefined;
  readonly closingFen: Fen | undefined;
  /** Rows with a balance; the chain runs over these. */
  readonly linesWithBalance: number;
  /** At most MOST_BREAKS; `breakCount` is their number. */
  readonly breaks: readonly BalanceBreak[];
  readonly breakCount: number;
  /** Rows that are dated before the row that they follow, at most MOST_BREAKS. */
  readonly backwardDates: readonly BackwardDate[];
}

/** Beyond this many broken links a file is not read better by listing more. */
export const MOST_BREAKS = 50;

interface Direction {
  readonly breaks: BalanceBreak[];
  breakCount: number;
  readonly backwardDates: BackwardDate[];
  backwardCount: number;
}

/**
 * Follows the running balance row by row, in constant memory: balance before a row = its balance − its amount, which has
 * to be the balance after the row before it. Both reading directions are followed at once; the one with fewer broken links
 * (then: fewer dates running backward; then: oldest first) is the file's.
 */
export class RunningBalance {
  readonly #forward: Direction = { breaks: [], breakCount: 0, backwardDates: [], backwardCount: 0 };
  readonly #backward: Direction = { breaks: [], breakCount: 0, backwardDates: [], backwardCount: 0 };
  #first: ParsedLine | undefined;
  #last: ParsedLine | undefined;
  #previous: ParsedLine | undefined;
  #count = 0;

  add(line: ParsedLine): void {
    const previous = this.#previous;
    this.#previous = line;
    if (previous !== undefined) {
      noteDate(this.#forward, line, previous);
      noteDate(this.#backward, previous, line);
    }
    if (line.balanceAfterFen === undefined) return;
    this.#count += 1;
    if (this.#last !== undefined) {
      noteLink(this.#forward, line, this.#last);
      noteLink(this.#backward, this.#last, line);
    }
    this.#first ??= line;
    this.#last = line;
  }

  proof(): BalanceProof {
    const newestFirst =
      this.#backward.breakCount < this.#forward.breakCount ||
      (this.#backward.breakCount === this.#forward.breakCount &&
        this.#backward.backwardCount < this.#forward.backwardCount);
    const direction = newestFirst ? this.#backward : this.#forward;
    const [oldest, newest] = newestFirst ? [this.#last, this.#first] : [this.#first, this.#last];
    return {
      order: newestFirst ? "newest-first" : "oldest-first",
      openingFen: oldest === undefined ? undefined : balanceBefore(oldest),
      closingFen: newest?.balanceAfterFen,
      linesWithBalance: this.#count,
      breaks: direction.breaks,
      breakCount: direction.breakCount,
      backwardDates: direction.backwardDates,
    };
  }
}

const balanceBefore = (line: ParsedLine): Fen => (line.balanceAfterFen ?? 0n) - line.amountFen;

function noteLink(direction: Direction, later: ParsedLine, earlier: ParsedLine): void {
  const foundFen = balanceBefore(later);
  const expectedFen = earlier.balanceAfterFen ?? 0n;
  if (foundFen === expectedFen) return;
  direction.breakCount += 1;
  if (direction.breaks.length >= MOST_BREAKS) return;
  direction.breaks.push({ rowNo: later.rowNo, date: later.bookingDate, expectedFen, foundFen });
}

function noteDate(direction: Direction, later: ParsedLine, earlier: ParsedLine): void {
  if (later.bookingDate >= earlier.bookingDate) return;
  direction.backwardCount += 1;
  if (direction.backwardDates.length >= MOST_BREAKS) return;
  direction.backwardDates.push({
    rowNo: later.rowNo,
    date: later.bookingDate,
    after: earlier.bookingDate,
    amountFen: later.amountFen,
  });
}
