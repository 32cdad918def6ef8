import { decode } from "fast-png";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { encodeDepth16, encodeDepthColours } from "../../../cli/pictures/encode-depth.ts";
import { encodeLabels } from "../../../cli/pictures/encode-labels.ts";
import { encodeNormals } from "../../../cli/pictures/encode-normals.ts";
import { encodeOverlay } from "../../../cli/pictures/encode-overlay.ts";
import { depthLevels } from "../../../src/model/answers/depth-levels.ts";
import type { Colour } from "../../../src/model/config/class-colours.ts";
import { pngHeader } from "./png-header.ts";

test("normals are RGB of 8 bits, −1 to 1 as 0 to 255", () => {
  const normals = Float32Array.of(-1, 0, 1, 0.6, -0.79, 0.0039);
  const png = encodeNormals({ width: 2, height: 1, normals });
  expect(pngHeader(png)).toEqual({ width: 2, height: 1, depth: 8, colour: "RGB" });
  expect([...decode(png).data]).toEqual([0, 128, 255, 204, 27, 128]);
});

describe("labels", () => {
  test("are an indexed PNG of exactly these ids and colours", async () => {
    const palette: Colour[] = [
      [1, 2, 3],
      [1, 2, 3],
      [255, 0, 128],
    ];
    const labels = Uint8Array.of(2, 0, 1, 1, 2, 0);
    const png = encodeLabels({ width: 3, height: 2 }, labels, palette);
    expect(pngHeader(png)).toEqual({ width: 3, height: 2, depth: 8, colour: "indexed" });
    const { data, palette: stored } = decode(png);
    expect([...data]).toEqual([...labels]);
    expect(stored).toEqual(palette);
    // Another library agrees on what it looks like.
    const seen = await sharp(png).raw().toBuffer();
    expect([...seen]).toEqual([...labels].flatMap((label) => palette[label]!));
  });

  test("of 256 classes still fit, from 16-bit ids too", () => {
    const palette = Array.from({ length: 256 }, (_, i): Colour => [i, 255 - i, 7]);
    const labels = Uint16Array.from({ length: 256 }, (_, i) => i);
    const png = encodeLabels({ width: 16, height: 16 }, labels, palette);
    expect(pngHeader(png).colour).toBe("indexed");
    expect([...decode(png).data]).toEqual([...labels]);
  });

  test("of more classes are 16-bit grey", async () => {
    const palette = Array.from({ length: 257 }, (): Colour => [0, 0, 0]);
    const png = encodeLabels({ width: 2, height: 1 }, Uint16Array.of(256, 3), palette);
    expect(pngHeader(png)).toEqual({ width: 2, height: 1, depth: 16, colour: "grey" });
    const raw = await sharp(png).toColourspace("grey16").raw({ depth: "ushort" }).toBuffer();
    expect([raw.readUInt16LE(0), raw.readUInt16LE(2)]).toEqual([256, 3]);
  });
});

describe("the overlay", () => {
  const photo = { width: 2, height: 1, data: Uint8Array.of(0, 100, 255, 10, 20, 30) };
  const palette: Colour[] = [
    [100, 0, 0],
    [0, 0, 201],
  ];
  const labels = Uint8Array.of(0, 1);
  const seen = async (png: Uint8Array) => [...(await sharp(png).raw().toBuffer())];

  test("blends photo and colours", async () => {
    expect(await seen(await encodeOverlay(photo, { labels, palette, alpha: 0.5 }))).toEqual([50, 50, 128, 5, 10, 116]);
    expect(await seen(await encodeOverlay(photo, { labels, palette, alpha: 0 }))).toEqual([...photo.data]);
    expect(await seen(await encodeOverlay(photo, { labels, palette, alpha: 1 }))).toEqual([100, 0, 0, 0, 0, 201]);
  });

  test("leaves the photo where a class gets no colour", async () => {
    const png = await encodeOverlay(photo, { labels, palette, alpha: 1, coloured: new Set([1]) });
    expect(await seen(png)).toEqual([0, 100, 255, 0, 0, 201]);
  });
});

describe("depth", () => {
  test("the nearest is brightest: the most of an inverse depth, the fewest metres", () => {
    const depth = Float32Array.of(1, 3, 2);
    expect(depthLevels({ depth, unit: "relative inverse" })).toEqual({
      levels: Uint16Array.of(0, 65535, 32768),
      nearest: 3,
      farthest: 1,
    });
    expect(depthLevels({ depth, unit: "metres" })).toEqual({
      levels: Uint16Array.of(65535, 0, 32768),
      nearest: 1,
      farthest: 3,
    });
  });

  test("the same everywhere is nearest everywhere", () => {
    const flat = depthLevels({ depth: Float32Array.of(0, 0), unit: "relative inverse" });
    expect(flat).toEqual({ levels: Uint16Array.of(65535, 65535), nearest: 0, farthest: 0 });
  });

  test("is 16-bit grey that says what its levels mean", async () => {
    const levels = { levels: Uint16Array.of(0, 258, 65535), nearest: 12.5, farthest: 1 };
    const png = encodeDepth16({ width: 3, height: 1 }, levels, "relative inverse");
    expect(pngHeader(png)).toEqual({ width: 3, height: 1, depth: 16, colour: "grey" });
    expect(decode(png).text.Description).toBe(
      "relative inverse depth: 12.5 at level 65535 (nearest), 1 at level 0 (farthest), linear between",
    );
    const raw = await sharp(png).toColourspace("grey16").raw({ depth: "ushort" }).toBuffer();
    expect([0, 2, 4].map((at) => raw.readUInt16LE(at))).toEqual([0, 258, 65535]);
  });

  test("has inferno's colours, dark far and bright near", async () => {
    const levels = { levels: Uint16Array.of(0, 65535), nearest: 1, farthest: 0 };
    const png = encodeDepthColours({ width: 2, height: 1 }, levels);
    expect([...(await sharp(png).raw().toBuffer())]).toEqual([0x00, 0x00, 0x04, 0xfc, 0xff, 0xa4]);
  });
});
