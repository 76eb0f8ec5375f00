import { type Finding, wrong } from "../finding.ts";

/** What loadConfig has to say, "VARIABLE: sentence", with the cause where the mistake is a known one. */
export function wrongForms(problems: readonly string[]): Finding[] {
  return problems.map((problem) => {
    const [variable = "", ...rest] = problem.split(": ");
    const sentence = rest.join(": ");
    const prefix = variable.replace(/_(API_V3_KEY|PRIVATE_KEY)$/, "");
    if (/_AES_KEY$/.test(variable) && sentence.includes("43")) return wrong("AES_KEY_FORM", { variable });
    if (/_API_V3_KEY$/.test(variable) && sentence.includes("32")) return wrong("API_V3_KEY_FORM", { prefix });
    if (/_PRIVATE_KEY$/.test(variable) && sentence.includes("PEM")) return wrong("PRIVATE_KEY_FORM", { prefix });
    return wrong("CONFIG_INVALID", { variable, detail: sentence });
  });
}
