import { isRecord, jsonResponse, type PlainResponse } from "../http/server.ts";
import { CardInstance, type Parameters, parametersIn } from "./card.ts";
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
    const { outTrackId, cardTemplateId, openSpaceId } = body;
    if (typeof outTrackId !== "string" || outTrackId === "") return errorResponse("param.outTrackIdEmpty");
    if (outTrackId.length > 64) return errorResponse("param.invalid");
    if (typeof cardTemplateId !== "string" || cardTemplateId === "") return errorResponse("param.cardTemplateIdEmpty");
    const template = this.#world.findTemplate(cardTemplateId);
    if (template === undefined) return errorResponse("param.templateNotExist");
    if (!template.isPublished) return errorResponse("param.templateUnpublished");
    if (typeof openSpaceId !== "string" || openSpaceId === "") return errorResponse("param.openSpaceIdEmpty");
    const [, kind, id] = /^dtv1\.card\/\/(IM_GROUP|IM_ROBOT)\.(.+)$/.exec(openSpaceId) ?? [];
    if (kind === undefined || id === undefined) return errorResponse("param.openSpaceIdInvalid");
    if (this.#cards.has(outTrackId)) return errorResponse("param.cardAlreadyExist");
    const prefix = kind === "IM_GROUP" ? "imGroup" : "imRobot";
    if (!isRecord(body[`${prefix}OpenDeliverModel`])) return errorResponse("param.openDeliverModelEmpty");
    const space = body[`${prefix}OpenSpaceModel`];
    const card = new CardInstance({
      outTrackId,
      template,
      routeKey:
        body.callbackType === "HTTP" && typeof body.callbackRouteKey === "string" ? body.callbackRouteKey : undefined,
      space: `${kind}.${id}`,
      isForwardable: isRecord(space) && space.supportForward !== false,
      ...data,
    });
    this.#cards.set(outTrackId, card);
    const problem = isRecord(space) ? this.#deliver(card, kind, id, body) : "spaces of card is empty";
    this.#reportStrangeVariables(card);
    const result = { spaceType: kind, spaceId: id, success: problem === undefined };
    const more = problem === undefined ? { carrierId: queryKey() } : { errorMsg: problem };
    return jsonResponse(200, { success: true, result: { outTrackId, deliverResults: [{ ...result, ...more }] } });
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

  #deliver(card: CardInstance, kind: string, id: string, body: Body): string | undefined {
    if (kind === "IM_GROUP") {
      const group = this.#world.findGroup(id);
      const model = body.imGroupOpenDeliverModel;
      if (!isRecord(model) || model.robotCode !== this.#world.robotCode) return "robot not found";
      if (group === undefined || !group.hasRobot) return "robot is not a member of the group";
      group.chat.receive({ kind: "card", outTrackId: card.outTrackId });
      return undefined;
    }
    const member = this.#world.findMember(id);
    if (member === undefined || member.hasLeft) return "user not found";
    member.chat.receive({ kind: "card", outTrackId: card.outTrackId });
    return undefined;
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
