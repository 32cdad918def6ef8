import { expect, test } from "vitest";
import { hexOf } from "../../../src/model/palettes/hex-of.ts";
import { paletteFor } from "../../../src/model/palettes/palette-for.ts";

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

test("Cityscapes' and VOC's classes have their data sets' colours, whatever their capitals", () => {
  expect(paletteFor(["Rider", "traffic light", "bicycle"]).map(hexOf)).toEqual(["#ff0000", "#faaa1e", "#770b20"]);
  expect(paletteFor(["background", "aeroplane", "tvmonitor"]).map(hexOf)).toEqual(["#000000", "#800000", "#004080"]);
});

test("a palette by name is taken by the classes' names, otherwise by their ids", () => {
  expect(paletteFor(["car", "road"], { palette: "cityscapes" }).map(hexOf)).toEqual(["#00008e", "#804080"]);
  expect(paletteFor(["car", "road"], { palette: "camvid" }).map(hexOf)).toEqual(["#400080", "#804080"]);
  expect(paletteFor(names(19), { palette: "cityscapes" }).map(hexOf)[18]).toBe("#770b20");
  // Published as (r, g, b): 1 (128, 0, 0), 4 (0, 0, 128), 8 (64, 0, 0), 15 (192, 128, 128), 20 (0, 64, 128).
  const voc = paletteFor(names(21), { palette: "voc" });
  expect([1, 4, 8, 15, 20].map((id) => voc[id])).toEqual([
    [128, 0, 0],
    [0, 0, 128],
    [64, 0, 0],
    [192, 128, 128],
    [0, 64, 128],
  ]);
  expect(paletteFor(names(3), { palette: "ade20k" }).map(hexOf)).toEqual(["#787878", "#b47878", "#06e6e6"]);
  expect(() => paletteFor(names(22), { palette: "voc" })).toThrow(
    "palette: want at most 21 classes for voc, got a model of 22.",
  );
});

test.each([1, 2, 17, 256])("%i other classes have colours of their own, the same on every run", (count) => {
  const colours = paletteFor(names(count)).map(hexOf);
  expect(new Set(colours).size).toBe(count);
  expect(paletteFor(names(count)).map(hexOf)).toEqual(colours);
  for (const colour of colours) expect(colour).toMatch(/^#[0-9a-f]{6}$/);
});

test("the checkpoint's own colours come before all but those asked for", () => {
  const own = [
    [1, 2, 3],
    [4, 5, 6],
  ] as const;
  expect(paletteFor(["car", "road"], { own })).toBe(own);
  expect(paletteFor(["car", "road"], { own, palette: "camvid" }).map(hexOf)).toEqual(["#400080", "#804080"]);
});
