import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { labelMapOf } from "../../../src/model/answers/predictions.ts";
import { depthPixels, labelPixels, normalPixels } from "../../../src/model/answers/result-pixels.ts";
import { UsageError } from "../../../src/runtime/errors.ts";

const road = [128, 64, 128];
const sky = [128, 128, 128];

describe("labels", () => {
  const map = { labels: Uint8Array.of(0, 1, 1), classes: ["road", "sky"] };

  test("have their data set's colours, opaque", () => {
    expect([...labelPixels(map)]).toEqual([...road, 255, ...sky, 255, ...sky, 255]);
  });

  test("have the checkpoint's colours before these, and the caller's before all", () => {
    const own = { ...map, colours: [[1, 2, 3] as const, [4, 5, 6] as const] };
    expect([...labelPixels(own)].slice(0, 8)).toEqual([1, 2, 3, 255, 4, 5, 6, 255]);
    const palette = [[9, 9, 9] as const, [8, 8, 8] as const];
    expect([...labelPixels(own, { palette, alpha: 0.5 })].slice(0, 8)).toEqual([9, 9, 9, 128, 8, 8, 8, 128]);
    expect([...labelPixels(own, { palette: "camvid" })].slice(0, 8)).toEqual([...road, 255, ...sky, 255]);
  });

  test.each([[["sky"]], [[1]]])("of %o alone get colour", (classes) => {
    expect([...labelPixels(map, { classes })]).toEqual([...road, 0, ...sky, 255, ...sky, 255]);
  });

  test("of 16 bits have colours too", () => {
    const classes = Array.from({ length: 300 }, (_, id) => `class ${id}`);
    const palette = classes.map((_, id) => [id >> 8, id & 255, 0] as const);
    expect([...labelPixels({ labels: Uint16Array.of(299), classes }, { palette })]).toEqual([1, 43, 0, 255]);
  });

  test("refuse classes and palettes that do not fit", () => {
    expect(() => labelPixels(map, { classes: ["lake"] })).toThrow(
      'classes: want names or ids of the 2 classes, got "lake".',
    );
    expect(() => labelPixels(map, { classes: [2] })).toThrow("classes: want names or ids of the 2 classes, got 2.");
    expect(() => labelPixels(map, { palette: [[0, 0, 0]] })).toThrow("palette: want 2 colours, one a class, got 1.");
  });
});

describe("depth", () => {
  test.each(["metres", "relative inverse"] as const)("in %s is brightest where it is nearest", (unit) => {
    const near = unit === "metres" ? [1, 2, 3] : [3, 2, 1];
    const pixels = depthPixels({ depth: Float32Array.from(near), unit });
    expect([...pixels]).toEqual([255, 255, 255, 255, 128, 128, 128, 255, 0, 0, 0, 255]);
  });

  test("takes colours from the farthest to the nearest, however many", () => {
    const palette = [[0, 0, 9] as const, [0, 9, 0] as const, [9, 0, 0] as const];
    const depth = Float32Array.of(0, 5, 10);
    const pixels = depthPixels({ depth, unit: "relative inverse" }, { palette, alpha: 0.2 });
    expect([...pixels]).toEqual([0, 0, 9, 51, 0, 9, 0, 51, 9, 0, 0, 51]);
    expect(() => depthPixels({ depth, unit: "metres" }, { palette: [] })).toThrow(
      "palette: want a list of colours, got [].",
    );
  });
});

test("normals are red, green and blue", () => {
  expect([...normalPixels({ normals: Float32Array.of(-1, 0, 1, 0.6, 2, -2) }, { alpha: 0 })]).toEqual([
    0, 128, 255, 0, 204, 255, 0, 0,
  ]);
});

describe("options that make no sense are refused", () => {
  const labels = { labels: Uint8Array.of(0, 1), classes: ["road", "sky"] };
  const depth = { depth: Float32Array.of(1, 2), unit: "metres" } as const;
  const normals = { normals: Float32Array.of(0, 0, 1) };
  const two = (colour: unknown) => ({ palette: [colour, colour] });

  test.each<readonly [object, string]>([
    ...[2, -1, Number.NaN, "much"].map((alpha) => [{ alpha }, "alpha: want 0 to 1, got "] as const),
    [{ colours: [] }, 'got "colours". Look at its spelling.'],
    [{ palette: "ADE20K" }, 'palette: want ade20k, camvid, cityscapes, voc, got "ADE20K".'],
    [{ palette: "toString" }, 'got "toString"'],
    [{ classes: "road" }, 'classes: want a list, got "road".'],
    [{ classes: 1 }, "classes: want a list, got 1."],
    [two("#ff0000"), 'palette: want [red, green, blue] of 0 to 255, got "#ff0000" for 0.'],
    [two([1, 2]), "got [1, 2]"],
    [two([1, 2, 300]), "got [1, 2, 300]"],
    [two([1, 2, Number.NaN]), "got [1, 2, NaN]"],
  ])("of labels: %o", (options, words) => {
    expect(() => labelPixels(labels, options)).toThrow(UsageError);
    expect(() => labelPixels(labels, options)).toThrow(words);
  });

  test.each([
    [{ palette: "viridis" }, 'palette: want a list of colours, got "viridis".'],
    [{ palette: ["#fff"] }, 'got "#fff"'],
    [{ alpha: 1.01 }, "alpha: want 0 to 1, got 1.01."],
    [{ classes: [1] }, 'got "classes"'],
  ])("of depth: %o", (options, words) => {
    expect(() => depthPixels(depth, options as object)).toThrow(UsageError);
    expect(() => depthPixels(depth, options as object)).toThrow(words);
  });

  test("of normals", () => {
    expect(() => normalPixels(normals, { alpha: -0.1 })).toThrow("alpha: want 0 to 1, got -0.1.");
    expect(() => normalPixels(normals, { palette: [] } as object)).toThrow('got "palette"');
  });
});

describe("an overlay", () => {
  const result = labelMapOf({ labels: Uint8Array.of(0, 1), classes: ["road", "sky"], width: 2, height: 1 });
  const shown: number[] = [];
  beforeEach(() => {
    vi.stubGlobal(
      "ImageData",
      class {
        constructor(readonly data: Uint8ClampedArray) {}
      },
    );
    vi.stubGlobal(
      "OffscreenCanvas",
      class {
        getContext = () => ({ putImageData: ({ data }: ImageData) => shown.push(data[3]!) });
      },
    );
  });
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  test("is half transparent unless told, whoever leaves the option out", () => {
    const context = { save() {}, resetTransform() {}, drawImage() {}, restore() {} };
    const canvas = { width: 2, height: 1, getContext: () => context } as unknown as HTMLCanvasElement;
    for (const options of [undefined, {}, { alpha: undefined }, { alpha: 1 }]) result.overlay(canvas, options);
    expect(shown).toEqual([128, 128, 128, 255]);
  });

  test.each([null, undefined, {}, "canvas"])("is not for %o", (canvas) => {
    expect(() => result.overlay(canvas as never)).toThrow(UsageError);
    expect(() => result.overlay(canvas as never)).toThrow("overlay: want a canvas for 2-D, got ");
  });
});
