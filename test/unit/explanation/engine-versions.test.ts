import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "../../../src/domain/canonical-json.ts";
import { engineOf } from "../../../src/domain/charging/engines.ts";
import { ENGINE_VERSION, type JsonValue } from "../../../src/domain/charging/line.ts";

interface WrittenDown {
  readonly amountFen: number;
  readonly derivationSha256: string;
  readonly inputs: JsonValue;
}

/**
 * engine-1.json holds inputs of every kind with what engine 1 made of them (the bills of test/independent/rich-world.ts).
 * If this fails, a change gives old inputs another figure or another proof: raise ENGINE_VERSION, keep the old code in
 * ENGINES under its number, and write down the new engine's figures beside these. Never change a file of a released one.
 */
describe("an engine never changes its figures", () => {
  const versions = ["1"];

  it("has figures written down for the engine in use", () => expect(versions).toContain(ENGINE_VERSION));

  it.each(versions)("engine %s", (version) => {
    const engine = engineOf(version);
    const lines: WrittenDown[] = JSON.parse(readFileSync(new URL(`engine-${version}.json`, import.meta.url), "utf8"));
    expect(lines.length).toBeGreaterThan(40);
    for (const { inputs, amountFen, derivationSha256 } of lines) {
      const line = engine?.(inputs);
      if (!line?.ok) throw new Error(`engine ${version} no longer computes ${JSON.stringify(inputs)}`);
      const sha256 = createHash("sha256").update(canonicalJson(line.derivation)).digest("hex");
      expect({ amountFen: line.amountFen, sha256 }).toEqual({ amountFen: BigInt(amountFen), sha256: derivationSha256 });
    }
  });

  it("knows no engine that was never released", () => expect(engineOf("2")).toBeUndefined());
  it("computes nothing from inputs that it never wrote", () => {
    expect(engineOf("1")?.({ type: "guess" })).toBeUndefined();
    expect(engineOf("opening")?.({ type: "time-based" })).toBeUndefined();
  });
});
