import type { Recipient, SendOutcome } from "../../ports/messenger.ts";
import type { SharedState } from "../../ports/shared-state.ts";
import { type ApiAnswer, apiUrl } from "./api.ts";
import type { CardData } from "./card-data.ts";
import { failureOutcome, meaningOf } from "./error-codes.ts";
import { isJsonObject, textOf } from "./json.ts";
import type { RobotConnection } from "./robot-messages.ts";
import { outcomeOf } from "./robot-messages.ts";
import { callbackRouteKey } from "./route-key.ts";
import { type AccessTokens, callWithToken, TokenUnavailable } from "./token.ts";

/** What interactive cards need besides the robot. */
export interface CardPlatform {
  /** `DINGTALK_CARD_TEMPLATE_ID`: "….schema" */
  readonly templateId: string;
  /** `DINGTALK_API_SECRET` */
  readonly apiSecret: string;
  /** PUBLIC_URL/callbacks/dingtalk/card */
  readonly callbackUrl: string;
}

/** The registration is repeated from time to time, for nothing tells us when DingTalk has forgotten it. */
const ROUTE_GOOD_FOR_SECONDS = 86_400;

/**
 * Makes a copy of a card and puts it into a chat (`createAndDeliver`, reference/platforms.md section 6.4). A copy that
 * exists already was made by an earlier try; nothing tells whether it also reached the chat, so it is delivered again:
 * twice the same card, which changes as one, rather than none. Throws TokenUnavailable.
 */
export async function deliverCard(
  connection: RobotConnection,
  platform: CardPlatform,
  tokens: AccessTokens,
  sharedState: SharedState,
  recipient: Recipient,
  outTrackId: string,
  data: CardData,
): Promise<SendOutcome> {
  const route = await registerRoute(connection, platform, tokens, sharedState);
  const post = (path: string, json: unknown) =>
    callWithToken(connection, tokens, (accessToken) => ({
      method: "POST",
      url: apiUrl(connection, path),
      accessToken,
      json,
    }));
  const place = placeOf(connection, recipient);
  const made = await post("/v1.0/card/instances/createAndDeliver", {
    cardTemplateId: platform.templateId,
    outTrackId,
    callbackType: "HTTP",
    callbackRouteKey: route,
    userIdType: 1,
    ...dataFields(data),
    ...place.delivery,
    ...place.space,
  });
  const isKnown = made.state === "answered" && meaningOf(made.code) === "card-known";
  const answer = isKnown
    ? await post("/v1.0/card/instances/deliver", { outTrackId, userIdType: 1, ...place.delivery })
    : made;
  return deliveryOutcome(answer, outTrackId);
}

/** A group, or the chat between the robot and one person. Nobody may pass an approval's card on. */
function placeOf({ robotCode }: RobotConnection, { kind, externalId }: Recipient) {
  return kind === "group"
    ? {
        space: { imGroupOpenSpaceModel: { supportForward: false } },
        delivery: {
          openSpaceId: `dtv1.card//IM_GROUP.${externalId}`,
          imGroupOpenDeliverModel: { robotCode },
        },
      }
    : {
        space: { imRobotOpenSpaceModel: { supportForward: false } },
        delivery: {
          openSpaceId: `dtv1.card//IM_ROBOT.${externalId}`,
          imRobotOpenDeliverModel: { spaceType: "IM_ROBOT", robotCode },
        },
      };
}

/** Changes a copy for everybody and for each person besides, by key, at any time. Throws TokenUnavailable. */
export async function changeCard(
  connection: RobotConnection,
  tokens: AccessTokens,
  outTrackId: string,
  data: CardData,
): Promise<SendOutcome> {
  const answer = await callWithToken(connection, tokens, (accessToken) => ({
    method: "PUT",
    url: apiUrl(connection, "/v1.0/card/instances"),
    accessToken,
    json: {
      outTrackId,
      ...dataFields(data),
      cardUpdateOptions: { updateCardDataByKey: true, updatePrivateDataByKey: true },
    },
  }));
  return outcomeOf(answer, "card-update");
}

const dataFields = ({ shared, own }: CardData) => ({
  cardData: { cardParamMap: shared },
  ...(own.size === 0
    ? {}
    : {
        privateData: Object.fromEntries([...own].map(([userId, parameters]) => [userId, { cardParamMap: parameters }])),
      }),
});

/** HTTP 200 may hold a delivery that failed: a card that exists and stands nowhere. */
function deliveryOutcome(answer: ApiAnswer, outTrackId: string): SendOutcome {
  if (answer.state !== "answered" || answer.code !== "") return outcomeOf(answer, "card");
  const { result } = answer.json;
  // createAndDeliver puts the deliveries beside the card's id, deliver answers them alone.
  const listed = isJsonObject(result) ? result.deliverResults : result;
  const deliveries = Array.isArray(listed) ? listed.filter(isJsonObject) : [];
  if (answer.json.success === true && deliveries.length > 0 && deliveries.every(({ success }) => success === true)) {
    return { state: "accepted", channel: "card", vendorId: outTrackId };
  }
  const [failed] = deliveries.filter(({ success }) => success !== true);
  // The words quote ids at times; the ones we know do not.
  const words = failed === undefined ? "" : (textOf(failed, "errorMsg") ?? "");
  const isKnown = /^[A-Za-z _.]{1,80}$/.test(words);
  const reason = `the card was made but not delivered${isKnown ? `: ${words}` : ""}`;
  return { state: "refused", code: "CARD_NOT_DELIVERED", reason, recipientGone: false };
}

/**
 * Tells DingTalk where clicks go (section 6.5). The key is made of address and secret, so that another environment's
 * registration is never overwritten and a new secret is a new route; an existing route is answered unchanged.
 */
async function registerRoute(
  connection: RobotConnection,
  platform: CardPlatform,
  tokens: AccessTokens,
  sharedState: SharedState,
): Promise<string> {
  const routeKey = callbackRouteKey(platform);
  return sharedState.token(`dingtalk:${connection.robotCode}:card-route:${routeKey}`, async () => {
    const answer = await callWithToken(connection, tokens, (accessToken) => ({
      method: "POST",
      url: apiUrl(connection, "/v1.0/card/callbacks/register"),
      accessToken,
      json: { callbackRouteKey: routeKey, callbackUrl: platform.callbackUrl, apiSecret: platform.apiSecret },
    }));
    // A card without its route would show buttons that do nothing: nothing is sent before DingTalk knows it.
    if (answer.state !== "answered") throw new TokenUnavailable("", `card route: ${answer.reason}`);
    if (answer.code !== "" || answer.json.success === false) {
      throw new TokenUnavailable(answer.code || "ROUTE_REFUSED", failureReason(answer.code));
    }
    return { token: routeKey, expiresInSeconds: ROUTE_GOOD_FOR_SECONDS };
  });
}

function failureReason(code: string): string {
  const outcome = failureOutcome(code || "ROUTE_REFUSED");
  return `card route: ${"reason" in outcome ? outcome.reason : code}`;
}
