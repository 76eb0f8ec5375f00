import { isRecord } from "../http/server.ts";
import type { CardTemplate, TemplateButton } from "./template.ts";

export type Parameters = Readonly<Record<string, string>>;

/** What one person sees of a card. */
export interface CardView {
  readonly outTrackId: string;
  /** Shared and own variables together. */
  readonly variables: Parameters;
  readonly buttons: readonly { readonly label: string; readonly button: TemplateButton }[];
  readonly links: readonly { readonly label: string; readonly url: string }[];
}

/** One card instance: what all see, and what each sees besides. */
export class CardInstance {
  readonly outTrackId: string;
  readonly template: CardTemplate;
  readonly routeKey: string | undefined;
  /** `IM_GROUP.<conversation>` or `IM_ROBOT.<user>` */
  readonly space: string;
  readonly isForwardable: boolean;
  #shared: Record<string, string>;
  readonly #own = new Map<string, Record<string, string>>();
  /** Presses under way: the update API must keep away meanwhile. */
  openCallbacks = 0;

  constructor(given: {
    readonly outTrackId: string;
    readonly template: CardTemplate;
    readonly routeKey: string | undefined;
    readonly space: string;
    readonly isForwardable: boolean;
    readonly shared: Parameters;
    readonly own: ReadonlyMap<string, Parameters>;
  }) {
    this.outTrackId = given.outTrackId;
    this.template = given.template;
    this.routeKey = given.routeKey;
    this.space = given.space;
    this.isForwardable = given.isForwardable;
    this.#shared = { ...given.shared };
    for (const [userId, parameters] of given.own) this.#own.set(userId, { ...parameters });
  }

  /** Without `byKey` the data is replaced as a whole, and what is not named vanishes. */
  setShared(parameters: Parameters, byKey: boolean): void {
    this.#shared = byKey ? { ...this.#shared, ...parameters } : { ...parameters };
  }

  setOwn(userId: string, parameters: Parameters, byKey: boolean): void {
    this.#own.set(userId, byKey ? { ...this.#own.get(userId), ...parameters } : { ...parameters });
  }

  viewOf(userId: string): CardView {
    const variables = { ...this.#shared, ...this.#own.get(userId) };
    const { buttons, buttonsShownWhen, links } = this.template;
    const areShown = variables[buttonsShownWhen.variable] === buttonsShownWhen.value;
    return {
      outTrackId: this.outTrackId,
      variables,
      buttons: areShown
        ? buttons
            .map((button) => ({ label: variables[button.label] ?? "", button }))
            .filter(({ label }) => label !== "")
        : [],
      links: links
        .map(({ label, url }) => ({ label: variables[label] ?? "", url: variables[url] ?? "" }))
        .filter(({ label }) => label !== ""),
    };
  }

  /** Variables that were sent and that the template does not have: they show nowhere. */
  strangeVariables(): readonly string[] {
    const known = new Set([...this.template.shared, ...this.template.own]);
    const sent = [this.#shared, ...this.#own.values()].flatMap((parameters) => Object.keys(parameters));
    return [...new Set(sent)].filter((name) => !known.has(name));
  }
}

/** The `cardParamMap` in a `cardData`; undefined when there is none or any value is no string. */
export function parametersIn(value: unknown): Parameters | undefined {
  const map = isRecord(value) ? value.cardParamMap : undefined;
  if (!isRecord(map)) return undefined;
  const entries = Object.entries(map);
  if (!entries.every((entry): entry is [string, string] => typeof entry[1] === "string")) return undefined;
  return Object.fromEntries(entries as [string, string][]);
}
