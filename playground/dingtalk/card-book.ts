import { isRecord, jsonResponse, type PlainResponse } from "../http/server.ts";
import { CardInstance, type Parameters, parametersIn } from "./card.ts";
import type { Chat } from "./chat.ts";
import { type DingtalkError, errorResponse } from "./errors.ts";
import type { Group } from "./group.ts";
import type { Member } from "./member.ts";
import { queryKey } from "./robot.ts";
import type { CardTemplate } from "./template.ts";

/** What the card APIs look into. */
export interface CardWorld {
  readonly robotCode: string;
  findMember(userId: string): Member | undefined;
  findGroup(conversationId: string): Group | undefined;
  findTemplate(templateId: string): CardTemplate | undefined;
  reportIncident(what: string): void;
}

export interface CallbackRoute {
  readonly callbackUrl: string;
  readonly apiSecret: string | undefined;
}

type Body = Readonly<Record<string, unknown>>;
type Own = ReadonlyMap<string, Parameters>;

/** Every card, and where its presses go (reference/platforms.md sections 6.4 and 6.5). */
export class CardBook {
  readonly #world: CardWorld;
  readonly #cards = new Map<string, CardInstance>();
  readonly #routes = new Map<string, CallbackRoute>();
  #registrations = 0;

  constructor(world: CardWorld) {
    this.#world = world;
  }

