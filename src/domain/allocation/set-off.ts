import { type Fen, smallerFen } from "../money/fen.ts";
import type { CivilDate } from "../time/civil-date.ts";
import type { LineRole } from "./open-line.ts";

/** A line of the issue at hand; `lineId` is the caller's name for it. */
export interface SetOffLine {
  readonly lineId: string;
  readonly lease: string;
  readonly charge: string;
  readonly role: LineRole;
  readonly ordinal: number;
  /** A charge and its corrections share the day on which their period begins. */
  readonly periodFrom: CivilDate;
  readonly correction: number;
  readonly amountFen: Fen;
}

/** An earlier positive line that discounts and corrections of this issue may lower. */
export interface SetOffTarget extends SetOffLine {
  /** Already set off against it by earlier negative lines; not negative. */
  readonly setOffFen: Fen;
  /** Principal paid by allocations, net of counter-entries, and what was waived or written off of it. */
  readonly allocatedFen: Fen;
}

export interface SetOffPlan {
  readonly setOffs: readonly { readonly lineId: string; readonly targetLineId: string; readonly amountFen: Fen }[];
  /** Every positive line of the issue and every earlier target, as it stands afterwards. */
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
 * Sets the negative lines of an issue off (money-rules 2, "Negative lines are never open"): a discount against its charge
 * line, a negative correction against the line it corrects and then the positive corrections of that line, a discount
 * that grew against its charge line. What a line does not need any more comes free from its payments. Negative lines take
 * effect in the order given, on the oldest target first.
 */
export function planSetOff(issued: readonly SetOffLine[], earlier: readonly SetOffTarget[]): SetOffPlan {
  const targets = [
    ...earlier,
    ...issued.filter((line) => line.amountFen > 0n).map((line) => ({ ...line, setOffFen: 0n, allocatedFen: 0n })),
  ];
  const roomFen = new Map(targets.map((target) => [target.lineId, target.amountFen - target.setOffFen]));
  const families = familiesOf(targets);
  const setOffs: { lineId: string; targetLineId: string; amountFen: Fen }[] = [];
  const credits: { lineId: string; amountFen: Fen }[] = [];
  for (const line of issued) {
    if (line.amountFen >= 0n) continue;
    let restFen = -line.amountFen;
    const own = families.get(familyKey(line, line.role, line.ordinal)) ?? [];
    const charge = line.role === "discount" ? (families.get(familyKey(line, "charge", 0)) ?? []) : [];
    for (const target of [...own, ...charge]) {
      const room = roomFen.get(target.lineId) ?? 0n;
      const takenFen = smallerFen(room, restFen);
      if (takenFen === 0n) continue;
      roomFen.set(target.lineId, room - takenFen);
      restFen -= takenFen;
      setOffs.push({ lineId: line.lineId, targetLineId: target.lineId, amountFen: takenFen });
    }
    if (restFen > 0n) credits.push({ lineId: line.lineId, amountFen: restFen });
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

/** Lines by family, each in the order of its corrections. */
function familiesOf(targets: readonly SetOffTarget[]): Map<string, SetOffTarget[]> {
  const families = new Map<string, SetOffTarget[]>();
  for (const target of targets) {
    const key = familyKey(target, target.role, target.ordinal);
    const family = families.get(key);
    if (family) family.push(target);
    else families.set(key, [target]);
  }
  for (const family of families.values()) family.sort((a, b) => a.correction - b.correction);
  return families;
}

const familyKey = (line: SetOffLine, role: LineRole, ordinal: number): string =>
  JSON.stringify([line.lease, line.charge, role, ordinal, line.periodFrom]);
