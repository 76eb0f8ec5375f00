const DIGITS: Readonly<Record<string, number>> = {
  零: 0,
  〇: 0,
  一: 1,
  壹: 1,
  幺: 1,
  二: 2,
  贰: 2,
  两: 2,
  三: 3,
  叁: 3,
  四: 4,
  肆: 4,
  五: 5,
  伍: 5,
  六: 6,
  陆: 6,
  七: 7,
  柒: 7,
  八: 8,
  捌: 8,
  九: 9,
  玖: 9,
};
const UNITS: Readonly<Record<string, number>> = {
  十: 10,
  拾: 10,
  百: 100,
  佰: 100,
  千: 1000,
  仟: 1000,
  k: 1000,
  万: 10_000,
  w: 10_000,
};

/** One character of a number written in Chinese, for building patterns. */
export const HAN_DIGIT = "零〇一壹幺二贰两三叁四肆五伍六陆七柒八捌九玖";
export const HAN_NUMBER = `${HAN_DIGIT}十拾百佰千仟万`;

/**
 * "一万二" → 12000, "3千5" → 3500, "1,234.5" → 1234.5, "8.6w" → 86000, "一二三〇" → 1230. Undefined when it is no number.
 * A last digit without unit after 百, 千 or 万 counts a tenth of that unit (两千五), after 零 one (两千零五).
 */
export function parseNumber(text: string): number | undefined {
  const tokens = text.replaceAll(",", "").match(/\d+(?:\.\d+)?|./g);
  if (tokens === null) return undefined;
  if (tokens.length > 1 && tokens.every((token) => token in DIGITS)) {
    return Number(tokens.map((token) => DIGITS[token]).join(""));
  }
  let total = 0;
  let section = 0;
  let current: number | undefined;
  let lastUnit = 1;
  for (const token of tokens) {
    const unit = UNITS[token];
    const digit = DIGITS[token];
    if (unit !== undefined) {
      if (unit === 10_000) {
        total += (section + (current ?? 0)) * unit;
        section = 0;
      } else section += (current ?? (unit === 10 ? 1 : 0)) * unit;
      current = undefined;
      lastUnit = unit;
    } else if (digit === 0 && tokens.length > 1) lastUnit = 1;
    else if (digit !== undefined && current === undefined) current = digit;
    else if (/^\d/.test(token) && current === undefined) current = Number(token);
    else return undefined;
  }
  if (current !== undefined) section += lastUnit >= 100 && current < 10 ? (current * lastUnit) / 10 : current;
  return Math.round((total + section) * 10_000) / 10_000;
}
