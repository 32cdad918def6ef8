import type { ModelMethods, RawPicture } from "../../src/index.ts";
import { describe, detached, type Misuse, NOT_OPTIONS, side, untyped, without } from "./odd-values.ts";
import { WRONG_PICTURES } from "./wrong-pictures.ts";

const WRONG_OPTIONS: Readonly<Record<string, readonly unknown[]>> = {
  size: [null, 32, "32x32", {}, { width: 32 }, side(0), side(-32), side(Number.NaN), side(1.5), side(1e6), side(1e300)],
  resize: [null, "nearest"],
  tile: [null, 0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1.5, "16", { width: 16 }, side(0), side(Number.NaN)],
  overlap: [0.25, null, Number.NaN],
  tta: [
    null,
    1,
    [],
    { scales: [] },
    { scales: [0] },
    { scales: [-1] },
    { scales: [1e9] },
    { scales: [1e-9] },
    { scales: [Number.NaN] },
    { scales: [Number.POSITIVE_INFINITY] },
    { scales: 1 },
    { flip: 1 },
    { flips: true },
  ],
  batch: [0, -1, 1.5, Number.NaN, null, "4", Number.POSITIVE_INFINITY],
  profile: [1, null],
  signal: [{}, 1, new AbortController(), "now"],
  surprise: [true],
  device: ["webgpu"],
};

/** Wrong calls of a model for segmentation, and of what it answers. */
export function modelMisuses(model: ModelMethods, picture: RawPicture): Misuse[] {
  const pixels = { shape: [1, 3, 32, 32], data: new Float32Array(3 * 32 * 32) };
  async function* pictures() {
    yield picture;
  }
  const see = ["segment", "predict", "profile"] as const;
  return [
    ...see.flatMap((call) =>
      WRONG_PICTURES.map(([name, make]): Misuse => [`${call} ${name}`, () => model[call](untyped(make()))]).filter(
        ([name]) => name !== "profile null",
      ),
    ),
    ["segment nothing", () => model.segment(untyped(undefined))],
    ["segment a list of lists", () => model.segment([[picture]] as never)],
    ["segment a list with a hole", () => model.segment(untyped([picture, undefined]))],
    ...NOT_OPTIONS.map(
      ([name, value]): Misuse => [`segment with options ${name}`, () => model.segment(picture, untyped(value))],
    ),
    ...Object.entries({ ...WRONG_OPTIONS, scores: [1], output: ["canvas"], tasks: [["depth"]] }).flatMap(
      ([name, values]) =>
        values.map(
          (value): Misuse => [
            `segment with ${name} ${describe(value)}`,
            () => model.segment(picture, untyped({ [name]: value })),
          ],
        ),
    ),
    ["segment through windows that overlap too much", () => model.segment(picture, { tile: 8, overlap: 0.9 })],
    ["segment through windows that overlap by NaN", () => model.segment(picture, { tile: 8, overlap: Number.NaN })],
    ["depth of a model without", () => model.depth(picture)],
    ["normals of a model without", () => model.normals(picture)],
    ...["segmentation", null, [null], ["depth"], ["labels"], [], {}].map(
      (tasks): Misuse => [`predict tasks ${describe(tasks)}`, () => model.predict(picture, untyped({ tasks }))],
    ),
    ...[
      null,
      42,
      "x",
      {},
      [],
      { ...pixels, shape: [] },
      { ...pixels, shape: "1,3,32,32" },
      { ...pixels, shape: [1, 3, 32, 31] },
      { ...pixels, shape: [1, 3, -32, -32] },
      { ...pixels, shape: [1, 3, 32, 32, 1] },
      { ...pixels, shape: [3, 32, 32] },
      { ...pixels, shape: [0, 3, 32, 32], data: new Float32Array(0) },
      { shape: [0.5, 3, 64, 32], data: pixels.data },
      { shape: [1, 3, Number.NaN, 32], data: pixels.data },
      { ...pixels, data: [...pixels.data] },
      { ...pixels, data: null },
      { ...pixels, data: new Float64Array(pixels.data) },
      { ...pixels, data: detached(new Float32Array(3 * 32 * 32)) },
    ].map((value): Misuse => [`forward ${describe(value)}`, () => model.forward(untyped(value))]),
    ...[null, 1, "stages", { stages: 1 }, { signal: {} }, { stage: true }].map(
      (options): Misuse => [`forward with ${describe(options)}`, () => model.forward(pixels, untyped(options))],
    ),
    ...[
      null,
      1,
      "x",
      { picture: side(0) },
      { picture: side(Number.NaN) },
      { picture: side(1e6) },
      { picture: side(1e9), tile: 1e9 },
      { picture: null },
      { size: side(1e6) },
      { size: side(0) },
      { batch: 0 },
      { batch: 1e9 },
      { tile: 0 },
      { tasks: ["depth"] },
      { tasks: [null] },
      { pixelValues: [1, 3, 1e6, 1e6] },
      { pixelValues: [1, 3, Number.NaN, 32] },
      { pixelValues: [1, 3, 32.5, 32] },
      { pixelValues: [0.5, 3, 32, 32] },
      { pixelValues: [] },
      { pixelValues: "x" },
      { surprise: 1 },
    ].flatMap((work): Misuse[] => [
      [`plan ${describe(work)}`, () => model.plan(untyped(work))],
      [`tune ${describe(work)}`, () => model.tune(untyped(work))],
    ]),
    ...[0, -1, Number.NaN, "1000"].map(
      (milliseconds): Misuse => [`tune for ${milliseconds} ms`, () => model.tune(untyped({ milliseconds }))],
    ),
    ...without("undefined").map(
      ([name, value]): Misuse => [`stream ${name}`, () => model.stream(untyped(value)).next()],
    ),
    ["stream text", () => model.stream(untyped("film.mp4")).next()],
    ["stream a picture", () => model.stream(untyped(picture)).next()],
    ["stream wrong pictures", () => model.stream(untyped(odd())).next()],
    [
      "stream an iterable that answers nothing",
      () => model.stream(untyped({ [Symbol.asyncIterator]: () => null })).next(),
    ],
    ["stream an iterable that is none", () => model.stream(untyped({ [Symbol.asyncIterator]: 3 })).next()],
    [
      "stream an iterator of numbers",
      () => model.stream(untyped({ [Symbol.asyncIterator]: () => ({ next: () => 3 }) })).next(),
    ],
    ...[
      null,
      3,
      { smoothing: 1 },
      { smoothing: -1 },
      { smoothing: Number.NaN },
      { smoothing: "a little" },
      { frames: "some" },
      { longest: 0 },
      { longest: Number.NaN },
      { longest: 100 },
      { tasks: [] },
      { tasks: ["depth"] },
      { size: side(1e6) },
      { surprise: 1 },
      { signal: {} },
    ].map(
      (options): Misuse => [
        `stream with ${describe(options)}`,
        () => model.stream(pictures(), untyped(options)).next(),
      ],
    ),
  ].map(([name, use]): Misuse => [name as string, use as () => unknown]);

  async function* odd() {
    yield null;
  }
}
