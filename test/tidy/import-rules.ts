import { importsOf, type SourceFile } from "./source-files.ts";

export interface ImportRule {
  /** A folder ("src/db/") or a file, from the root. The longest that fits a file is the one that counts. */
  readonly area: string;
  /** Folders and files it may import from, besides itself. */
  readonly may: readonly string[] | "everything";
  /** The only packages it may import; absent: any. */
  readonly packages?: readonly string[];
}

/** The seams between bot and outside world: types (and the action codec) that both sides speak. */
const SEAMS = ["cards/card.ts", "cards/action.ts", "bot/events.ts"];
const DATABASE = ["src/db/", "generated/"];

/** Who may import whom (ARCHITECTURE.md). What is not listed is not allowed, a new folder included. */
export const IMPORT_RULES: readonly ImportRule[] = [
  { area: "src/domain/", may: [], packages: ["decimal.js", "temporal-polyfill", "jsep"] },
  { area: "cards/", may: ["src/domain/"], packages: ["zod", "temporal-polyfill", "qrcode"] },
  { area: "src/ports/", may: ["src/domain/", ...SEAMS], packages: [] },
  { area: "src/db/", may: ["src/domain/", "src/ports/", "generated/", ...SEAMS] },
  { area: "src/usecases/", may: ["src/domain/", "src/ports/", ...DATABASE, ...SEAMS] },
  { area: "bot/", may: ["src/usecases/", "cards/", "src/domain/", "src/ports/"] },
  {
    area: "jobs/",
    may: ["src/usecases/", "bot/", "cards/", "src/domain/", "src/ports/", "src/telemetry/", ...DATABASE],
  },
  ...["src/platforms/", "src/payments/", "src/invoicing/", "src/banks/", "src/sms/", "src/email/"].map((area) => ({
    area,
    may: ["src/ports/", "src/domain/", "cards/render/", "cards/limits.ts", ...SEAMS],
  })),
  {
    area: "src/meters/",
    may: [
      "src/ports/",
      "src/domain/",
      // One way of reading cells, CSV and XLSX for all files that people hand in.
      "src/banks/cells.ts",
      "src/banks/csv-rows.ts",
      "src/banks/inspect-file.ts",
      "src/banks/xlsx-rows.ts",
    ],
  },
  { area: "src/documents/", may: ["src/domain/", "src/ports/", "cards/"] },
  { area: "src/vouchers/", may: ["src/domain/", "src/ports/", "src/reports/"] },
  { area: "src/reports/", may: ["src/domain/", "src/ports/", "src/db/", "generated/"] },
  {
    area: "src/http/",
    may: [
      "src/platforms/",
      "src/payments/",
      "bot/",
      "src/usecases/",
      "src/documents/",
      "cards/",
      "src/domain/",
      "src/ports/",
      "src/telemetry/",
      ...DATABASE,
    ],
  },
  { area: "src/config/", may: [], packages: ["zod", "node:fs", "node:path", "node:crypto", "node:util"] },
  { area: "src/telemetry/", may: [] },
  // Asks the platforms by their own adapters, about a configuration that nothing else may be able to start with.
  {
    area: "src/doctor/",
    may: [
      "src/config/",
      "src/platforms/",
      "src/payments/",
      "src/sms/",
      "src/ports/",
      "src/domain/",
      "prisma/migrate.ts",
      ...DATABASE,
    ],
  },
  { area: "prisma/", may: ["src/db/"] },
  // A pretend outside world that shared our code would share our mistakes.
  { area: "playground/", may: [] },
  // Draws our cards as the pretend platforms read them.
  { area: "playground/gallery/", may: "everything" },
  // The demo's story drives both worlds.
  { area: "playground/demo/", may: "everything" },
  { area: "src/compose.ts", may: "everything" },
  { area: "src/compose/", may: "everything" },
  { area: "src/compose/", may: "everything" },
  { area: "src/main.ts", may: "everything" },
  { area: "src/cli/", may: "everything" },
  { area: "bench/", may: "everything" },
  { area: "test/", may: "everything" },
];

/** One sentence for each import of the file that its rule does not allow. */
export function importProblems(file: SourceFile, rules: readonly ImportRule[] = IMPORT_RULES): string[] {
  const rule = rules.filter(({ area }) => file.path.startsWith(area)).sort((a, b) => b.area.length - a.area.length)[0];
  if (rule === undefined) return [`${file.path}: no rule says what this folder may import (test/tidy/import-rules.ts)`];
  const { may, packages } = rule;
  if (may === "everything") return [];
  const imports = importsOf(file);
  return [
    ...imports.own
      .filter((target) => ![rule.area, ...may].some((allowed) => target.startsWith(allowed)))
      .map(
        (target) => `${file.path} imports ${target}; ${rule.area} may import ${may.join(", ") || "nothing of ours"}`,
      ),
    ...imports.packages
      .filter((name) => packages !== undefined && !packages.includes(name))
      .map(
        (name) => `${file.path} imports the package ${name}; ${rule.area} may import ${packages?.join(", ") || "none"}`,
      ),
  ];
}
