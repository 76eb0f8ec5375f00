import { call } from "../http/call.ts";
import { isRecord, readJsonObject } from "../http/server.ts";
import { type CardInstance, parametersIn } from "./card.ts";
import type { CallbackRoute } from "./card-book.ts";
import { cardHeaders } from "./signatures.ts";
import type { TemplateButton } from "./template.ts";

/** What a press did: the card changed or not, or the client said that it failed. */
export type PressResult =
  | { readonly state: "answered"; readonly changed: boolean }
  | { readonly state: "failed"; readonly reason: "timed-out" | "no-route" | "refused" | "malformed" };

export interface Press {
  readonly card: CardInstance;
  readonly route: CallbackRoute | undefined;
  readonly corpId: string;
  readonly userId: string;
  readonly button: TemplateButton;
  /** How long DingTalk waits; 2000 in reality. */
  readonly timeoutMs: number;
  readonly wireNowMs: number;
  /** Requests with the same headers and body; a network may repeat one. */
  readonly copies: number;
}

/** Sends a press to its route and applies what is answered (reference/platforms.md section 6.5). */
export async function pressButton(press: Press): Promise<PressResult> {
  const { card, route } = press;
  if (route === undefined) return { state: "failed", reason: "no-route" };
  const request = {
    method: "POST" as const,
    url: route.callbackUrl,
    headers: { "Content-Type": "application/json", ...cardHeaders(route.apiSecret, press.wireNowMs) },
    body: JSON.stringify(callbackOf(press)),
    timeoutMs: press.timeoutMs,
  };
  card.openCallbacks += 1;
  try {
    const [result] = await Promise.all(Array.from({ length: press.copies }, () => call(request)));
    if (result === undefined || result.state !== "answered") return { state: "failed", reason: "timed-out" };
    if (result.status !== 200) return { state: "failed", reason: "refused" };
    return apply(card, press.userId, result.body);
  } finally {
    card.openCallbacks -= 1;
  }
}

function callbackOf({ card, corpId, userId, button }: Press): unknown {
  const { variables } = card.viewOf(userId);
  const params = Object.fromEntries(
    Object.entries(button.params).map(([name, variable]) => [name, variables[variable] ?? ""]),
  );
  const content = JSON.stringify({ cardPrivateData: { actionIds: [button.actionId], params } });
  const [spaceType = "", spaceId = ""] = card.space.split(/\.(.*)/s);
  return {
    extension: "{}",
    corpId,
    spaceType: spaceType === "IM_GROUP" ? "im" : "im_robot",
    userIdType: 1,
    type: "actionCallback",
    userId,
    content,
    spaceId,
    outTrackId: card.outTrackId,
    value: content,
  };
}

function apply(card: CardInstance, userId: string, body: Buffer): PressResult {
  const answer = readJsonObject(body);
  if (answer === undefined) return { state: "failed", reason: "malformed" };
  const options = isRecord(answer.cardUpdateOptions) ? answer.cardUpdateOptions : {};
  const shared = answer.cardData === undefined ? {} : parametersIn(answer.cardData);
  const own = answer.userPrivateData === undefined ? {} : parametersIn(answer.userPrivateData);
  if (shared === undefined || own === undefined) return { state: "failed", reason: "malformed" };
  if (answer.cardData !== undefined) card.setShared(shared, options.updateCardDataByKey === true);
  if (answer.userPrivateData !== undefined) card.setOwn(userId, own, options.updatePrivateDataByKey === true);
  return { state: "answered", changed: answer.cardData !== undefined || answer.userPrivateData !== undefined };
}
