import type { Card } from "../../../cards/card.ts";
import { LIMITS } from "../../../cards/limits.ts";
import { renderButtons, renderSharedParameters, type SharedParameters } from "../../../cards/render/dingtalk.ts";
import { proveButton } from "./proof.ts";

/** A person's own variables of a card: the buttons, and a remark. All strings; "" hides. */
export type OwnParameters = Readonly<Record<string, string>>;

/** What a card shows to everybody, and to each person besides. */
export interface CardData {
  readonly shared: SharedParameters;
  readonly own: ReadonlyMap<string, OwnParameters>;
}

/** Said to who clicked while the answer is being found; true also when the card stays as it is. */
export const AT_WORK: OwnParameters = { note: "已收到，结果稍后告知" };

/**
 * The variables of one copy of a card. `viewers` see its buttons, each with a proof of their own, so that a button that
 * was made for one person is worth nothing in the hands of another.
 */
export function cardDataOf(secret: string, outTrackId: string, card: Card, viewers: readonly string[]): CardData {
  return {
    shared: renderSharedParameters(card),
    own: new Map(viewers.map((userId) => [userId, ownParametersOf(secret, outTrackId, card, userId)])),
  };
}

/** Every button variable is named each time, so that an update by key leaves no button of before. */
export function ownParametersOf(secret: string, outTrackId: string, card: Card, userId: string): OwnParameters {
  const buttons = card.outcome === undefined ? renderButtons(card) : [];
  const entries = Array.from({ length: LIMITS.dingtalk.buttonsMax }, (_, index) => {
    const button = buttons[index];
    const name = `button${index + 1}`;
    return [
      [`${name}_label`, button?.label ?? ""],
      [`${name}_action`, button?.action ?? ""],
      [`${name}_proof`, button === undefined ? "" : proveButton(secret, outTrackId, userId, button.action)],
      [`${name}_color`, button?.color ?? "gray"],
    ] as const;
  });
  return { ...Object.fromEntries(entries.flat()), note: "" };
}
