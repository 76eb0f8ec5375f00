import type { Wish } from "./context.ts";
import type { Intent, Slots } from "./understanding/frame.ts";
import { normalise } from "./understanding/normalise.ts";
import { findPlaces } from "./understanding/slots/place.ts";
import type { Understanding } from "./wish.ts";

/*
 * “那8月呢”, “电费呢”, “不对，是9月”: not a wish of its own, but the last one again of another month, charge or place.
 */

const CONTINUES =
  /^(?:那么?|还有|再(?:看|查)(?:看|一下|下)?|换成?|改看?)|呢[?？。.!！~]*$|^(?:哦?不对|不是|错了|说错|我(?:是)?(?:说|问)的?是)/;
const LONGEST = 16;
/** Words that name what is wanted: then it is a wish of its own. */
const NAMES_A_WISH =
  /账单|帐单|單|单子|明细|发票|专票|普票|退|付|交|缴|转|合同|押金|余额|预存|绑|抬头|税号|怎么|为什么|咋|人工|对账|欠|收缴|凭证|账龄|审批|预测/;

/** Wishes that can be had of another month or charge. */
const OF_A_MONTH: ReadonlySet<Intent> = new Set<Intent>([
  "bill.query",
  "bill.explain",
  "bill.pdf",
  "statement.query",
  "payment.history",
  "meter.query",
  "invoice.query",
  "arrears.list",
  "arrears.query",
  "collection.report",
  "forecast.report",
  "aging.report",
  "recon.summary",
  "audit.query",
]);
/** What a bare month, charge, place or name is taken for when nothing went before. */
const BARE: ReadonlySet<Intent> = new Set<Intent>([
  "bill.query",
  "arrears.query",
  "arrears.list",
  "meter.query",
  "unknown",
]);

/** What such words mean after the last wish; any other words as they were understood. */
export function followUp(
  last: Pick<Wish, "intent" | "slots"> | undefined,
  text: string,
  heard: Understanding,
): Understanding {
  if (last === undefined || !OF_A_MONTH.has(last.intent) || !BARE.has(heard.intent)) return heard;
  if (text.length > LONGEST || !CONTINUES.test(text) || NAMES_A_WISH.test(text)) return heard;
  const said = [heard.slots, ...(heard.alternatives ?? []).map((one) => one.slots), buildingIn(text)].find(
    (slots) => Object.keys(slots).length > 0,
  );
  if (said === undefined) return heard;
  return { intent: ofOne(last.intent, said), slots: { ...carried(last.slots), ...said }, confidence: 0.9 };
}

/** “那B座呢” is of no intent by itself. */
function buildingIn(text: string): Slots {
  const { building } = findPlaces(normalise(text), []);
  return building === undefined ? {} : { building: building.value };
}

/** “那恒泰呢” after a list of debtors asks after this one. */
const ofOne = (intent: Intent, said: Slots): Intent =>
  intent === "arrears.list" && (said.tenant !== undefined || said.unit !== undefined) ? "arrears.query" : intent;

/** What still holds when one thing is asked of another month: never an amount. */
const carried = ({ period, charges, status, building, project, unit, tenant }: Slots): Slots => ({
  ...(period === undefined ? {} : { period }),
  ...(charges === undefined ? {} : { charges }),
  ...(status === undefined ? {} : { status }),
  ...(building === undefined ? {} : { building }),
  ...(project === undefined ? {} : { project }),
  ...(unit === undefined ? {} : { unit }),
  ...(tenant === undefined ? {} : { tenant }),
});
