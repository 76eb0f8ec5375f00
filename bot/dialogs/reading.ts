import { type Card, textCard } from "../../cards/card.ts";
import { type ReadingVerdict, tellValues } from "../../src/domain/metering/judge-reading.ts";
import { type CivilDate, formatDate, isCivilDate } from "../../src/domain/time/civil-date.ts";
import type { Register, RegisterValues, Utility } from "../../src/domain/world/property.ts";
import type { ChatMeter, MeterFilter, ReportedReading } from "../../src/usecases/readings/chat-meters.ts";
import { type Answer, type BotContext, say, type TenantContext, type Wish } from "../context.ts";
import type { StaffContext } from "../staff/context.ts";
import { SAY_METERS as SAY } from "../text/meters.zh-CN.ts";
import type { DialogOf } from "./dialog.ts";
import {
  answerButton,
  ask,
  asMemberOf,
  confirms,
  denies,
  type Flow,
  finish,
  noLongerMember,
  placeIn,
  plain,
  questionCard,
} from "./flow.ts";

type ReadingDialog = DialogOf<"reading">;
type Step = Omit<ReadingDialog, "expiresAtMs">;

/**
 * 上报读数, for a tenant and for a colleague: which meter, what it shows, a look at what that means, a yes. A colleague's
 * reading enters, a tenant's waits for the steward.
 */
export const readingFlow: Flow<"reading"> = {
  title: SAY.title,
  async question(context, dialog) {
    const meters = await metersOf(context, dialog);
    const meter = chosen(meters, dialog);
    if (!meter) return textCard(SAY.choose, ...meters.map((one, index) => `${index + 1}. ${nameOf(one)}`));
    if (dialog.values === undefined) return textCard(askFor(meter));
    const reading = readingOf(dialog, meter, dialog.values);
    return confirmation(dialog, meter, reading, await context.services.judgeReading(reading));
  },
  answers: (_context, dialog, text) =>
    dialog.values === undefined
      ? figuresIn(text).length > 0 || placeIn(text) !== undefined
      : confirms(text) || denies(text) || isRollover(text) || text === SAY.again || onlyFigures(text),
  async next(context, dialog, text) {
    const meters = await metersOf(context, dialog);
    if (meters.length === 0)
      return dialog.tenantId === undefined ? finish(context, textCard(SAY.noneOfStaff)) : noLongerMember(context);
    const meter = chosen(meters, dialog);
    if (!meter) {
      const picked = meters[placeIn(text) ?? -1] ?? meters.find(({ code }) => code === plain(text).toUpperCase());
      if (!picked) return say(await readingFlow.question(context, dialog));
      return proceed(context, { ...stepOf(dialog), meter: picked.code }, picked);
    }
    if (plain(text) === SAY.again || (dialog.values !== undefined && denies(text))) {
      const { values: _values, rollover: _rollover, ...rest } = stepOf(dialog);
      return ask(context, readingFlow, rest);
    }
    if (dialog.values !== undefined && isRollover(text))
      return proceed(context, { ...stepOf(dialog), rollover: true }, meter);
    if (dialog.values !== undefined && confirms(text)) return settle(context, dialog, meter, dialog.values);
    const values = valuesIn(text, meter.registers);
    if (!values) return say(textCard(SAY.badValues(meter.registers.length)));
    return proceed(context, { ...stepOf(dialog), values, rollover: isRollover(text) }, meter);
  },
};

/** A tenant's “水表读数 125”. */
export async function startReadingAsTenant(context: TenantContext, wish: Wish): Promise<Answer> {
  const { tenantId } = context.member;
  const wanted = await context.services.metersOfTenant(tenantId, filterOf(wish));
  const meters = wanted.length > 0 ? wanted : await context.services.metersOfTenant(tenantId, {});
  if (meters.length === 0) return say(textCard(SAY.none));
  return begin(
    context,
    meters,
    { name: "reading", tenantId, meterCodes: codesOf(meters), standsOn: dayOf(context, wish) },
    wish,
  );
}

/** A colleague's “A-301 水表 125”. */
export async function startReadingAsStaff(context: StaffContext, wish: Wish): Promise<Answer> {
  const meters = await context.services.metersOfStaff(context.staff, filterOf(wish));
  if (meters.length === 0) return say(textCard(SAY.noneOfStaff));
  const staffPersonId = context.staff.personId;
  return begin(
    context,
    meters,
    { name: "reading", staffPersonId, meterCodes: codesOf(meters), standsOn: dayOf(context, wish) },
    wish,
  );
}

