import { describe, expect, test } from "vitest";
import { type CosineWindowsParams, cosineWindows } from "../../src/kernels/cosine-windows.ts";
import { packVector } from "../../src/kernels/shared/pack.ts";
import { windowGrid } from "../../src/kernels/shared/windows.ts";
import { expectClose } from "../expect-close.ts";
import { randomNormal } from "../random.ts";
import { cosineWindows as reference } from "../reference/cosine-windows.ts";
import { runFloat } from "../run-kernel.ts";

type Sizes = Omit<CosineWindowsParams, "precision">;

/**
 * Each value errs by as many units of 2^-24 of itself as there are operations on it: the sum of d squares (halved by the
 * root), the root and the quotient (2.5 ulp each), three products.
 */
function tolerance(want: Float64Array, headSize: number): Float64Array {
  return want.map((y) => (headSize / 2 + 12) * 2 ** -24 * Math.abs(y));
}

async function check(sizes: Sizes, change: (qkv: Float32Array) => void = () => {}) {
  const { batch, height, width, heads, headSize } = sizes;
  const channels = 3 * heads * headSize;
  const qkv = randomNormal(batch * height * width * channels, 1);
  const scale = randomNormal(heads, 2, { mean: 10 });
  const bias = sizes.bias ? randomNormal(channels, 3) : new Float32Array(channels);
  change(qkv);
  const kernel = cosineWindows({ ...sizes, precision: "f32" });
  const isRead = sizes.bias && windowGrid(sizes).isPadded;
  const got = await runFloat(kernel, qkv, scale, ...(isRead ? [packVector(bias)] : []));
  const want = reference(qkv, scale, bias, sizes);
  expectClose(got, want, kernel.output.shape, tolerance(want, headSize), kernel.label);
}

describe("the loop says what Swinv2SelfAttention says", () => {
  const sizes = { batch: 1, height: 1, width: 2, window: 1, shift: 0, heads: 1, headSize: 2 };

  test("lengths and the scale", () => {
    const qkv = [3, 4, 0, -2, 5, 6, 0, 0, 1e-13, 0, 7, 8];
    expectClose(reference(qkv, [10], [], sizes), [6, 8, 0, -1, 5, 6, 0, 0, 0.1, 0, 7, 8], [2, 6], 1e-15);
  });

  test("windows, rolled and filled up", () => {
    // 0 1 2     filled up to 4 × 4,  3 4 5 b → 4 5 b 3
    // 3 4 5     rolled by 1:         b b b b   b b b b
    //                                b b b b   b b b b
    //                                0 1 2 b   1 2 b 0
    const qkv = Array.from({ length: 6 }, (_, token) => [0, 0, token]).flat();
    const rolled = { ...sizes, height: 2, width: 3, window: 2, shift: 1, headSize: 1 };
    const values = Array.from(reference(qkv, [1], [0, 0, 9], rolled)).filter((_, i) => i % 3 === 2);
    expect(values).toEqual([4, 5, 1, 2, 9, 3, 9, 0]);
  });
});

describe("cuts [N, H, W, 3 · D] into windows", () => {
  const shapes = [
    // batch, H, W, M, shift, heads, d
    [1, 1, 1, 1, 0, 1, 1],
    [1, 8, 8, 4, 0, 2, 8],
    [2, 8, 12, 4, 2, 3, 4],
    [2, 5, 7, 3, 1, 2, 5],
    [3, 4, 4, 7, 3, 1, 3],
    [1, 13, 5, 4, 3, 2, 12],
    [2, 16, 8, 8, 4, 1, 32],
    [1, 9, 25, 5, 2, 3, 7],
    [1, 2, 1, 2, 1, 5, 6],
  ] as const;
  const all = shapes.flatMap((shape) => [true, false].map((bias) => [...shape, bias] as const));
  test.each(all)("batch %i, %i×%i, windows of %i rolled by %i, %i heads of %i, bias %s", async (...numbers) => {
    const [batch, height, width, window, shift, heads, headSize, bias] = numbers;
    await check({ batch, height, width, window, shift, heads, headSize, bias });
  });

  test("over more than 65,535 workgroups", async () => {
    await check({ batch: 1, height: 3, width: 1, window: 3, shift: 1, heads: 155_400, headSize: 1, bias: true });
  });
});

const small = { batch: 2, height: 3, width: 3, window: 2, shift: 1, heads: 2, headSize: 3, bias: true };

test("vectors of any length, and of none", async () => {
  await check(small, (qkv) => {
    for (const [slice, size] of [0, 1e-20, 1e-13, 1e15].entries()) {
      for (let c = 0; c < 3; c++) qkv[slice * 3 + c] = size;
    }
  });
});

test("keeps what is not finite in its vector", async () => {
  const isConcerned = (qkv: Float32Array) => qkv.map((x) => (Number.isNaN(x) ? 1 : 0));
  const qkv = randomNormal(2 * 9 * 18, 1);
  qkv.fill(Number.NaN, 0, 3);
  qkv.fill(Number.NaN, 18 * 10 + 12, 18 * 10 + 15);
  const kernel = cosineWindows({ ...small, precision: "f32" });
  const got = await runFloat(kernel, qkv, new Float32Array(2).fill(1), packVector(new Float32Array(18).fill(1)));
  expect(isConcerned(got).reduce((a, b) => a + b)).toBe(6);
  const want = reference(qkv, [1, 1], new Float32Array(18).fill(1), small);
  expect(Array.from(got, Number.isNaN)).toEqual(Array.from(want, Number.isNaN));
});

// The last is finite itself, and its square is not.
test.each([Number.NaN, Number.POSITIVE_INFINITY, 1e20])(
  "a query with %f is not finite, and no other",
  async (value) => {
    const sizes = { batch: 1, height: 1, width: 2, window: 2, shift: 0, heads: 1, headSize: 3, bias: false };
    const qkv = randomNormal(18, 1);
    qkv[10] = value;
    const got = await runFloat(cosineWindows({ ...sizes, precision: "f32" }), qkv, Float32Array.of(1));
    expect(Array.from(got, Number.isFinite)).toEqual(Array.from(got, (_, i) => i < 9 || i > 11));
  },
);

describe("plans", () => {
  const params = { ...small, headSize: 32, precision: "f32" } as const;

  test("one text for equal shapes, and the bias only where it is read", () => {
    const kernel = cosineWindows(params);
    expect(kernel.label).toBe("cosineWindows [2, 3, 3, 2×32] 2×2 shifted by 1");
    expect(kernel.inputs.map(({ shape }) => shape)).toEqual([[2, 9, 192], [2], [192]]);
    expect(kernel.output.shape).toEqual([8, 4, 192]);
    expect(kernel.flops).toBe(6 * 32 * 64);
    expect(cosineWindows({ ...params }).code).toBe(kernel.code);
    expect(cosineWindows({ ...params, shift: 0 }).code).not.toBe(kernel.code);
    expect(cosineWindows({ ...params, height: 4, width: 4 }).inputs).toHaveLength(2);
    expect(cosineWindows({ ...params, bias: false }).inputs).toHaveLength(2);
  });

  test("f16 storage, lengths in f32", () => {
    const { code, inputs, output } = cosineWindows({ ...params, precision: "f16" });
    expect(code).toMatch(/^enable f16;/);
    expect(code.replace("enable f16;", "").replaceAll("f16", "f32").trim()).toBe(cosineWindows(params).code);
    expect([...inputs, output].map(({ dtype }) => dtype)).toEqual(["f16", "f32", "f32", "f16"]);
  });
});
