import { expect, test } from "vitest";
import { hexOf } from "../../../cli/palettes/hex-of.ts";
import { paletteFor } from "../../../cli/palettes/palette-for.ts";

const names = (count: number) => Array.from({ length: count }, (_, i) => `class ${i}`);

test("CamVid's classes have CamVid's colours, in any order", () => {
  expect(paletteFor(["car", "road", "sky"]).map(hexOf)).toEqual(["#400080", "#804080", "#808080"]);
});

test("150 classes have ADE20K's colours", () => {
  const colours = paletteFor(names(150)).map(hexOf);
  expect(colours).toHaveLength(150);
  expect(new Set(colours).size).toBe(149);
  expect([colours[0], colours[2], colours[149]]).toEqual(["#787878", "#06e6e6", "#5c00ff"]);
});

test.each([1, 2, 19, 256])("%i other classes have colours of their own, the same on every run", (count) => {
  const colours = paletteFor(names(count)).map(hexOf);
  expect(new Set(colours).size).toBe(count);
  expect(paletteFor(names(count)).map(hexOf)).toEqual(colours);
  for (const colour of colours) expect(colour).toMatch(/^#[0-9a-f]{6}$/);
});
