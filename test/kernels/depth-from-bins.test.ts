import { describe, expect, test } from "vitest";
import { type DepthFromBinsParams, depthFromBins } from "../../src/kernels/depth-from-bins.ts";
import { expectClose } from "../expect-close.ts";
import { randomNormal } from "../random.ts";
import { depthFromBins as reference } from "../reference/depth-from-bins.ts";
import { runFloat } from "../run-kernel.ts";

type Sizes = Omit<DepthFromBinsParams, "precision">;

const depths = { minDepth: 0.001, maxDepth: 10 };

async function check(x: Float32Array, sizes: Sizes) {
  const kernel = depthFromBins({ ...sizes, precision: "f32" });
  // Two sums of positive numbers, each off by a unit of 2^-24 a summand at most, and a few roundings.
  const tolerance = sizes.maxDepth * 2 ** -24 * (2 * sizes.bins + 8);
  expectClose(await runFloat(kernel, x), reference(x, sizes), kernel.output.shape, tolerance, kernel.label);
}

test("the loop says what Tipsv2DptFeaturesToDepth says", () => {
  // Bins 1, 2, 3; weights 2, 1, 4 and 1, 1, 1.
  const y = reference([1, -5, 3, -1, 0, -2], { bins: 3, minDepth: 1, maxDepth: 3 });
  expectClose(y, [16 / 7, 2], [2], 1e-15);
  expect([...reference([5], { bins: 1, minDepth: 2, maxDepth: 9 })]).toEqual([2]);
});

describe("weighs bins of [N, H, W, K]", () => {
  const shapes = [
    [1, 1, 1, 1],
    [1, 1, 1, 4],
    [2, 3, 5, 7],
    [1, 5, 3, 16],
    [1, 2, 7, 63],
    [2, 3, 1, 65],
    [1, 4, 5, 256],
    [1, 1, 3, 1001],
  ] as const;
  test.each(shapes)("[%i, %i, %i, %i]", async (batch, height, width, bins) => {
    const x = randomNormal(batch * height * width * bins, bins, { deviation: 3 });
    await check(x, { batch, height, width, bins, ...depths });
  });

  test("over more than 65,535 workgroups", async () => {
    const width = 2 * 65_536 + 1;
    await check(randomNormal(width * 2, 5), { batch: 1, height: 1, width, bins: 2, ...depths });
  });

  test("all alike where no bin stands out, and one that stands out alone", async () => {
    const sizes = { batch: 1, height: 1, width: 2, bins: 6, ...depths };
    const x = Float32Array.of(-1, -2, -3, -4, -5, -6, -1, -1, -1, 1e6, -1, -1);
    await check(x, sizes);
    const [even, fourth] = await runFloat(depthFromBins({ ...sizes, precision: "f32" }), x);
    expect(even).toBeCloseTo(5.0005, 5);
    expect(fourth).toBeCloseTo(0.001 + 9.999 * (3 / 5), 4);
  });
});

test.each([3, 4])("keeps what is not finite in its pixel, %i bins", async (bins) => {
  const x = randomNormal(4 * bins, 3);
  x[bins - 1] = Number.NaN;
  x[2 * bins] = Number.POSITIVE_INFINITY;
  const kernel = depthFromBins({ batch: 1, height: 2, width: 2, bins, ...depths, precision: "f32" });
  const got = await runFloat(kernel, x);
  expect([...got].map(Number.isFinite)).toEqual([false, true, false, true]);
});

test("f16 storage with f32 sums", () => {
  const params = { batch: 2, height: 3, width: 4, bins: 256, ...depths } as const;
  const { code, inputs, output } = depthFromBins({ ...params, precision: "f16" });
  expect(code).toMatch(/^enable f16;/);
  const plain = depthFromBins({ ...params, precision: "f32" }).code;
  expect(code.replace("enable f16;", "").replaceAll("f16", "f32").trim()).toBe(plain);
  expect([...inputs, output].map(({ dtype }) => dtype)).toEqual(["f16", "f16"]);
  expect(output.shape).toEqual([2, 3, 4, 1]);
});
