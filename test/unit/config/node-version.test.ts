import { describe, expect, it } from "vitest";
import { nodeVersionProblem } from "../../../src/config/node-version.ts";

describe("the version of Node", () => {
  it.each(["20.19.0", "20.20.2", "22.0.0", "24.3.1"])("%s runs the program", (version) => {
    expect(nodeVersionProblem(version)).toBeUndefined();
  });

  it.each(["18.20.0", "20.18.3", "16.0.0"])("%s is refused with a sentence", (version) => {
    expect(nodeVersionProblem(version)).toContain(`Node.js 20.19 or later is needed, this is ${version}`);
  });
});
