import type { CivilDate } from "../../src/domain/time/civil-date.ts";
import { normalise } from "../understanding/normalise.ts";
import { findAmounts } from "../understanding/slots/amount.ts";
import { chargeKinds, findCharges } from "../understanding/slots/charges.ts";
import { findPromiseDates } from "../understanding/slots/promise-date.ts";
import { plain } from "./flow.ts";

/*
 * Within a dialog we know what is being talked about, so words are read for that alone and not for what else they could
 * mean: "9月15日" is the day of a promise and not a bill's month.
 */

/** The days ahead that were named; the last one counts, because people put themselves right ("不对，是10号"). */
export const dayIn = (text: string, today: CivilDate): CivilDate | undefined =>
  findPromiseDates(normalise(text).plain, today).at(-1)?.value;

/** Yuan, "5000.00"; a number alone is an amount where one was asked for. */
export function amountIn(text: string): string | undefined {
  const found = findAmounts(normalise(text).plain).at(-1)?.value;
  if (found !== undefined) return found;
  const alone = /^(\d{1,7})(\.\d{1,2})?$/.exec(plain(text).replace(/,/g, ""));
  return alone ? `${alone[1]}.${(alone[2] ?? ".").slice(1).padEnd(2, "0")}` : undefined;
}

/** Kinds of charges by name. */
export const chargesIn = (text: string): readonly string[] => chargeKinds(findCharges(normalise(text).plain));
