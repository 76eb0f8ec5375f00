import { isRecord } from "../http/server.ts";
import type { WecomError } from "./errors.ts";

/** A template card as a member sees it. */
export interface ShownCard {
  readonly type: "text_notice" | "button_interaction";
  readonly title: string;
  readonly description: string;
  readonly emphasis: { readonly value: string; readonly label: string } | undefined;
  readonly words: string;
  readonly rows: readonly { readonly label: string; readonly value: string }[];
  readonly jumps: readonly { readonly title: string; readonly url: string }[];
  readonly url: string | undefined;
  readonly buttons: readonly ShownButton[];
}

export interface ShownButton {
  readonly text: string;
  readonly style: number;
  /** Reported when it is pressed; undefined for one that opens `url`. */
  readonly key: string | undefined;
  readonly url: string | undefined;
  /** Grey: cannot be pressed. */
  readonly isGrey: boolean;
}

export type ReadCard =
  | { readonly ok: true; readonly card: ShownCard }
  | { readonly ok: false; readonly code: WecomError; readonly detail: string };

/** Code points of a text field of an app's message (reference/platforms.md sections 3.2 and 3.3). */
const MAX = {
  title: 36,
  description: 44,
  emphasisTitle: 14,
  emphasisDescription: 22,
  words: 160,
  rowLabel: 5,
  rowValue: 30,
  jumpTitle: 18,
  buttonText: 10,
} as const;
const KEY_MAX_BYTES = 1024;

class Refusal extends Error {
  readonly code: WecomError;
  constructor(code: WecomError, detail = "") {
    super(detail);
    this.code = code;
  }
}

/** Reads a card from the JSON of an API call, or from the XML of a passive reply after its names were made those of JSON. */
export function readTemplateCard(value: unknown, isUpdate: boolean): ReadCard {
  try {
    return { ok: true, card: read(value, isUpdate) };
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, code: error.code, detail: error.message };
    throw error;
  }
}

function read(value: unknown, isUpdate: boolean): ShownCard {
  if (!isRecord(value)) throw new Refusal(40035, "template_card");
  const type = value.card_type;
  if (type !== "text_notice" && type !== "button_interaction") throw new Refusal(42031);
  const title = checked(partOf(value.main_title).title, MAX.title, "main_title.title");
  const words = checked(value.sub_title_text, MAX.words, "sub_title_text");
  if (title === "" && words === "") throw new Refusal(42033);
  const url = actionUrl(value.card_action);
  if (type === "text_notice" && url === undefined) throw new Refusal(42045);
  const replaceText = checked(value.replace_text, MAX.buttonText, "replace_text");
  if (replaceText !== "" && !isUpdate) throw new Refusal(40058, "replace_text is for updates");
  const emphasis = partOf(value.emphasis_content);
  if (type !== "text_notice" && Object.keys(emphasis).length > 0) throw new Refusal(40058, "emphasis_content");
  const buttons = type === "button_interaction" ? readButtons(value.button_list) : [];
  return {
    type,
    title,
    description: checked(partOf(value.main_title).desc, MAX.description, "main_title.desc"),
    emphasis:
      Object.keys(emphasis).length === 0
        ? undefined
        : {
            value: checked(emphasis.title, MAX.emphasisTitle, "emphasis_content.title"),
            label: checked(emphasis.desc, MAX.emphasisDescription, "emphasis_content.desc"),
          },
    words,
    rows: readRows(value.horizontal_content_list),
    jumps: readJumps(value.jump_list),
    url,
    buttons:
      replaceText === "" ? buttons : [{ text: replaceText, style: 0, key: undefined, url: undefined, isGrey: true }],
  };
}

function readRows(value: unknown): { label: string; value: string }[] {
  const list = listOf(value);
  if (list.length > 6) throw new Refusal(42035);
  return list.map((row) => {
    const label = checked(row.keyname, MAX.rowLabel, "keyname");
    if (label === "") throw new Refusal(42027);
    if (Number(row.type ?? 0) === 1 && textOf(row.url) === "") throw new Refusal(42028);
    return { label, value: checked(row.value, MAX.rowValue, "value") };
  });
}

function readJumps(value: unknown): { title: string; url: string }[] {
  const list = listOf(value);
  if (list.length > 3) throw new Refusal(42037);
  return list.map((jump) => {
    const url = textOf(jump.url);
    if (Number(jump.type ?? 0) === 1 && url === "") throw new Refusal(42028);
    return { title: checked(jump.title, MAX.jumpTitle, "jump_list.title"), url };
  });
}

function readButtons(value: unknown): ShownButton[] {
  const list = listOf(value);
  if (list.length === 0 || list.length > 6) throw new Refusal(42036);
  const keys = new Set<string>();
  return list.map((button) => {
    const text = checked(button.text, MAX.buttonText, "button text");
    if (text === "") throw new Refusal(42038);
    const style = Number(button.style ?? 1);
    if (Number(button.type ?? 0) === 1) {
      const url = textOf(button.url);
      if (!/^https?:\/\//.test(url)) throw new Refusal(42028);
      return { text, style, key: undefined, url, isGrey: false };
    }
    const key = textOf(button.key);
    if (key === "") throw new Refusal(42039);
    if (Buffer.byteLength(key) > KEY_MAX_BYTES || keys.has(key)) throw new Refusal(42019);
    keys.add(key);
    return { text, style, key, url: undefined, isGrey: false };
  });
}

function actionUrl(value: unknown): string | undefined {
  const action = partOf(value);
  if (Object.keys(action).length === 0) return undefined;
  const url = textOf(action.url);
  if (Number(action.type) !== 1 || !/^https?:\/\//.test(url)) throw new Refusal(42045);
  return url;
}

const partOf = (value: unknown): Record<string, unknown> => (isRecord(value) ? value : {});
const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

/** One element of XML is no list yet. */
function listOf(value: unknown): Record<string, unknown>[] {
  if (value === undefined) return [];
  return (Array.isArray(value) ? (value as unknown[]) : [value]).map(partOf);
}

function checked(value: unknown, max: number, field: string): string {
  const text = textOf(value);
  if ([...text].length > max) throw new Refusal(40058, `${field} is longer than ${max}`);
  return text;
}

/** All that a person can read on a card. */
export function readableCard(card: ShownCard): string {
  return [
    card.title,
    card.description,
    ...(card.emphasis ? [`${card.emphasis.label} ${card.emphasis.value}`] : []),
    card.words,
    ...card.rows.map((row) => `${row.label}：${row.value}`),
    ...card.jumps.map((jump) => `${jump.title}>`),
    ...card.buttons.map((button) => (button.isGrey ? `（${button.text}）` : `[${button.text}]`)),
  ]
    .filter((line) => line !== "")
    .join("\n");
}
