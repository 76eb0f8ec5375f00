import type { CardButton } from "../../cards/card.ts";
import type { Wish } from "../context.ts";
import { INTENT_NAMES } from "../text/intents.zh-CN.ts";
import type { SpeakerRole } from "../understanding/frame.ts";

const wishes = (...intents: readonly Wish["intent"][]): readonly Pick<Wish, "intent" | "slots">[] =>
  intents.map((intent) => ({ intent, slots: {} }));

/** What a colleague wants most, by how they speak: offered where words were not understood. */
export const USUAL_STAFF_WISHES: Readonly<Record<SpeakerRole, readonly Pick<Wish, "intent" | "slots">[]>> = {
  tenant: [],
  steward: wishes("task.list", "arrears.list", "meter.report"),
  manager: wishes("approval.list", "arrears.list", "recon.summary"),
};

/** Staff have nobody to be handed to; the list of what can be asked is their way on. */
export const HELP_BUTTON: CardButton = { kind: "action", label: INTENT_NAMES.help, action: { type: "help" } };
