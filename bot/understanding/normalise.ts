import { Converter } from "opencc-js/t2cn";
import { meantBy, TYPO_PATTERN } from "./lexicon/typos.ts";

/** A message longer than this says what it wants at its beginning; the rest would only cost time. */
export const MAX_LENGTH = 600;
/** Stands where something was said that must not be heard (negated, replaced, hostile); no rule contains it. */
export const BLANK = "□";

/** The text in two forms: as it was said, for slots; and as the rules read it, with the way back. */
export interface Utterance {
  /** Width-folded (NFKC), without control characters; otherwise as written. */
  readonly folded: string;
  /** Simplified, lower case, typos healed, filler words and most blanks left out. */
  readonly plain: string;
  /** Index in `folded` of each character of `plain`; one more entry for its end. */
  readonly origin: readonly number[];
}

let convert: ((text: string) => string) | undefined;
const simplifiedCharacters = new Map<string, string>();

/** 繁→简 of one character (one stays one, so that positions hold). The dictionary is loaded at the first Han character. */
function simplified(character: string): string {
  if (character < "㐀" || character > "鿿") return character;
  const known = simplifiedCharacters.get(character);
  if (known !== undefined) return known;
  const toSimplified = convert ?? Converter({ from: "t", to: "cn" });
  convert = toSimplified;
  const result = [...toSimplified(character)][0] ?? character;
  simplifiedCharacters.set(character, result);
  return result;
}

