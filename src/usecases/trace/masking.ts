/** Of an openid or userid: enough to tell two apart, too little to write to anyone. */
export const maskId = (id: string): string => (id.length <= 6 ? "***" : `${id.slice(0, 3)}***${id.slice(-2)}`);

/** Of what a person typed: long runs of digits are phone, card and identity numbers; the rest is cut short. */
export const maskText = (text: string): string => {
  const masked = text.replaceAll(/\d[\d -]{5,}\d[Xx]?/g, "***").replaceAll(/\S+@\S+/g, "***");
  return masked.length <= 40 ? masked : `${masked.slice(0, 40)}…`;
};
