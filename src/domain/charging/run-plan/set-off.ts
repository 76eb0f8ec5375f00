import type { Fen } from "../../money/fen.ts";
import type { LineIdentity } from "./facts.ts";

/** A line about to be issued; `id` is the caller's name for it. */
export interface IssuingLine extends Pick<LineIdentity, "charge" | "role" | "ordinal" | "period" | "correction"> {
  readonly id: string;
  readonly lease: string;
  readonly amountFen: Fen;
}

/** An earlier positive line that discounts and corrections of this issue may lower. */
export interface EarlierLine extends Omit<IssuingLine, "amountFen"> {
  /** Open before this issue, after earlier set-offs and payments. */
  readonly openFen: Fen;
}

export interface SetOffAtIssue {
  /** Principal of each positive line of the issue after set-off, by id: what is open and what the fee cap counts. */
  readonly principalFen: ReadonlyMap<string, Fen>;
  readonly setOffs: readonly { readonly fromLine: string; readonly toLine: string; readonly amountFen: Fen }[];
  /** What no line needs any more. */
  readonly prepaymentFen: Fen;
}

/**
 * Money-rules 2 "Negative lines are never open": a discount is set off against its charge line, a negative correction
 * against the line it corrects and the positive corrections of that line, a negative correction of a discount against the
 * charge line; the rest becomes prepayment. Negative lines take effect in the order given, on the oldest target first.
 */
export function setOffAtIssue(lines: readonly IssuingLine[], earlier: readonly EarlierLine[]): SetOffAtIssue {
  const room = new Map<string, Fen>();
  const targets = new Map<string, { id: string; correction: number }[]>();
  const offer = (line: Omit<IssuingLine, "amountFen">, openFen: Fen): void => {
    room.set(line.id, openFen);
    const key = familyKey(line, line.role, line.ordinal);
    targets.set(key, [...(targets.get(key) ?? []), { id: line.id, correction: line.correction }]);
  };
  for (const line of earlier) if (line.openFen > 0n) offer(line, line.openFen);
  for (const line of lines) if (line.amountFen > 0n) offer(line, line.amountFen);
  for (const family of targets.values()) family.sort((a, b) => a.correction - b.correction);

  const setOffs: { fromLine: string; toLine: string; amountFen: Fen }[] = [];
  let prepaymentFen = 0n;
  for (const line of lines) {
    if (line.amountFen >= 0n) continue;
    let restFen = -line.amountFen;
    const own = targets.get(familyKey(line, line.role, line.ordinal)) ?? [];
    const charge = line.role === "discount" ? (targets.get(familyKey(line, "charge", 0)) ?? []) : [];
    for (const target of [...own, ...charge]) {
      const openFen = room.get(target.id) ?? 0n;
      const takenFen = openFen < restFen ? openFen : restFen;
      if (takenFen === 0n) continue;
      room.set(target.id, openFen - takenFen);
      restFen -= takenFen;
      setOffs.push({ fromLine: line.id, toLine: target.id, amountFen: takenFen });
    }
    prepaymentFen += restFen;
  }
  const positive = lines.filter((line) => line.amountFen > 0n);
  return {
    principalFen: new Map(positive.map((line) => [line.id, room.get(line.id) ?? 0n])),
    setOffs,
    prepaymentFen,
  };
}

/** A charge and its corrections share the day on which their period begins. */
const familyKey = (line: Pick<IssuingLine, "lease" | "charge" | "period">, role: string, ordinal: number): string =>
  JSON.stringify([line.lease, line.charge, role, ordinal, line.period.from]);
