import { type Fen, smallerFen } from "../money/fen.ts";

export interface SetOffTarget {
  readonly lineId: string;
  /** Above zero: as issued. */
  readonly amountFen: Fen;
  /** Already set off against it by earlier negative lines; not negative. */
  readonly setOffFen: Fen;
  /** Principal paid by allocations, net of counter-entries. */
  readonly allocatedFen: Fen;
}

export interface NegativeLine {
  readonly lineId: string;
  /** Below zero. */
  readonly amountFen: Fen;
  /** The charge line that it discounts or corrects; undefined: there is none (a credit of an estimated month). */
  readonly targetLineId?: string;
}

export interface SetOffPlan {
  readonly setOffs: readonly { readonly lineId: string; readonly targetLineId: string; readonly amountFen: Fen }[];
  /** Every target as it stands afterwards. */
  readonly targets: readonly {
    readonly lineId: string;
    /** Amount after set-off: principal and base of the cap for the late fee. */
    readonly principalFen: Fen;
    readonly openFen: Fen;
    /** To be freed from its allocations (planRelease): becomes prepayment. */
    readonly freedFen: Fen;
  }[];
  /** What no line could take: a credit of the tenant that becomes prepayment outright. */
  readonly credits: readonly { readonly lineId: string; readonly amountFen: Fen }[];
}

/**
 * Sets negative lines off against their charge lines at issue (money-rules 2): negative lines are never open, and what
 * the line no longer needs becomes prepayment. Negative lines take effect in the order given.
 */
export function planSetOff(targets: readonly SetOffTarget[], negativeLines: readonly NegativeLine[]): SetOffPlan {
  const roomFen = new Map(targets.map((target) => [target.lineId, target.amountFen - target.setOffFen]));
  const setOffs: { lineId: string; targetLineId: string; amountFen: Fen }[] = [];
  const credits: { lineId: string; amountFen: Fen }[] = [];
  for (const { lineId, amountFen, targetLineId } of negativeLines) {
    if (amountFen >= 0n) throw new RangeError(`not a negative line: ${lineId}`);
    const room = (targetLineId === undefined ? undefined : roomFen.get(targetLineId)) ?? 0n;
    const takenFen = smallerFen(room, -amountFen);
    if (targetLineId !== undefined && takenFen > 0n) {
      roomFen.set(targetLineId, room - takenFen);
      setOffs.push({ lineId, targetLineId, amountFen: takenFen });
    }
    if (-amountFen > takenFen) credits.push({ lineId, amountFen: -amountFen - takenFen });
  }
  return {
    setOffs,
    targets: targets.map(({ lineId, allocatedFen }) => {
      const principalFen = roomFen.get(lineId) ?? 0n;
      const unpaidFen = principalFen - allocatedFen;
      return {
        lineId,
        principalFen,
        openFen: unpaidFen > 0n ? unpaidFen : 0n,
        freedFen: unpaidFen < 0n ? -unpaidFen : 0n,
      };
    }),
    credits,
  };
}
