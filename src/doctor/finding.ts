import { CATALOGUE, type FindingCode, type Level } from "./catalogue.ts";

/** One line of the doctor: what is right or wrong, which variable, and the likely cause. Holds no secret. */
export interface Finding {
  readonly level: Level;
  readonly code: FindingCode | "OK";
  readonly variable: string;
  readonly message: string;
  readonly cause: string;
}

/**
 * A wrong setting of the catalogue. `detail` says which one (a template's name, the vendor's own words); `prefix` names
 * the merchant account (WECHAT_PAY or MERCHANT_<CODE>); `variable` overrides what the catalogue names.
 */
export function wrong(
  code: FindingCode,
  more: { readonly detail?: string; readonly prefix?: string; readonly variable?: string } = {},
): Finding {
  const { level, variable, message, cause } = CATALOGUE[code];
  const named = (text: string) => text.replaceAll("*", more.prefix ?? "WECHAT_PAY");
  return {
    level,
    code,
    variable: more.variable ?? named(variable),
    message: more.detail === undefined || more.detail === "" ? message : `${message}：${more.detail}`,
    cause: named(cause),
  };
}

export const fine = (variable: string, message: string): Finding => ({
  level: "ok",
  code: "OK",
  variable,
  message,
  cause: "",
});
