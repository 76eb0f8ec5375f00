import { describe, expect, it } from "vitest";
import { importProblems } from "./import-rules.ts";
import { sourceFiles } from "./source-files.ts";

describe("who imports whom", () => {
  it("is as the house was designed", () => {
    expect(sourceFiles().flatMap((file) => importProblems(file))).toEqual([]);
  });

  const file = (path: string, text: string) => ({ path, text });
  it.each([
    ["domain reaching for the database", file("src/domain/a.ts", 'import { x } from "../db/client.ts";')],
    ["domain reaching for the machine", file("src/domain/a.ts", 'import { readFileSync } from "node:fs";')],
    ["a type import as well", file("src/platforms/wecom/a.ts", 'import type { X } from "../../usecases/a.ts";')],
    [
      "an import over several lines",
      file("src/platforms/wecom/a.ts", 'import {\n  type X,\n  y,\n} from "../../db/rows.ts";'),
    ],
    ["a dynamic import", file("src/domain/a.ts", 'const x = await import("../db/client.ts");')],
    ["a re-export", file("cards/a.ts", 'export { x } from "../bot/router.ts";')],
    ["an import for its effect", file("cards/a.ts", 'import "../jobs/queue.ts";')],
    [
      "a platform reaching into another world",
      file("src/platforms/wecom/a.ts", 'import { x } from "../../../cards/bill-card.ts";'),
    ],
    [
      "the pretend world using our cryptography",
      file("playground/wecom/a.ts", 'import { x } from "../../src/platforms/crypto/envelope.ts";'),
    ],
    ["a folder without a rule", file("src/misc/a.ts", "export const x = 1;")],
  ])("notices %s", (_name, source) => {
    expect(importProblems(source)).toHaveLength(1);
  });

  it.each([
    [
      "a use case using domain and database",
      file("src/usecases/pay/a.ts", 'import { x } from "../../domain/a.ts";\nimport { y } from "../../db/rows.ts";'),
    ],
    [
      "a platform using the card renderer",
      file("src/platforms/wecom/a.ts", 'import { x } from "../../../cards/render/wecom.ts";'),
    ],
    [
      "a file beside it",
      file("playground/wecom/a.ts", 'import { x } from "./b.ts";\nimport { y } from "../http/server.ts";'),
    ],
  ])("lets pass %s", (_name, source) => {
    expect(importProblems(source)).toEqual([]);
  });
});