  get cards(): readonly CardInstance[] {
    return [...this.#cards.values()];
  }

  get registrations(): number {
    return this.#registrations;
  }

  find(outTrackId: string): CardInstance | undefined {
    return this.#cards.get(outTrackId);
  }

  routeOf(card: CardInstance): CallbackRoute | undefined {
    return card.routeKey === undefined ? undefined : this.#routes.get(card.routeKey);
  }

  /** POST /v1.0/card/callbacks/register: an existing route is answered unchanged unless `forceUpdate`. */
  register(body: Body): PlainResponse {
    const { callbackRouteKey: key, callbackUrl, apiSecret, forceUpdate } = body;
    if (typeof key !== "string" || key === "" || typeof callbackUrl !== "string") return errorResponse("param.invalid");
    this.#registrations += 1;
    const existing = this.#routes.get(key);
    if (existing === undefined || forceUpdate === true) {
      this.#routes.set(key, { callbackUrl, apiSecret: typeof apiSecret === "string" ? apiSecret : undefined });
    }
    const { callbackUrl: kept, apiSecret: secret } = this.#routes.get(key) ?? { callbackUrl, apiSecret: undefined };
    return jsonResponse(200, { success: true, result: { callbackUrl: kept, apiSecret: secret } });
  }

  /** POST /v1.0/card/instances/createAndDeliver */
  createAndDeliver(body: Body): PlainResponse {
    const data = this.#dataOf(body);
    if ("refusal" in data) return errorResponse(data.refusal);
    const { outTrackId, cardTemplateId } = body;
    if (typeof outTrackId !== "string" || outTrackId === "") return errorResponse("param.outTrackIdEmpty");
    if (outTrackId.length > 64) return errorResponse("param.invalid");
    if (typeof cardTemplateId !== "string" || cardTemplateId === "") return errorResponse("param.cardTemplateIdEmpty");
    const template = this.#world.findTemplate(cardTemplateId);
    if (template === undefined) return errorResponse("param.templateNotExist");
    if (!template.isPublished) return errorResponse("param.templateUnpublished");
    const place = placeIn(body);
    if ("refusal" in place) return errorResponse(place.refusal);
    if (this.#cards.has(outTrackId)) return errorResponse("param.cardAlreadyExist");
    const space = body[`${prefixOf(place.kind)}OpenSpaceModel`];
    const card = new CardInstance({
      outTrackId,
      template,
      routeKey:
        body.callbackType === "HTTP" && typeof body.callbackRouteKey === "string" ? body.callbackRouteKey : undefined,
      space: isRecord(space) ? `${place.kind}.${place.id}` : "",
      isForwardable: isRecord(space) && space.supportForward !== false,
      ...data,
    });
    this.#cards.set(outTrackId, card);
    this.#reportStrangeVariables(card);
    const deliverResults = [this.#deliver(card, place, body)];
    return jsonResponse(200, { success: true, result: { outTrackId, deliverResults } });
  }

  /** POST /v1.0/card/instances/deliver: a card that exists, into a space that it was made for. */
  deliver(body: Body): PlainResponse {
    const card = typeof body.outTrackId === "string" ? this.#cards.get(body.outTrackId) : undefined;
    if (card === undefined) return errorResponse("param.cardNotExist");
    const place = placeIn(body);
    if ("refusal" in place) return errorResponse(place.refusal);
    return jsonResponse(200, { success: true, result: [this.#deliver(card, place, body)] });
  }

  /** PUT /v1.0/card/instances */
  update(body: Body): PlainResponse {
    const data = this.#dataOf(body);
    if ("refusal" in data) return errorResponse(data.refusal);
    const card = typeof body.outTrackId === "string" ? this.#cards.get(body.outTrackId) : undefined;
    if (card === undefined) return errorResponse("param.cardNotExist");
    if (card.openCallbacks > 0) this.#world.reportIncident(`update of ${card.outTrackId} during its callback`);
    const options = isRecord(body.cardUpdateOptions) ? body.cardUpdateOptions : {};
    card.setShared(data.shared, options.updateCardDataByKey === true);
    for (const [userId, own] of data.own) card.setOwn(userId, own, options.updatePrivateDataByKey === true);
    this.#reportStrangeVariables(card);
    return jsonResponse(200, { success: true, result: true });
  }

  #deliver(card: CardInstance, place: Place, body: Body): unknown {
    const problem = this.#problemOf(card, place, body);
    if (problem === undefined) this.#chatOf(place)?.receive({ kind: "card", outTrackId: card.outTrackId });
    return {
      spaceType: place.kind,
      spaceId: place.id,
      success: problem === undefined,
      ...(problem === undefined ? { carrierId: queryKey() } : { errorMsg: problem }),
    };
  }

  #problemOf(card: CardInstance, { kind, id }: Place, body: Body): string | undefined {
    if (card.space !== `${kind}.${id}`) return "spaces of card is empty";
    if (kind === "IM_ROBOT") return this.#world.findMember(id)?.hasLeft === false ? undefined : "user not found";
    const model = body.imGroupOpenDeliverModel;
    if (!isRecord(model) || model.robotCode !== this.#world.robotCode) return "robot not found";
    return this.#world.findGroup(id)?.hasRobot === true ? undefined : "robot is not a member of the group";
  }

  #chatOf({ kind, id }: Place): Chat | undefined {
    return (kind === "IM_GROUP" ? this.#world.findGroup(id) : this.#world.findMember(id))?.chat;
  }

  #dataOf(body: Body): { readonly shared: Parameters; readonly own: Own } | { readonly refusal: DingtalkError } {
    if (!isRecord(body.cardData)) return { refusal: "param.cardPublicDataEmpty" };
    const shared = parametersIn(body.cardData);
    if (shared === undefined) return { refusal: "param.invalid" };
    const own = new Map<string, Parameters>();
    for (const [userId, data] of Object.entries(isRecord(body.privateData) ? body.privateData : {})) {
      const parameters = parametersIn(data);
      if (parameters === undefined) return { refusal: "param.invalid" };
      if (this.#world.findMember(userId)?.hasLeft !== false) return { refusal: "param.userIdNotExist" };
      own.set(userId, parameters);
    }
    return { shared, own };
  }

  #reportStrangeVariables(card: CardInstance): void {
    for (const name of card.strangeVariables()) {
      this.#world.reportIncident(`${name} is no variable of the template ${card.template.templateId}`);
    }
  }
}

interface Place {
  readonly kind: "IM_GROUP" | "IM_ROBOT";
  /** Conversation or user. */
  readonly id: string;
}

const prefixOf = (kind: Place["kind"]): string => (kind === "IM_GROUP" ? "imGroup" : "imRobot");

/** Where a card shall go, with the model that this kind of place needs. */
function placeIn(body: Body): Place | { readonly refusal: DingtalkError } {
  const { openSpaceId } = body;
  if (typeof openSpaceId !== "string" || openSpaceId === "") return { refusal: "param.openSpaceIdEmpty" };
  const [, kind, id] = /^dtv1\.card\/\/(IM_GROUP|IM_ROBOT)\.(.+)$/.exec(openSpaceId) ?? [];
  if ((kind !== "IM_GROUP" && kind !== "IM_ROBOT") || id === undefined) return { refusal: "param.openSpaceIdInvalid" };
  if (!isRecord(body[`${prefixOf(kind)}OpenDeliverModel`])) return { refusal: "param.openDeliverModelEmpty" };
  return { kind, id };
}
