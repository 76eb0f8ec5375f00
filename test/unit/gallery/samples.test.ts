import { expect, it } from "vitest";
import { CARD_NAMES } from "../../../cards/card.ts";
import { SAMPLES } from "../../../playground/gallery/samples.ts";

it("the gallery has a sample of every kind of card", () => {
  const shown = new Set(Object.values(SAMPLES).map((card) => card.name));
  expect(CARD_NAMES.filter((name) => !shown.has(name))).toEqual([]);
});
