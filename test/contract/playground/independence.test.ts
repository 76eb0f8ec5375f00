import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../../../playground");

/** A wrong formula that both sides import would prove nothing: the pretend platforms share no code with the bot. The demo and the gallery are no platforms. */
describe("the pretend outside world stands alone", () => {
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter(
    (name) => name.endsWith(".ts") && !/^(demo|gallery)\//.test(name),
  );

  it("has files to look at", () => {
    expect(files.length).toBeGreaterThan(20);
  });

  it.each(files)("%s imports only Node, an XML reader and its own folder", (name) => {
    const file = join(root, name);
    const imported = [...readFileSync(file, "utf8").matchAll(/(?:\bfrom|\bimport)\s*\(?\s*"([^"\\\n]+)"/g)].map(
      (match) => match[1] ?? "",
    );
    const strangers = imported.filter((specifier) => {
      if (specifier.startsWith("node:") || specifier === "fast-xml-parser") return false;
      return !specifier.startsWith(".") || !resolve(dirname(file), specifier).startsWith(`${root}/`);
    });
    expect(strangers).toEqual([]);
  });
});
