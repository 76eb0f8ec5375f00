import { z } from "zod";

/** A platform's template and, where it names its own, the fields in the order of our facts. */
export interface TemplateChoice {
  readonly templateId: string;
  readonly keywords?: readonly string[];
}

const ENTRY = /^([a-z-]+)=([\w-]+)(?::([\w.,]+))?$/;

/**
 * "bill=TM0001:thing1,time2,amount3,time4; receipt=TM0002": which template of the platform's console says what. The names
 * after the colon are the template's fields; without them keyword1, keyword2, …
 */
export const templateList = (example: string) =>
  z
    .string()
    .transform((value) =>
      value
        .split(";")
        .map((entry) => entry.trim())
        .filter((entry) => entry !== ""),
    )
    .refine((entries) => entries.every((entry) => ENTRY.test(entry)), `must look like ${example}`)
    .transform((entries) => new Map(entries.flatMap(readEntry)));

function readEntry(entry: string): [string, TemplateChoice][] {
  const [, name, templateId, keywords] = ENTRY.exec(entry) ?? [];
  if (name === undefined || templateId === undefined) return [];
  return [[name, { templateId, ...(keywords === undefined ? {} : { keywords: keywords.split(",") }) }]];
}