// Control, format (zero width, bidirectional marks), private and lone surrogates: never part of a word. Line breaks stay.
const INVISIBLE = /(?![\n\t])[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu;
const PUNCTUATION: Readonly<Record<string, string>> = {
  ",": "，",
  "、": "、",
  ";": "，",
  "。": "，",
  "!": "，",
  "?": "？",
  "~": "~",
  "…": "，",
  "—": "-",
  "–": "-",
  "\n": "，",
  "\t": "，",
  "【": "，",
  "】": "，",
  "「": "",
  "」": "",
  "『": "",
  "』": "",
  "“": "",
  "”": "",
  '"': "",
  "'": "",
  "‘": "",
  "’": "",
  "*": "",
};
const PICTURE = /^\p{Extended_Pictographic}/u;
const FILLERS = /^(?:呃|嗯|啊|呀|噢|哦|嘛|呗|咯|啦|哎呀|哎|唉|诶|欸|喔|咧|那啥|就是说|怎么说呢)/;
const isAlphanumeric = (character: string | undefined): boolean =>
  character !== undefined && /[0-9a-z]/i.test(character);

/** Reads a message once. Pure, and bounded in time by MAX_LENGTH. */
export function normalise(text: string): Utterance {
  const folded = text
    .slice(0, MAX_LENGTH * 2)
    .normalize("NFKC")
    .replace(INVISIBLE, "")
    .slice(0, MAX_LENGTH)
    .trim();
  const simple = Array.from({ length: folded.length }, (_, index) => simplified(folded.charAt(index)))
    .join("")
    .toLowerCase();
  const lower = simple.length === folded.length ? simple : folded;
  return withPauses(withoutPoliteness(dropNoise(folded, healTypos(lower))));
}

interface Healed {
  readonly text: string;
  readonly origin: readonly number[];
}

function healTypos(text: string): Healed {
  let healed = "";
  const origin: number[] = [];
  let done = 0;
  const keep = (until: number) => {
    for (let index = done; index < until; index++) origin.push(index);
    healed += text.slice(done, until);
    done = until;
  };
  for (const match of text.matchAll(TYPO_PATTERN)) {
    keep(match.index);
    const meant = meantBy(match[0]);
    // The last character of the word meant lies on the last one written, so that what follows still lies behind it.
    for (let index = 0; index < meant.length; index++) {
      origin.push(match.index + Math.min(index, match[0].length - 1));
    }
    healed += meant;
    done = match.index + match[0].length;
  }
  keep(text.length);
  return { text: healed, origin };
}

function dropNoise(folded: string, { text, origin }: Healed): Utterance {
  let plain = "";
  const kept: number[] = [];
  const push = (character: string, index: number) => {
    plain += character;
    kept.push(origin[index] ?? folded.length);
  };
  for (let index = 0; index < text.length; ) {
    const character = text.charAt(index);
    const filler = FILLERS.exec(text.slice(index, index + 4))?.[0];
    if (filler !== undefined) {
      index += filler.length;
      continue;
    }
    if (PICTURE.test(text.slice(index, index + 2)) && !isDigit(character)) {
      index += PICTURE.exec(text.slice(index, index + 2))?.[0].length ?? 1;
      if (plain !== "" && !plain.endsWith("，")) push("，", index - 1);
      continue;
    }
    if (/\s/.test(character) && character !== "\n" && character !== "\t") {
      // "1203 5000" are two numbers, "查 账单" is one wish, "只交房租 电费先不交" are two.
      if (isAlphanumeric(plain.at(-1)) && isAlphanumeric(text[index + 1])) push(" ", index);
      else if ((isPause(text, index) || isBeforeDetails(text, index)) && !plain.endsWith("，")) push("，", index);
    } else if (character === "," && isDigit(text[index - 1]) && /^\d{3}(?!\d)/.test(text.slice(index + 1))) {
      push(",", index);
    } else {
      const mapped = character === "." && !isDigit(text[index + 1]) ? "，" : (PUNCTUATION[character] ?? character);
      // Several marks in a row are one pause.
      if (mapped !== "" && !(mapped === "，" && (plain === "" || plain.endsWith("，")))) push(mapped, index);
    }
    index++;
  }
  return { folded, plain, origin: [...kept, folded.length] };
}

const POLITE_HEAD =
  /^(?:(?:你好|您好|你们好|早上好|上午好|中午好|下午好|晚上好|哈喽|嗨|hi|hello|在吗|在不在|喂|亲|那个|管家|客服|师傅|老师|美女|帅哥|老板|物业)[，？]+|亲(?![戚自手])|(?:请问|打扰一下|打扰了|不好意思|你好|您好|麻烦(?:你们?|您)?|劳驾|拜托|帮我|我?想?请?问(?:一下|下|问)|我想(?:咨询|了解)(?:一下|下)?|咨询(?:一下|下))，?)+(?=.{2})/;
const POLITE_TAIL =
  /(?:[，？]*(?:谢谢(?:你们?|您|了)?|多谢|感谢|谢了|拜托了?|麻烦(?:你们?|您)?了?|辛苦了?|尽快|急用|[急]+|哈+|thanks|thx|please|，))+$/;

/** Greetings before and thanks after a wish only stand in its way; a message that is nothing else stays as it is. */
function withoutPoliteness(utterance: Utterance): Utterance {
  const { plain, origin } = utterance;
  const from = POLITE_HEAD.exec(plain)?.[0].length ?? 0;
  const tail = POLITE_TAIL.exec(plain.slice(from));
  const to = tail === null || tail.index < 2 ? plain.length : from + tail.index;
  return { ...utterance, plain: plain.slice(from, to), origin: origin.slice(from, to + 1) };
}

/** 查账单和开发票 are two wishes: the joint becomes a pause. */
const withPauses = (utterance: Utterance): Utterance => ({
  ...utterance,
  plain: utterance.plain.replace(/[和并](?=(?:帮我)?(?:开发|开票|开专|开普|查|退款|退押|付|交|绑定|申请))/g, "，"),
});

/** A blank between two longer runs of Han characters stands for a comma. */
const isPause = (text: string, index: number): boolean =>
  /[㐀-鿿]{3}[㐀-鿿](?<![的是把跟和])$/.test(text.slice(Math.max(0, index - 4), index)) &&
  /^[㐀-鿿]{4}/.test(text.slice(index + 1));

/** 开发票 抬头是…: what the wish is for, then its details. */
const isBeforeDetails = (text: string, index: number): boolean =>
  /[票款费单]$/.test(text.slice(0, index)) && /^\s*(?:抬头|税号|公司名|名称|单位)/.test(text.slice(index));

const isDigit = (character: string | undefined): boolean => character !== undefined && /\d/.test(character);

/** What was written for the characters from..to (excluded) of `plain`. */
export function asSaid({ folded, origin }: Utterance, from: number, to: number): string {
  const start = origin[from] ?? folded.length;
  const last = origin[to - 1];
  return last === undefined ? "" : folded.slice(start, last + 1).trim();
}

/** The same utterance with from..to (excluded) not heard. */
export function blanked(utterance: Utterance, from: number, to: number): Utterance {
  const { plain } = utterance;
  const silence = plain.slice(from, to).replace(/[^，？、]/g, BLANK);
  return { ...utterance, plain: plain.slice(0, from) + silence + plain.slice(to) };
}
