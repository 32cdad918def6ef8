import { describe, expect, test } from "vitest";
import { layerNorm } from "../../src/kernels/layer-norm.ts";
import { expectClose } from "../expect-close.ts";
import { randomNormal } from "../random.ts";
import { layerNorm as reference } from "../reference/layer-norm.ts";
import { runFloat } from "../run-kernel.ts";

const EPSILON = 1e-12;

/**
 * Largest error of each value. Sums of a row chain C/64 vec4, the 4 of a vec4 and 16 subtotals; each addition errs by
 * 2^-24 of the sum of magnitudes, so the mean deviation, the variance (halved by the root) and with them the normalised
 * value err by as many units of 2^-24. 16 more for the single operations: differences, products, inverseSqrt (2 ulp).
 * The mean of x itself does not count, however large: the kernel subtracts what is wrong with it.
 */
function tolerance(want: Float64Array, weight: Float32Array, bias: Float32Array): Float64Array {
  const channels = weight.length;
  const units = Math.ceil(channels / 64) + 4 + 16 + 16;
  return want.map((y, i) => {
    const [w, b] = [Math.abs(weight[i % channels]!), Math.abs(bias[i % channels]!)];
    return units * 2 ** -24 * (w + Math.abs(y) + b);
  });
}

async function check(x: Float32Array, channels: number, { epsilon = EPSILON, residual = false } = {}) {
  const rows = x.length / channels;
  const weight = randomNormal(channels, 2, { mean: 1 });
  const bias = randomNormal(channels, 3);
  const added = randomNormal(residual ? x.length : 0, 6);
  const kernel = layerNorm({ rows, channels, epsilon, residual, precision: "f32" });
  const got = await runFloat(kernel, x, weight, bias, ...(residual ? [added] : []));
  const normalised = reference(x, weight, bias, epsilon);
  const want = residual ? normalised.map((y, i) => y + added[i]!) : normalised;
  // One more addition.
  const within = tolerance(normalised, weight, bias).map(
    (error, i) => error + (residual ? 2 ** -24 * Math.abs(want[i]!) : 0),
  );
  expectClose(got, want, [rows, channels], within);
}

test("the loop says what torch.nn.LayerNorm says of 1, 2, 3, 4", () => {
  const y = reference([1, 2, 3, 4, 5, 5, 5, 5], [1, 1, 1, 2], [0, 0, 0, 1], 1e-5);
  expectClose(y, [-1.3416354, -0.4472118, 0.4472118, 3.6832708, 0, 0, 0, 1], [2, 4], 1e-7);
});

describe("normalises each row", () => {
  const shapes = [
    [1, 1],
    [1, 4],
    [2, 7],
    [3, 3],
    [3, 65],
    [5, 64],
    [17, 63],
    [31, 129],
    [13, 384],
    [7, 1024],
    [1, 4099],
  ] as const;
  test.each(shapes)("[%i, %i]", async (rows, channels) => {
    await check(randomNormal(rows * channels, 1, { mean: 0.5, deviation: 2 }), channels);
  });

  test("of more than 65,535 workgroups", async () => {
    await check(randomNormal(140_001 * 3, 1), 3);
  });
});

test.each([
  [1, 1],
  [3, 7],
  [5, 64],
  [17, 63],
  [31, 132],
])("adds a residual, [%i, %i]", async (rows, channels) => {
  await check(randomNormal(rows * channels, 1, { mean: 0.5 }), channels, { epsilon: 1e-5, residual: true });
});

test.each([7, 384, 1024, 1027])("keeps a small spread around a large mean, %i channels", async (channels) => {
  await check(randomNormal(5 * channels, 4, { mean: 1000, deviation: 0.1 }), channels);
});

test.each([3, 1024])("gives the bias for rows that do not vary, %i channels", async (channels) => {
  await check(new Float32Array(4 * channels).fill(0.1), channels);
});

test("adds epsilon to the variance", async () => {
  await check(randomNormal(3 * 20, 5, { deviation: 0.01 }), 20, { epsilon: 1e-3 });
});

test("keeps rows apart: a NaN stays in its row", async () => {
  const x = randomNormal(3 * 6, 1);
  x[7] = Number.NaN;
  const kernel = layerNorm({ rows: 3, channels: 6, epsilon: EPSILON, precision: "f32" });
  const got = await runFloat(kernel, x, new Float32Array(6).fill(1), new Float32Array(6));
  expect(Array.from(got, Number.isNaN)).toEqual(Array.from({ length: 18 }, (_, i) => i >= 6 && i < 12));
});

test.each([1e20, 1e25, 1e38])(
  "squares past f32's largest, of numbers about %f: nothing finite comes of it",
  async (size) => {
    const x = randomNormal(3 * 20, 1).map((value, i) => (i < 20 || i >= 40 ? value : size * value));
    const kernel = layerNorm({ rows: 3, channels: 20, epsilon: EPSILON, precision: "f32" });
    const got = await runFloat(kernel, x, new Float32Array(20).fill(1), new Float32Array(20).fill(0.5));
    expect(Array.from(got, Number.isFinite)).toEqual(Array.from({ length: 60 }, (_, i) => i < 20 || i >= 40));
  },
);

describe("plans", () => {
  const params = { rows: 901, channels: 1024, epsilon: EPSILON, precision: "f32" } as const;

  test("one text for equal shapes", () => {
    const kernel = layerNorm(params);
    expect(kernel.label).toBe("layerNorm [901, 1024]");
    expect(layerNorm({ ...params }).code).toBe(kernel.code);
    expect(layerNorm({ ...params, epsilon: 1e-5 }).code).not.toBe(kernel.code);
    expect(layerNorm({ ...params, residual: true }).label).toBe("layerNorm [901, 1024] + 1 residual");
    expect(layerNorm({ ...params, residual: true }).inputs).toHaveLength(4);
  });

  test("f16 storage with f32 weight, bias and sums", () => {
    const { code, inputs, output } = layerNorm({ ...params, precision: "f16" });
    expect(code).toMatch(/^enable f16;/);
    expect(code.replace("enable f16;", "").replaceAll("f16", "f32").trim()).toBe(layerNorm(params).code);
    expect(code).toContain("x: array<vec4<f16>");
    expect(code).toContain("y: array<vec4<f16>");
    expect(code).not.toMatch(/var<workgroup>.*f16/);
    expect([...inputs, output].map(({ dtype }) => dtype)).toEqual(["f16", "f32", "f32", "f16"]);
  });
});