/** meter.query: what the tenant's meters showed last. */
export async function showReadings(context: TenantContext, wish: Wish): Promise<Answer> {
  const meters = await context.services.metersOfTenant(context.member.tenantId, filterOf(wish));
  if (meters.length === 0) return say(textCard(SAY.none));
  const told = meters.map((meter) => {
    const last = meter.lastOn && meter.lastValues ? lastOf(meter) : SAY.queryNone;
    return `${nameOf(meter)}：${last}`;
  });
  return say({ ...textCard(...told), title: SAY.queryTitle });
}

/** A picture in the middle of it belongs to the reading. */
export async function addPhoto(context: BotContext, dialog: ReadingDialog, mediaId: string): Promise<Answer> {
  const given = await ask(context, readingFlow, { ...stepOf(dialog), photo: mediaId });
  return {
    ...given,
    replies: given.replies.map((card) => ({ ...card, paragraphs: [SAY.photoTaken, ...card.paragraphs] })),
  };
}

async function begin(context: BotContext, meters: readonly ChatMeter[], step: Step, wish: Wish): Promise<Answer> {
  const [only] = meters;
  if (!only || meters.length > 1) {
    const said = wish.slots.reading;
    return ask(context, readingFlow, said === undefined ? step : { ...step, said });
  }
  const values = wish.slots.reading === undefined ? undefined : valuesIn(wish.slots.reading, only.registers);
  return proceed(context, { ...step, meter: only.code, ...(values ? { values } : {}) }, only);
}

/** Goes to the next question: the figures if they are missing or impossible, else the confirmation. */
async function proceed(context: BotContext, step: Step, meter: ChatMeter): Promise<Answer> {
  const { said, ...rest } = step;
  const values = rest.values ?? (said === undefined ? undefined : valuesIn(said, meter.registers));
  if (!values) return ask(context, readingFlow, rest);
  const complete = { ...rest, values };
  const verdict = await context.services.judgeReading(readingOf(complete, meter, values));
  if (verdict.state === "take") return ask(context, readingFlow, complete);
  if (verdict.state === "known") return finish(context, textCard(SAY.known));
  if (verdict.code === "READING_WENT_BACK") {
    // Kept: “归零” is an answer to it.
    const given = await ask(context, readingFlow, complete);
    return { ...given, replies: [questionCard([], SAY.wentBack(nameOf(meter), lastOf(meter)))] };
  }
  const { values: _wrong, ...without } = complete;
  const given = await ask(context, readingFlow, without);
  return { ...given, replies: [textCard(`${verdict.message}。`), ...given.replies] };
}

async function settle(
  context: BotContext,
  dialog: ReadingDialog,
  meter: ChatMeter,
  values: RegisterValues,
): Promise<Answer> {
  const reading = readingOf(dialog, meter, values);
  const told = [nameOf(meter), formatDate(reading.standsOn), tellValues(meter, values)] as const;
  const verdict = await context.services.judgeReading(reading);
  if (verdict.state === "doubt") return proceed(context, stepOf(dialog), meter);
  if (verdict.state === "known") return finish(context, textCard(SAY.known));
  if (dialog.tenantId === undefined) {
    const staff = await context.services.staffMember();
    if (staff?.personId !== dialog.staffPersonId || !staff) return { replies: [] };
    const entered = await context.services.enterReading(staff, reading, dialog.photo);
    return finish(context, textCard(entered.ok ? SAY.entered(...told) : entered.message.zh));
  }
  const reason = verdict.usage?.unusual ? usageSentence(meter, verdict) : undefined;
  const { reference } = await context.services.proposeReading(dialog.tenantId, reading, dialog.photo, reason);
  return finish(context, textCard(SAY.proposed(reference)));
}

/** The meters that are still the person's: a membership or a portfolio may have ended meanwhile. */
async function metersOf(context: BotContext, dialog: ReadingDialog): Promise<readonly ChatMeter[]> {
  const filter = { codes: dialog.meterCodes };
  if (dialog.tenantId !== undefined) {
    const tenant = await asMemberOf(context, dialog.tenantId);
    return tenant ? context.services.metersOfTenant(dialog.tenantId, filter) : [];
  }
  const staff = await context.services.staffMember();
  return staff?.personId === dialog.staffPersonId && staff ? context.services.metersOfStaff(staff, filter) : [];
}

