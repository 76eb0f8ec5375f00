import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "./source-files.ts";

const FOLDER = join(ROOT, "src", "platforms");
/** Who knows one platform finds the way in the next. */
const CORE_FILES = ["verify.ts", "parse.ts", "send.ts", "sample-payloads.ts"];
/** What platforms have in common, and no platform itself. */
const NO_PLATFORM = ["crypto", "wechat-api", "download"];

const platforms = readdirSync(FOLDER, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !NO_PLATFORM.includes(entry.name))
  .map((entry) => entry.name);

describe("the platform adapters", () => {
  it("are the platforms that we speak", () => {
    expect(["official-account", "wecom", "dingtalk"]).toEqual(expect.arrayContaining(platforms));
    expect(platforms).not.toEqual([]);
  });

  it.each(platforms)("%s has the same core files as its siblings", (platform) => {
    expect(CORE_FILES.filter((file) => !existsSync(join(FOLDER, platform, file)))).toEqual([]);
  });
});
