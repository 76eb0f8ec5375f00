import type { CivilDate } from "../../../src/domain/time/civil-date.ts";
import type { Intent, Slots, SpeakerRole } from "../frame.ts";
import type { Utterance } from "../normalise.ts";
import { findAmounts } from "./amount.ts";
import { chargeKinds, findCharges } from "./charges.ts";
import { findInvoiceKind } from "./invoice.ts";
import { findLimit, findMinDaysOverdue } from "./limits.ts";
import type { Mention } from "./mention.ts";
import { findCompanies, findTaxNo, findTitleName } from "./name-tax.ts";
import { findPeriods, periodText, type Span } from "./period.ts";
import { findPlaces, type Places } from "./place.ts";
import { findPromiseDates } from "./promise-date.ts";
import { findReading } from "./reading.ts";
import { findStatus } from "./status.ts";
import { findTenant } from "./tenant.ts";

/** All that was found in a message before its intent is known. */
export interface Findings {
  readonly utterance: Utterance;
  readonly today: CivilDate;
  readonly periods: readonly Mention<Span>[];
  readonly laterDays: readonly Mention<CivilDate>[];
  readonly charges: readonly Mention<readonly string[]>[];
  readonly amounts: readonly Mention<string>[];
  readonly reading: Mention<string> | undefined;
  readonly taxNo: Mention<string> | undefined;
  readonly places: Places;
  readonly tenant: Mention<string> | undefined;
  /** Where a correction begins; what is found after it counts first. */
  readonly correctedFrom: number | undefined;
}

/** Buildings and units that are places whatever else is said, unlike a bare number. */
function surePlaces(utterance: Utterance): readonly Mention<string>[] {
  const everything: Mention<unknown> = { from: 0, to: utterance.plain.length, value: undefined };
  const { building, unit } = findPlaces(utterance, [everything]);
  return [building, unit].filter((place) => place !== undefined);
}

const overlaps = (a: Mention<unknown>, b: Mention<unknown>): boolean => a.from < b.to && b.from < a.to;

/** Reads everything a slot could hold. Pure; `today` is the business day. */
export function findAll(
  utterance: Utterance,
  role: SpeakerRole,
  today: CivilDate,
  correctedFrom: number | undefined,
): Findings {
  const { plain } = utterance;
  const periods = findPeriods(plain, today, "past");
  const laterDays = findPromiseDates(plain, today);
  const taxNo = findTaxNo(utterance);
  const aboutMeters =
    /表|抄|读数|示数|度数|止码/.test(plain) ||
    /[\d.]{3,}(?:度|吨|方|字)/.test(plain) ||
    /[电水气][:：]?\d{3,}/.test(plain) ||
    /报(?:一?下|个)?数[^，？]{0,4}，?[^，？\d]{0,6}\d/.test(plain);
  const reading = aboutMeters ? findReading(plain, surePlaces(utterance)) : undefined;
  const elsewhere = [taxNo, reading].filter((mention) => mention !== undefined);
  const amounts = findAmounts(plain).filter(
    (amount) => ![...elsewhere, ...periods].some((taken) => overlaps(amount, taken)),
  );
  const places = findPlaces(utterance, [...periods, ...laterDays, ...elsewhere, ...amounts]);
  const tenant = role === "tenant" ? findCompanies(utterance)[0] : findTenant(utterance);
  return {
    utterance,
    today,
    periods,
    laterDays,
    charges: findCharges(plain),
    amounts,
    reading,
    taxNo,
    places,
    tenant:
      tenant !== undefined && places.project !== undefined && overlaps(tenant, places.project) ? undefined : tenant,
    correctedFrom,
  };
}

const BILL_WISHES: readonly Intent[] = ["bill.query", "bill.pdf", "pay", "bill.explain"];
const PROMISES: readonly Intent[] = ["promise", "task.note"];
const TITLES: readonly Intent[] = ["invoice.request", "invoice.query", "invoice.reverse", "title.set"];
const METERS: readonly Intent[] = ["meter.query", "meter.report"];
const OVERDUE_LISTS: readonly Intent[] = ["arrears.list", "arrears.query", "aging.report", "task.list"];
/** 今天 is when one asks or pays, not what is asked about. */
const SAID_TODAY: readonly Intent[] = [
  "bill.query",
  "bill.explain",
  "bill.pdf",
  "statement.query",
  "dispute",
  "pay",
  "prepay",
  "meter.report",
];
const PAYMENTS_NOW: readonly Intent[] = ["pay", "prepay"];
const NO_CHARGES: readonly Intent[] = ["unknown", "greet", "help", "cancel", "handoff"];

