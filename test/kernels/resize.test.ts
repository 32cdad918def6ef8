import { describe, expect, test } from "vitest";
import { type ResizeParams, resize } from "../../src/kernels/resize.ts";
import { expectClose } from "../expect-close.ts";
import { randomNormal } from "../random.ts";
import { resize as reference } from "../reference/resize.ts";
import { runFloat } from "../run-kernel.ts";

type Sizes = Omit<ResizeParams, "mode" | "alignCorners" | "precision">;
type Rule = Pick<ResizeParams, "mode" | "alignCorners">;

const RULES: readonly Rule[] = [
  { mode: "bilinear", alignCorners: false },
  { mode: "bilinear", alignCorners: true },
  { mode: "bicubic", alignCorners: false },
  { mode: "bicubic", alignCorners: true },
];

function everyImage(x: Float32Array, sizes: Sizes, rule: Rule): number[] {
  const { batch, height, width, channels, outHeight, outWidth } = sizes;
  const image = height * width * channels;
  return Array.from({ length: batch }, (_, b) => {
    const slice = x.subarray(b * image, (b + 1) * image);
    return Array.from(reference(slice, [height, width, channels], [outHeight, outWidth], rule));
  }).flat();
}

/**
 * The kernel rounds positions to float32, as PyTorch does and the loop does not: by 3 operations of half an ulp of at
 * most the size. The weights of an axis change by at most 4 (their slopes' magnitudes together) for each unit of
 * position. On top, some 40 operations on weights and sums, which no weight makes more than 2.
 */
async function check(sizes: Sizes, rule: Rule, seed = 1) {
  const { batch, height, width, channels } = sizes;
  const x = randomNormal(batch * height * width * channels, seed);
  const kernel = resize({ ...sizes, ...rule, precision: "f32" });
  const largest = x.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  const tolerance = largest * 2 ** -24 * (4 * 3 * (height + width) + 2 * 40);
  expectClose(await runFloat(kernel, x), everyImage(x, sizes, rule), kernel.output.shape, tolerance);
}

describe("the loop says what torch.nn.functional.interpolate says", () => {
  const line = (values: readonly number[], outSize: number, rule: Rule) =>
    Array.from(reference(values, [1, values.length, 1], [1, outSize], rule));
  const [bilinear, bilinearAligned, bicubic, bicubicAligned] = RULES as [Rule, Rule, Rule, Rule];
  const cases = [
    ["bilinear", bilinear, [1, 2, 3, 4], [1, 1.25, 1.75, 2.25, 2.75, 3.25, 3.75, 4]],
    ["bilinear, down", bilinear, [1, 2, 3, 4], [1.5, 3.5]],
    ["bilinear, to one", bilinear, [1, 2, 3, 7], [2.5]],
    ["bilinear, aligned", bilinearAligned, [1, 2, 3, 4], [1, 1.5, 2, 2.5, 3, 3.5, 4]],
    ["bilinear, aligned, to one", bilinearAligned, [1, 2, 3, 4], [1]],
    ["bicubic", bicubic, [0, 1], [-0.10546875, 0.2265625, 0.7734375, 1.10546875]],
    ["bicubic, aligned", bicubicAligned, [1, 2, 3, 4], [1, 1.40625, 2, 2.5, 3, 3.59375, 4]],
    ["bicubic, of one", bicubic, [5], [5, 5, 5]],
  ] as const;
  test.each(cases)("%s", (_, rule, x, y) => {
    expectClose(line(x, y.length, rule), y, [y.length], 1e-14);
  });

  // First row of the published result for 1 … 16 as [4, 4] (ONNX's test_resize_upsample_scales_cubic: the same A).
  test("bicubic along both axes", () => {
    const x = Array.from({ length: 16 }, (_, i) => i + 1);
    const y = reference(x, [4, 4, 1], [8, 8], bicubic);
    const row = [0.47265625, 0.76953125, 1.24609375, 1.875, 2.28125, 2.91015625, 3.38671875, 3.68359375];
    expectClose(y.subarray(0, 8), row, [8], 1e-13);
  });
});

describe.each(RULES)("$mode, corners aligned: $alignCorners", (rule) => {
  const shapes = [
    [1, 1, 1, 1, 1, 1],
    [1, 1, 1, 3, 5, 4],
    [2, 7, 5, 1, 1, 1],
    [2, 3, 8, 7, 9, 5],
    [3, 5, 2, 4, 10, 4],
    [1, 24, 24, 12, 30, 31],
    [1, 2, 3, 1024, 3, 4],
    [1, 13, 17, 64, 26, 34],
    [2, 31, 29, 3, 8, 7],
  ] as const;
  test.each(shapes)("[%i, %i, %i, %i] → [%i, %i]", async (batch, height, width, channels, outHeight, outWidth) => {
    await check({ batch, height, width, channels, outHeight, outWidth }, rule);
  });

  test.each([1, 8])("leaves a map of the same size as it is, to the bit (%i channels)", async (channels) => {
    const x = randomNormal(2 * 37 * 53 * channels, 2);
    const sizes = { batch: 2, height: 37, width: 53, channels, outHeight: 37, outWidth: 53 };
    expect(await runFloat(resize({ ...sizes, ...rule, precision: "f32" }), x)).toEqual(x);
  });
});

test("resizes over more than 65,535 workgroups", async () => {
  const sizes = { batch: 1, height: 3, width: 5, channels: 1, outHeight: 2099, outWidth: 2003 };
  await check(sizes, { mode: "bilinear", alignCorners: true });
});

describe("plans", () => {
  const sizes = { batch: 1, height: 24, width: 24, channels: 1024, outHeight: 30, outWidth: 30 };
  const params = { ...sizes, mode: "bilinear", alignCorners: false, precision: "f32" } as const;

  test("one text for equal shapes", () => {
    const kernel = resize(params);
    expect(kernel.label).toBe("resize bilinear [1, 24, 24, 1024] → [30, 30]");
    expect(resize({ ...params }).code).toBe(kernel.code);
    expect(resize({ ...params, alignCorners: true }).code).not.toBe(kernel.code);
  });

  test("f16 storage", () => {
    const { code, inputs, output } = resize({ ...params, precision: "f16" });
    expect(code).toMatch(/^enable f16;/);
    expect(code.replace("enable f16;", "").replaceAll("f16", "f32").trim()).toBe(resize(params).code);
    expect(code).toContain("x: array<vec4<f16>");
    expect(code).toContain("y: array<vec4<f16>");
    expect([...inputs, output].map(({ dtype }) => dtype)).toEqual(["f16", "f16"]);
  });
});
