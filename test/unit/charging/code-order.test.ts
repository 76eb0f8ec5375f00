import { describe, expect, it } from "vitest";
import { compareCodes } from "../../../src/domain/charging/code-order.ts";

describe("codes", () => {
  it("compare as UTF-8 bytes, also beyond the basic plane", () => {
    const codes = ["~operator", "A-10", "A-2", "a", "B", "", "東", "\u{1F3E2}", "\uFF21", "A"];
    const byBytes = [...codes].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect([...codes].sort(compareCodes)).toEqual(byBytes);
  });
});
