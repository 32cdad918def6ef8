import { expect, test } from "vitest";
import { type NormalizePixelsParams, normalizePixels } from "../../src/kernels/normalize-pixels.ts";
import { expectClose } from "../expect-close.ts";
import { randomStream } from "../random.ts";
import { normalizePixels as reference } from "../reference/normalize-pixels.ts";
import { runFloat } from "../run-kernel.ts";

const IMAGENET = { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] } as const;
const PLAIN = { mean: [0, 0, 0], deviation: [1, 1, 1] } as const;
const FLUSH = { top: 0, left: 0, bottom: 0, right: 0 };

test.each<[string, NormalizePixelsParams]>([
  ["every byte", { height: 16, width: 16, scale: 1 / 255, ...IMAGENET, pad: FLUSH, precision: "f32" }],
  ["neither rescaled nor normalised", { height: 5, width: 7, scale: 1, ...PLAIN, pad: FLUSH, precision: "f32" }],
  [
    "a frame, wider on one side",
    {
      height: 3,
      width: 4,
      scale: 1 / 255,
      ...IMAGENET,
      pad: { top: 1, left: 0, bottom: 2, right: 3 },
      precision: "f32",
    },
  ],
  [
    "a window inside the picture",
    {
      height: 7,
      width: 11,
      scale: 1 / 255,
      ...IMAGENET,
      pad: FLUSH,
      crop: { top: 2, left: 5, height: 4, width: 3 },
      precision: "f32",
    },
  ],
  [
    "a window that begins and ends outside, in a frame",
    {
      height: 5,
      width: 6,
      scale: 1 / 255,
      ...IMAGENET,
      pad: { top: 1, left: 2, bottom: 0, right: 1 },
      crop: { top: -2, left: -1, height: 9, width: 9 },
      precision: "f32",
    },
  ],
  ["one pixel", { height: 1, width: 1, scale: 1 / 255, ...IMAGENET, pad: { ...FLUSH, left: 6 }, precision: "f32" }],
  [
    "mean and deviation in bytes",
    {
      height: 16,
      width: 16,
      scale: 1,
      mean: [123.675, 116.28, 103.53],
      deviation: [58.395, 57.12, 57.375],
      pad: { top: 5, left: 5, bottom: 5, right: 5 },
      precision: "f32",
    },
  ],
])("%s", async (_, params) => {
  const next = randomStream(7);
  const pixels = Uint32Array.from({ length: params.height * params.width }, (_, i) => {
    const noise = Math.floor(next() * 2 ** 24);
    return ((noise << 8) | (i & 255)) >>> 0;
  });
  const kernel = normalizePixels(params);
  const got = await runFloat(kernel, pixels);
  expectClose(
    got,
    reference(pixels, params),
    kernel.output.shape,
    params.scale === 1 && params.mean[0] === 0 ? 0 : 1e-6,
  );
});

test("stores halves where asked", () => {
  const kernel = normalizePixels({ height: 2, width: 2, scale: 1, ...PLAIN, pad: FLUSH, precision: "f16" });
  expect(kernel.output).toEqual({ shape: [1, 3, 2, 2], dtype: "f16" });
  expect(kernel.code).toContain("enable f16;");
});

test("windows of several pictures, behind others of a batch", async () => {
  const [height, width] = [5, 6];
  const params: NormalizePixelsParams = {
    height,
    width,
    scale: 1 / 255,
    ...IMAGENET,
    pad: { top: 1, left: 0, bottom: 0, right: 2 },
    // It ends below and right of the picture, where the next picture and the next row lie in memory.
    crop: { top: 2, left: 3, height: 4, width: 5 },
    precision: "f32",
  };
  const next = randomStream(9);
  const pixels = Uint32Array.from({ length: 2 * height * width }, () => Math.floor(next() * 2 ** 32));
  const kernel = normalizePixels({ ...params, place: { first: 1, count: 2, batch: 3 } });
  expect(kernel.output.shape).toEqual([3, 3, 5, 7]);
  const got = (await runFloat(kernel, pixels)).subarray(3 * 5 * 7);
  const each = [0, 1].map((i) => reference(pixels.subarray(i * height * width, (i + 1) * height * width), params));
  expectClose(got, Float64Array.from(each.flatMap((image) => [...image])), [2, 3, 5, 7], 1e-6);
});