function confirmation(
  dialog: ReadingDialog,
  meter: ChatMeter,
  reading: ReportedReading,
  verdict: ReadingVerdict,
): Card {
  const told = SAY.confirm(nameOf(meter), formatDate(reading.standsOn), tellValues(meter, reading.values));
  const asTenant = dialog.tenantId !== undefined && dialog.photo === undefined;
  return questionCard(
    [answerButton(dialog, SAY.yes, { style: "primary" }), answerButton(dialog, SAY.again)],
    told,
    ...(verdict.state === "take" && verdict.usage ? [usageSentence(meter, verdict)] : []),
    ...(asTenant ? [SAY.photoHint] : []),
  );
}

function usageSentence(meter: ChatMeter, verdict: ReadingVerdict): string {
  if (verdict.state !== "take" || !verdict.usage) return "";
  const { usage, since, unusual, monthMedian } = verdict.usage;
  const unit = SAY.units[meter.utility];
  const used = SAY.usage(usage, unit, formatDate(since));
  return unusual && monthMedian !== undefined ? `${used}${SAY.unusual(monthMedian, unit)}` : used;
}

const chosen = (meters: readonly ChatMeter[], { meter }: Pick<ReadingDialog, "meter">): ChatMeter | undefined =>
  meters.find(({ code }) => code === meter);

/** "A-301 水表（W1）" */
export const nameOf = ({ code, unit, utility }: ChatMeter): string =>
  unit === undefined ? `${SAY.utilities[utility]} ${code}` : `${unit} ${SAY.utilities[utility]}（${code}）`;

function askFor(meter: ChatMeter): string {
  const last = meter.lastOn && meter.lastValues ? lastOf(meter) : "";
  const [, second] = meter.registers;
  if (second === undefined) return SAY.askValue(nameOf(meter), last);
  return SAY.askValues(nameOf(meter), meter.registers.map(shortName).join(" "), last);
}

const lastOf = ({ lastOn, lastValues, registers }: ChatMeter): string =>
  lastOn && lastValues ? SAY.last(formatDate(lastOn), tellValues({ registers }, lastValues)) : "";

const SHORT_NAMES: Readonly<Record<Register, string>> = {
  total: "总",
  sharp: "尖",
  peak: "峰",
  flat: "平",
  valley: "谷",
  deep: "深谷",
};
const shortName = (register: Register): string => SHORT_NAMES[register];

const readingOf = (
  { standsOn, rollover }: Pick<ReadingDialog, "standsOn" | "rollover">,
  { code }: ChatMeter,
  values: RegisterValues,
): ReportedReading => ({ meter: code, standsOn, values, rollover: rollover === true });

/** The figures of a message, in order; separators of thousands are taken off. */
const figuresIn = (text: string): readonly string[] =>
  plain(text)
    .replace(/(\d),(?=\d{3}(?:\D|$))/g, "$1")
    .match(/\d+(?:\.\d+)?/g) ?? [];
const onlyFigures = (text: string): boolean =>
  /^[\d.,\s、，度吨kwh立方]+$/i.test(plain(text)) && figuresIn(text).length > 0;

/** One figure for each register, in the order of the question; undefined: too few or too many. */
function valuesIn(text: string, registers: readonly Register[]): RegisterValues | undefined {
  const figures = figuresIn(text);
  if (figures.length !== registers.length) return undefined;
  return Object.fromEntries(registers.map((register, index) => [register, figures[index] ?? ""]));
}

const isRollover = (text: string): boolean => /归零|翻转|走满/.test(plain(text));

const UTILITIES: Readonly<Record<string, Utility>> = { electricity: "electricity", water: "water", gas: "gas" };
function filterOf({ slots }: Wish): MeterFilter {
  const utility = slots.charges?.map((charge) => UTILITIES[charge]).find((one) => one !== undefined);
  return { ...(utility === undefined ? {} : { utility }), ...(slots.unit === undefined ? {} : { unit: slots.unit }) };
}

/** The day that was named, if it is one that has come; else today. */
function dayOf(context: BotContext, { slots }: Wish): CivilDate {
  const { period } = slots;
  return period !== undefined && isCivilDate(period) && period <= context.today ? period : context.today;
}

const codesOf = (meters: readonly ChatMeter[]): readonly string[] => meters.map(({ code }) => code);

const stepOf = ({ expiresAtMs: _expiry, ...step }: ReadingDialog): Step => step;
