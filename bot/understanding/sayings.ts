import { BLANK } from "./normalise.ts";
import type { Findings } from "./slots/fill.ts";
import type { Mention } from "./slots/mention.ts";

/*
 * Messages are compared with sayings whose intent is known (learnt.ts). Both are read with their slots left open (P a time,
 * C charges, D a deposit, M a meter or use, A a number, U a place, T a tenant, J a park, X a tax number), so that "8月电费咋样" is like "9月水费咋样".
 */

/** A deposit and a meter or what runs through it (水表, 用电量) lead elsewhere than what is paid by the month. */
function signOf({ value, from, to }: Mention<readonly string[]>, plain: string): "C" | "D" | "M" {
  if (value.includes("deposit")) return "D";
  return /表|用[电水]|耗电|度电|[吨方]水/.test(plain.slice(from, to)) ? "M" : "C";
}

/** The message with its slots left open. */
export function openSaying(found: Findings): string {
  const { places } = found;
  const spans: readonly (readonly [Mention<unknown> | undefined, string])[] = [
    ...found.charges.map((mention) => [mention, signOf(mention, found.utterance.plain)] as const),
    ...found.periods.map((mention) => [mention, "P"] as const),
    ...found.laterDays.map((mention) => [mention, "P"] as const),
    ...found.amounts.map((mention) => [mention, "A"] as const),
    [found.reading, "A"],
    [found.taxNo, "X"],
    [places.unit, "U"],
    [places.building, "U"],
    [places.project, "J"],
    [found.tenant, "T"],
  ];
  const characters = Array.from(found.utterance.plain.slice(0, 80));
  for (const [mention, sign] of spans) {
    if (mention === undefined) continue;
    for (let index = mention.from; index < Math.min(mention.to, characters.length); index++) {
      characters[index] = index === mention.from ? sign : "";
    }
  }
  return characters
    .join("")
    .replace(/\d+/g, "0")
    .replace(/C[和跟、]?C+/g, "C")
    .replace(/U+/g, "U")
    .replaceAll(BLANK, "")
    .replace(/[\n/`]/g, "");
}
