import { z } from "zod";
import type { Environment } from "./env.ts";
import { group } from "./group.ts";
import type { Secret } from "./secret.ts";
import { MERCHANT_VARIABLES } from "./variables.ts";

export interface WechatPayMerchant {
  readonly mchId: string;
  readonly appId: string;
  readonly serialNo: string;
  readonly privateKey: Secret;
  readonly apiV3Key: Secret;
  /** Undefined: the account still verifies with downloaded platform certificates. */
  readonly publicKey: { readonly id: string; readonly pem: Secret } | undefined;
  readonly apiBase: string;
}

/** A further merchant account, named by its variables. */
export interface MerchantSource {
  readonly code: string;
  readonly prefix: string;
  readonly names: readonly string[];
}

const SUFFIXES = Object.keys(MERCHANT_VARIABLES);

/** The codes in MERCHANT_<CODE>_… variables, sorted. */
export function codesOfMerchants(environment: Environment, problems: string[]): MerchantSource[] {
  const codes = new Set<string>();
  for (const [name, value] of Object.entries(environment)) {
    if (!name.startsWith("MERCHANT_") || value === undefined || value === "") continue;
    const bare = name.replace(/_FILE$/, "");
    const suffix = SUFFIXES.filter((candidate) => bare.endsWith(`_${candidate}`)).sort(
      (a, b) => b.length - a.length,
    )[0];
    const code = suffix === undefined ? "" : bare.slice("MERCHANT_".length, -suffix.length - 1);
    if (/^[A-Z0-9][A-Z0-9_]*$/.test(code)) codes.add(code);
    else problems.push(`${name}: unknown; a further merchant is MERCHANT_<CODE>_ and one of ${SUFFIXES.join(", ")}`);
  }
  return [...codes].sort().map((code) => {
    const prefix = `MERCHANT_${code}_`;
    return { code, prefix, names: SUFFIXES.map((suffix) => prefix + suffix) };
  });
}

/** The merchant account whose variables begin with `prefix`, or undefined when none of them is set. */
export function readMerchant(
  prefix: string,
  values: Readonly<Record<string, string>>,
  problems: string[],
): WechatPayMerchant | undefined {
  const own = Object.fromEntries(SUFFIXES.map((suffix) => [suffix, values[prefix + suffix]]));
  const parsed = z.object(MERCHANT_VARIABLES).safeParse(own);
  if (!parsed.success) {
    problems.push(...parsed.error.issues.map((issue) => `${prefix}${issue.path.join(".")}: ${issue.message}`));
    return undefined;
  }
  const v = parsed.data;
  if ((v.PUBLIC_KEY_ID === undefined) !== (v.PUBLIC_KEY === undefined)) {
    problems.push(`${prefix}PUBLIC_KEY_ID, ${prefix}PUBLIC_KEY: set both or neither`);
  }
  return group(
    "WeChat Pay",
    {
      mchId: [`${prefix}MCH_ID`, v.MCH_ID],
      appId: [`${prefix}APP_ID`, v.APP_ID],
      serialNo: [`${prefix}SERIAL_NO`, v.SERIAL_NO],
      privateKey: [`${prefix}PRIVATE_KEY`, v.PRIVATE_KEY],
      apiV3Key: [`${prefix}API_V3_KEY`, v.API_V3_KEY],
    },
    {
      publicKey:
        v.PUBLIC_KEY_ID === undefined || v.PUBLIC_KEY === undefined
          ? undefined
          : { id: v.PUBLIC_KEY_ID, pem: v.PUBLIC_KEY },
      apiBase: v.API_BASE,
    },
    problems,
  );
}
