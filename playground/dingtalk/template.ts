/** A button of a card template: the variables that it shows, and those that a press sends back. */
export interface TemplateButton {
  readonly actionId: string;
  readonly label: string;
  /** By the name under which a press sends them. */
  readonly params: Readonly<Record<string, string>>;
}

/** A card template of the card platform, as far as a machine needs it. */
export interface CardTemplate {
  readonly templateId: string;
  readonly isPublished: boolean;
  /** Variables that everybody sees the same. */
  readonly shared: readonly string[];
  /** Variables of each viewer. */
  readonly own: readonly string[];
  readonly buttons: readonly TemplateButton[];
  /** Buttons are hidden unless this variable has this value. */
  readonly buttonsShownWhen: { readonly variable: string; readonly value: string };
  readonly links: readonly { readonly label: string; readonly url: string }[];
}

const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index + 1);

/** The template that docs/dingtalk-card-template.md tells the operator to build. */
export const parkTemplate = (templateId: string, isPublished = true): CardTemplate => ({
  templateId,
  isPublished,
  shared: [
    ...["title", "subtitle", "figure", "figure_label", "body", "outcome", "buttons"],
    ...numbers(3).flatMap((n) => [`link${n}_label`, `link${n}_url`]),
  ],
  own: [
    ...numbers(6).flatMap((n) => ["label", "action", "proof", "color"].map((what) => `button${n}_${what}`)),
    "note",
  ],
  buttons: numbers(6).map((n) => ({
    actionId: String(n),
    label: `button${n}_label`,
    params: { action: `button${n}_action`, proof: `button${n}_proof` },
  })),
  buttonsShownWhen: { variable: "buttons", value: "shown" },
  links: numbers(3).map((n) => ({ label: `link${n}_label`, url: `link${n}_url` })),
});
