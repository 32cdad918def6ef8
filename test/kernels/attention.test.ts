import { describe, expect, test } from "vitest";
import { attention } from "../../src/kernels/attention.ts";
import { expectClose } from "../expect-close.ts";
import { randomNormal } from "../random.ts";
import { attention as reference } from "../reference/attention.ts";
import { runFloat } from "../run-kernel.ts";

interface Sizes {
  readonly batch: number;
  readonly tokens: number;
  readonly heads: number;
  readonly headSize: number;
  readonly scale: number;
}

const EPSILON = 2 ** -24;

/**
 * Largest error of any value. A score sums d products: it errs by (d + 4) units of 2^-24 of scale · ‖q‖ · ‖k‖, twice in
 * a weight (above and below the line). Sums over the keys chain T terms and a rescaling for each of T / 32 blocks;
 * exp2(x) errs by 3 + 2|x| ulp, at most 6 of the largest weight. The weights sum to 1, so all of it is of max |v|.
 */
function tolerance(qkv: Float32Array, { batch, tokens, heads, headSize, scale }: Sizes): number {
  const width = heads * headSize;
  const longest = [0, 0];
  let largest = 0;
  for (let at = 0; at < batch * tokens * 3 * width; at += headSize) {
    const part = Math.floor(at / width) % 3;
    const slice = qkv.subarray(at, at + headSize);
    if (part < 2) longest[part] = Math.max(longest[part]!, Math.hypot(...slice));
    else largest = slice.reduce((a, b) => Math.max(a, Math.abs(b)), largest);
  }
  const score = (headSize + 4) * scale * longest[0]! * longest[1]!;
  return largest * EPSILON * (2 * score + 2 * (tokens + Math.ceil(tokens / 32)) + 16);
}

async function check(qkv: Float32Array, sizes: Sizes, within = tolerance(qkv, sizes)) {
  const kernel = attention({ ...sizes, precision: "f32" });
  expectClose(await runFloat(kernel, qkv), reference(qkv, sizes), kernel.output.shape, within);
}

/** One head whose first column of query, key and value of a token is what the functions say; the other columns are 0. */
function columns(tokens: number, headSize: number, [q, k, v]: readonly ((token: number) => number)[]): Float32Array {
  const qkv = new Float32Array(tokens * 3 * headSize);
  for (let t = 0; t < tokens; t++) {
    for (const [part, value] of [q!, k!, v!].entries()) qkv[(t * 3 + part) * headSize] = value(t);
  }
  return qkv;
}

test("the loop says what scaled_dot_product_attention says", () => {
  const sizes = { batch: 1, tokens: 2, heads: 1, headSize: 1, scale: 1 };
  // Queries 1 and 0, keys 0 and ln 3, values 0 and 4: weights 1/4 and 3/4, then 1/2 and 1/2.
  expectClose(reference([1, 0, 0, 0, Math.log(3), 4], sizes), [3, 2], [1, 2, 1], 1e-15);
  // Two heads, side by side in queries, keys and values: the second is the first with values 8 and 0.
  const two = [1, 1, 0, 0, 0, 8, 0, 0, Math.log(3), Math.log(3), 4, 0];
  expectClose(reference(two, { ...sizes, heads: 2 }), [3, 2, 2, 4], [1, 2, 2], 1e-15);
});

describe("attends", () => {
  const shapes = [
    [1, 1, 1, 64],
    [1, 17, 2, 64],
    [1, 31, 1, 4],
    [2, 32, 3, 8],
    [3, 33, 2, 32],
    [2, 5, 3, 7],
    [1, 65, 1, 1],
    [2, 37, 2, 30],
    [1, 40, 1, 36],
    [1, 64, 2, 80],
    [1, 33, 1, 132],
    [1, 197, 3, 64],
    [1, 901, 1, 64],
    [1, 1370, 1, 16],
  ] as const;
  test.each(shapes)("batch %i, %i tokens, %i heads of %i", async (batch, tokens, heads, headSize) => {
    const qkv = randomNormal(batch * tokens * 3 * heads * headSize, 7, { deviation: 1.5 });
    await check(qkv, { batch, tokens, heads, headSize, scale: 1 / Math.sqrt(headSize) });
  });

  test("over more than 65,535 workgroups", async () => {
    const sizes = { batch: 1, tokens: 1, heads: 65_537, headSize: 1, scale: 1 };
    await check(randomNormal(3 * 65_537, 8), sizes);
  });
});

describe("survives scores of any size", () => {
  const sizes = { batch: 1, tokens: 70, heads: 1, headSize: 4, scale: 1 };
  const values = (t: number) => t - 30;
  const zero = () => 0;
  const hundred = () => 100;

  test("all equal: the mean of the values", async () => {
    await check(columns(70, 4, [zero, hundred, values]), sizes);
    const got = await runFloat(attention({ ...sizes, precision: "f32" }), columns(70, 4, [zero, zero, values]));
    expect(got[0]).toBeCloseTo(4.5, 4);
  });

  // Products of the first column alone are exact, and so is every weight: 1/n or, e^-10000, nothing. What is left is a
  // sum of 70 values below 40, a quotient, and scores that all carry the same rounding.
  const within = 40 * 80 * EPSILON;
  test.each([0, 31, 32, 69])("one of 10,000, key %i", async (huge) => {
    await check(columns(70, 4, [hundred, (t) => (t === huge ? 100 : 0), values]), sizes, within);
  });
  test.each([0, 33, 69])("all of −10,000 but key %i", async (one) => {
    await check(columns(70, 4, [hundred, (t) => (t === one ? 0 : -100), values]), sizes, within);
  });
  test.each([100, -100])("all of 100 · %i", async (key) => {
    await check(columns(70, 4, [hundred, () => key, values]), sizes, within);
  });

  test.each([1, -1])("rising and falling from block to block (%i)", async (sign) => {
    await check(columns(70, 4, [() => sign, (t) => t / 8, values]), sizes);
    await check(columns(70, 4, [() => sign * 100, (t) => t, values]), sizes, within);
  });
});

describe("plans", () => {
  const params = { batch: 1, tokens: 901, heads: 16, headSize: 64, scale: 0.125, precision: "f32" } as const;

  test("one text for equal shapes", () => {
    const kernel = attention(params);
    expect(kernel.label).toBe("attention [1, 901, 16×64]");
    expect(kernel.flops).toBe(4 * 16 * 901 * 901 * 64);
    expect(attention({ ...params }).code).toBe(kernel.code);
    expect(attention({ ...params, scale: 0.25 }).code).not.toBe(kernel.code);
  });

  test("f16 storage with f32 scores and sums", () => {
    const { code, inputs, output } = attention({ ...params, precision: "f16" });
    expect(code).toMatch(/^enable f16;/);
    expect(code.replace("enable f16;", "").replaceAll("f16", "f32").trim()).toBe(attention(params).code);
    expect(code).toContain("qkv: array<vec4<f16>");
    expect(code).toContain("y: array<vec4<f16>");
    expect(code).not.toMatch(/var<workgroup>.*f16/);
    expect([...inputs, output].map(({ dtype }) => dtype)).toEqual(["f16", "f16"]);
  });
});