/** The slots an intent takes from what was found. */
export function fillSlots(intent: Intent, role: SpeakerRole, found: Findings): Slots {
  if (["unknown", "greet", "help", "cancel"].includes(intent)) return {};
  const { utterance, places } = found;
  const { plain } = utterance;
  const staff = role !== "tenant";
  const promiseDate = PROMISES.includes(intent) ? promisedDay(found) : undefined;
  const period = periodFor(intent, found);
  const charges = chargesFor(intent, found);
  const status = BILL_WISHES.includes(intent) ? findStatus(plain) : undefined;
  const amount = METERS.includes(intent) ? undefined : preferred(found.amounts, found)?.value;
  const invoiceKind = intent.startsWith("invoice.") || intent === "title.set" ? findInvoiceKind(plain) : undefined;
  const name = TITLES.includes(intent) ? findTitleName(utterance)?.value : undefined;
  const reading = intent === "meter.report" ? found.reading?.value : undefined;
  const tenant = staff || intent === "bind" || intent === "unbind" ? found.tenant?.value : undefined;
  const minDaysOverdue = staff && OVERDUE_LISTS.includes(intent) ? findMinDaysOverdue(plain) : undefined;
  const limit = findLimit(plain);
  return {
    ...(period === undefined ? {} : { period }),
    ...(charges.length === 0 ? {} : { charges }),
    ...(status === undefined || (intent === "bill.explain" && status !== "unpaid") ? {} : { status }),
    ...(amount === undefined ? {} : { amount }),
    ...(invoiceKind === undefined ? {} : { invoiceKind }),
    ...(name === undefined ? {} : { name }),
    ...(found.taxNo === undefined ? {} : { taxNo: found.taxNo.value }),
    ...(reading === undefined ? {} : { reading }),
    ...(places.unit === undefined ? {} : { unit: places.unit.value }),
    ...(places.building === undefined ? {} : { building: places.building.value }),
    ...(tenant === undefined ? {} : { tenant }),
    ...(places.project === undefined ? {} : { project: places.project.value }),
    ...(minDaysOverdue === undefined ? {} : { minDaysOverdue }),
    ...(limit === undefined ? {} : { limit }),
    ...(promiseDate === undefined ? {} : { promiseDate }),
  };
}

/** The first mention, or the first after a correction. */
function preferred<T>(mentions: readonly Mention<T>[], { correctedFrom }: Findings): Mention<T> | undefined {
  const later = correctedFrom === undefined ? undefined : mentions.find(({ from }) => from >= correctedFrom);
  return later ?? mentions[0];
}

const SAID = /说|答应|承诺|表示|保证|回复|约|同意|先|一定|再/;

const VISITS = /^(?:上午|下午|早上|晚上)?(?:我)?再(?:来|去|联系|打|跑|跟|上门|催|看|过去|约)/;

/** 今天去了恒信, 会计说30号打款: the day that follows the promise, not the day of the visit. */
function promisedDay(found: Findings): string | undefined {
  const said = found.utterance.plain.search(SAID);
  // 明天再去: the next visit is no promise.
  const days = found.laterDays.filter(({ to }) => !VISITS.test(found.utterance.plain.slice(to)));
  const later = days.filter(({ value }) => value > found.today);
  const after = days.filter(({ from }) => said >= 0 && from > said);
  return (preferred(later, found) ?? preferred(after, found))?.value;
}

function periodFor(intent: Intent, found: Findings): string | undefined {
  const { utterance, today } = found;
  let mentions =
    intent === "forecast.report" || intent === "prepay" ? findPeriods(utterance.plain, today, "future") : found.periods;
  if (PROMISES.includes(intent)) {
    mentions = mentions.filter(
      (mention) =>
        mention.value.ahead === undefined &&
        mention.value.from.length === 7 &&
        !/^(?:初|中|上旬|下旬)/.test(utterance.plain.slice(mention.to)) &&
        !found.laterDays.some((day) => overlaps(day, mention)),
    );
  }
  const ofAsking = ({ from, to }: Mention<Span>) => /^今(?!年|个月)/.test(utterance.plain.slice(from, to));
  // 都20号了: how late it has become, and no day that is asked about.
  const isLateness = ({ from, to, value }: Mention<Span>) =>
    value.from.length === 10 &&
    /(?:都|已经|这都)$/.test(utterance.plain.slice(0, from)) &&
    utterance.plain.startsWith("了", to);
  mentions = mentions.filter((mention) => !isLateness(mention));
  if (SAID_TODAY.includes(intent)) mentions = mentions.filter((mention) => !ofAsking(mention));
  if (PAYMENTS_NOW.includes(intent)) {
    const rest = utterance.plain.search(/剩下|其余|余下/);
    mentions = mentions.filter(({ from }) => rest < 0 || from < rest);
  }
  const chosen = preferred(mentions, found)?.value;
  return chosen === undefined ? undefined : periodText(chosen);
}

function chargesFor(intent: Intent, found: Findings): readonly string[] {
  if (NO_CHARGES.includes(intent)) return [];
  const kinds = chargeKinds(
    found.correctedFrom === undefined ? found.charges : afterCorrection(found.charges, found.correctedFrom),
  );
  return intent === "deposit.query" ? kinds.filter((kind) => kind !== "deposit") : kinds;
}

function afterCorrection<T>(mentions: readonly Mention<T>[], correctedFrom: number): readonly Mention<T>[] {
  const later = mentions.filter(({ from }) => from >= correctedFrom);
  return later.length > 0 ? later : mentions;
}
