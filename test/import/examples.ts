import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ERROR_SENTENCES, WARNING_SENTENCES } from "../../src/domain/world/import/catalogue.ts";
import { BROKEN_WORLDS, type BrokenWorld, type Change, DOUBTFUL_WORLDS } from "./broken-worlds.ts";

/*
 * The examples of test/import and docs/import-checks.md are made from three things: the sentences of the catalogue, the good
 * world, and the short list of changes that break it. `npm run examples` writes them.
 */

export const REPOSITORY = join(import.meta.dirname, "../..");
const DIRECTORY = join(REPOSITORY, "test/import");

export const readJson = (path: string): unknown => JSON.parse(readFileSync(path, "utf8"));
export const goodWorld = (): unknown => readJson(join(DIRECTORY, "good-world.json"));

export interface Example extends BrokenWorld {
  readonly code: string;
  readonly severity: "error" | "warning";
  /** Path of the example file within the repository. */
  readonly file: string;
  readonly sentence: string;
}

export const EXAMPLES: readonly Example[] = [
  ...Object.entries(BROKEN_WORLDS).map(([code, world]) => ({
    ...world,
    code,
    severity: "error" as const,
    file: `test/import/broken/${code}.json`,
    sentence: textOf(ERROR_SENTENCES, code),
  })),
  ...Object.entries(DOUBTFUL_WORLDS).map(([code, world]) => ({
    ...world,
    code,
    severity: "warning" as const,
    file: `test/import/doubtful/${code}.json`,
    sentence: textOf(WARNING_SENTENCES, code),
  })),
];

function textOf(sentences: Readonly<Record<string, string>>, code: string): string {
  return (sentences[code] ?? "").replaceAll("{{", "{").replaceAll("}}", "}");
}

/** The good world with the changes made. Throws when a change names a place that is not there. */
export function applyChanges(world: unknown, changes: readonly Change[]): unknown {
  const copy: unknown = structuredClone(world);
  for (const { at, to } of changes) {
    const steps = at.split("/");
    const last = steps.pop() ?? "";
    const parent = steps.reduce(descend, copy);
    if (Array.isArray(parent)) parent[last === "-" ? parent.length : Number(last)] = to;
    else if (!isObject(parent)) throw new Error(`nothing to change at ${at}`);
    else if (to !== undefined) parent[last] = to;
    else if (last in parent) delete parent[last];
    else throw new Error(`nothing to remove at ${at}`);
  }
  return copy;
}

function descend(value: unknown, step: string): unknown {
  if (Array.isArray(value)) return value[Number(step)];
  if (isObject(value)) return value[step];
  throw new Error(`nothing at step ${step}`);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** JSON with short rows on one line, as people write a world file. */
export function layOut(value: unknown, indent = 0): string {
  const line = inOneLine(value);
  if (line.length + indent <= 100 || typeof value !== "object" || value === null) return line;
  const inner = " ".repeat(indent + 2);
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  const rows = Array.isArray(value)
    ? value.map((element) => layOut(element, indent + 2))
    : Object.entries(value).map(([key, element]) => `${JSON.stringify(key)}: ${layOut(element, indent + 2)}`);
  return `${open}\n${rows.map((row) => inner + row).join(",\n")}\n${" ".repeat(indent)}${close}`;
}

function inOneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inOneLine).join(", ")}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, element]) => `${JSON.stringify(key)}: ${inOneLine(element)}`);
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}

const rowOf = ({ code, sentence, path, file }: Example): string =>
  `| \`${code}\` | ${sentence.replaceAll("|", "\\|")} | \`${path}\` | [${code}.json](../${file}) |`;

const tableOf = (severity: Example["severity"]): string =>
  [
    "| code | sentence | where in the example | example |",
    "| --- | --- | --- | --- |",
    ...EXAMPLES.filter((example) => example.severity === severity).map(rowOf),
  ].join("\n");

/** docs/import-checks.md, whole. */
export const renderChecksPage = (): string => `# What \`import\` checks

Made by \`npm run examples\` from \`src/domain/world/import/catalogue.ts\` and \`test/import/broken-worlds.ts\`;
a test holds it current. Words in {braces} are filled in. Every example is \`test/import/good-world.json\` broken in one way.

All problems of a file are reported at once, each with the JSON path of its spot. At one spot the first error counts.
\`READING_CHANGED\` needs a stored reading to differ from: its example is wrong only where W1 stands at 3 on 2026-06-30.

## Errors

With any of these nothing is imported.

${tableOf("error")}

## Warnings

The file is imported; read these first.

${tableOf("warning")}
`;
