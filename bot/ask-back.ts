import type { CardButton } from "../cards/card.ts";
import { type Answer, type BotContext, type Memory, say, type Wish } from "./context.ts";
import { questionCard } from "./dialogs/flow.ts";
import { INTENT_NAMES } from "./text/intents.zh-CN.ts";
import { SAY } from "./text/zh-CN.ts";

type Offer = Pick<Wish, "intent" | "slots">;

/** More buttons than these are no short question any more. */
const OFFERS_MAX = 3;
/** Where nothing is near: what people want most. */
export const USUAL_WISHES: readonly Offer[] = [
  { intent: "bill.query", slots: {} },
  { intent: "pay", slots: {} },
  { intent: "invoice.request", slots: {} },
];

/** The words left it open: a short question with a button for each thing that may be meant. */
export function askWhich(context: BotContext, perhaps: readonly Offer[], lastButton: CardButton): Answer {
  return offer(context, perhaps.slice(0, OFFERS_MAX), lastButton, SAY.notSure);
}

/** The words meant nothing that we know: the nearest things, filled up with the usual ones, and a way to a person. */
export function offerNearest(
  context: BotContext,
  nearest: readonly Offer[],
  usual: readonly Offer[],
  lastButton: CardButton,
  words: string,
): Answer {
  const others = usual.filter(({ intent }) => nearest.every((one) => one.intent !== intent));
  return offer(context, [...nearest, ...others].slice(0, OFFERS_MAX), lastButton, words);
}

export const HANDOFF_BUTTON: CardButton = {
  kind: "action",
  label: INTENT_NAMES.handoff,
  action: { type: "handoff" },
};

const wishButton = ({ intent }: Offer): CardButton => ({
  kind: "action",
  label: INTENT_NAMES[intent],
  action: { type: "wish", intent },
});

function offer(context: BotContext, offered: readonly Offer[], lastButton: CardButton, words: string): Answer {
  return {
    replies: [questionCard([...offered.map(wishButton), lastButton], words)],
    memory: { ...context.memory, offered },
  };
}

/**
 * The answer to a first wish, then those to the others of the same message, in their order. Where the first asks something
 * the next gets a button, before the question: a question stands last.
 */
export async function withFurther<W extends Wish>(
  context: BotContext,
  wish: W,
  given: Answer,
  grant: (memory: Memory, wish: Pick<Wish, "intent" | "slots" | "further">) => Promise<Answer>,
): Promise<Answer> {
  const { further } = wish;
  // A bill that is shown has its own button to pay.
  const isShown = further?.intent === "pay" && wish.intent === "bill.query";
  if (further === undefined || further.intent === wish.intent || isShown) return given;
  const memory: Memory = given.memory ?? context.memory;
  if (memory.dialog) {
    const card = questionCard([wishButton(further)], SAY.further(INTENT_NAMES[further.intent]));
    return { ...given, replies: [card, ...given.replies], memory: { ...memory, offered: [further] } };
  }
  const next = await grant(memory, further);
  return { memory, ...next, replies: [...given.replies, ...next.replies] };
}

/** What was offered counts for the next message only; what was wanted stays for “那8月呢”. */
export function remembering(context: BotContext, given: Answer): Answer {
  const memory = given.memory ?? context.memory;
  if (memory.offered === undefined || memory.offered !== context.memory.offered) return given;
  const { offered: _over, ...rest } = memory;
  return { ...given, memory: rest };
}

/** Remembers what was wanted. */
export const wanted = (context: BotContext, { intent, slots }: Wish, given: Answer): Answer => ({
  ...given,
  memory: { ...(given.memory ?? context.memory), last: { intent, slots } },
});

/** A single sentence with buttons for what to do instead. */
export const insteadOf = (words: string, ...intents: readonly Wish["intent"][]): Answer =>
  say(questionCard([...intents.map((intent) => wishButton({ intent, slots: {} })), HANDOFF_BUTTON], words));
