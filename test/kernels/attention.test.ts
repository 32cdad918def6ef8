import { describe, expect, test } from "vitest";
import { attention } from "../../src/kernels/attention.ts";
import { traitsOf } from "../../src/runtime/device/device.ts";
import type { Kernel, Path } from "../../src/runtime/graph/kernel.ts";
import { describeTensor, type Precision } from "../../src/runtime/graph/tensor.ts";
import type { SubgroupMatrix, Traits } from "../../src/runtime/graph/traits.ts";
import { loadFloats, storeFloats } from "../../src/runtime/session/store-floats.ts";
import { expectClose } from "../expect-close.ts";
import { LEAST_TRAITS } from "../least-traits.ts";
import { pathDevice } from "../path-device.ts";
import { randomNormal } from "../random.ts";
import { type Added, attention as reference } from "../reference/attention.ts";
import { halfRounding, roundToHalf } from "../round-to-half.ts";
import { runFloat } from "../run-kernel.ts";
import { runPath } from "../run-path.ts";
import { type AttentionSizes, attentionTolerance, largestAttended } from "./attention-tolerance.ts";

const EPSILON = 2 ** -24;

const device = await pathDevice();
/** What this adapter has; the paths that it allows run. */
const traits = traitsOf(device);

async function check(qkv: Float32Array, sizes: AttentionSizes, within = attentionTolerance(qkv, sizes)) {
  const kernel = attention({ ...sizes, precision: "f32" });
  expectClose(await runFloat(kernel, qkv), reference(qkv, sizes), kernel.output.shape, within);
}

interface Additions extends Added {
  readonly bias?: Float32Array;
  readonly regions?: Uint32Array;
}

/** Each path, or each that is asked for, in each precision that the adapter has. */
async function checkPaths(
  numbers: Float32Array,
  sizes: AttentionSizes,
  within?: number,
  { bias, regions }: Additions = {},
  isAsked: (path: Path) => boolean = () => true,
) {
  const params = { ...sizes, bias: bias !== undefined, regions: regions && regions.length / sizes.tokens };
  for (const precision of traits.f16 ? (["f32", "f16"] as const) : (["f32"] as const)) {
    const rounded = (x: Float32Array) => (precision === "f16" ? roundToHalf(x) : x);
    const qkv = rounded(numbers);
    const added = { bias: bias && rounded(bias), regions };
    const want = reference(qkv, sizes, added);
    const sums = within ?? attentionTolerance(qkv, sizes, bias);
    const paths = (await attention({ ...params, precision }).paths!(traits)).filter(isAsked);
    expect(paths.length).toBeGreaterThan(0);
    for (const path of paths) {
      const inputs = [qkv, ...(added.bias ? [added.bias] : []), ...(regions ? [regions] : [])];
      const got = await floatsOf(path, inputs, precision, want.length);
      // Weights rounded to f16, and those that are too small for it.
      const weights = precision === "f16" && path.name.startsWith("subgroup matrices") ? 2 ** -10 : 0;
      const error = sums + weights * largestAttended(qkv, sizes);
      const allowed = want.map((y) => error + (precision === "f16" ? halfRounding(y) : 0));
      expectClose(got, want, path.stages[0]!.kernel.output.shape, allowed, `${path.name} in ${precision}`);
    }
  }
}

async function floatsOf(
  path: Path,
  inputs: readonly (Float32Array | Uint32Array)[],
  precision: Precision,
  length: number,
): Promise<Float32Array> {
  const stored = inputs.map((data) => (data instanceof Float32Array ? storeFloats(data, precision) : data));
  return loadFloats(await runPath(device, path, stored), precision, length);
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
  // Queries of nought, so that weights are what is added: 1/4 and 3/4, then 1/2 and 1/2; a value of 4 in token 1.
  const still = [0, 0, 0, 0, 0, 4];
  expectClose(reference(still, sizes, { bias: [0, Math.log(3), 5, 5] }), [3, 2], [1, 2, 1], 1e-15);
  // Of three images the second has regions of its own: there token 0 sees 4 · e^-200, token 1 itself.
  const thrice = [...still, ...still, ...still];
  const apart = reference(thrice, { ...sizes, batch: 3 }, { regions: [6, 6, 6, 7] });
  expectClose(apart, [2, 2, 4 * Math.exp(-200), 4, 2, 2], [3, 2, 1], 1e-15);
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
    [1, 64, 2, 80],
    [1, 33, 1, 132],
    [1, 901, 1, 64],
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

describe("by every path", () => {
  // Compiling all paths of one shape takes seconds, so tests share shapes. Here scores of ten and more, so that references
  // of single rows move again and again; columns that fill no tile; one token more than a block.
  test("batch 1, 33 tokens, 2 heads of 44", async () => {
    const sizes = { batch: 1, tokens: 33, heads: 2, headSize: 44, scale: 0.2 };
    await checkPaths(randomNormal(33 * 3 * 2 * 44, 7, { deviation: 1.5 }), sizes);
  });

  const sizes = { batch: 1, tokens: 135, heads: 1, headSize: 4, scale: 1 };
  const values = (t: number) => (t - 30) / 8;
  const within = 40 * 135 * EPSILON;
  test.each([
    ["rising", (t: number) => t],
    ["falling", (t: number) => -t],
    ["one of 10,000", (t: number) => (t === 70 ? 100 : 0)],
    ["all of 10,000", () => 100],
    ["all of −10,000", () => -100],
    ["all of −10,000 but the first", (t: number) => (t === 0 ? 0 : -100)],
  ])("scores of any size: %s", async (_, key) => {
    await checkPaths(columns(135, 4, [() => 100, key, values]), sizes, within);
  });

  test("rising and falling slowly", async () => {
    await checkPaths(columns(135, 4, [(t) => (t % 3) - 1, (t) => t / 8, values]), sizes);
  });
});

describe("adds to its scores, by every path", () => {
  const random = ({ batch, tokens, heads, headSize }: Omit<AttentionSizes, "scale">) => ({
    qkv: randomNormal(batch * tokens * 3 * heads * headSize, 7, { deviation: 1.5 }),
    bias: randomNormal(heads * tokens * tokens, 8, { deviation: 3 }),
  });
  // Bands of tokens, cut elsewhere in each row of the table.
  const regionsOf = (rows: number, tokens: number) =>
    Uint32Array.from({ length: rows * tokens }, (_, at) =>
      Math.floor((3 * ((at % tokens) + Math.floor(at / tokens))) / tokens),
    );

  // Every path adds a bias and regions by the same text (attentionFrame), which has one of them above and both here.
  const isEnough = ({ name }: Path) => /^(?:from storage|workgroup tiles 32×32|subgroup matrices)/.test(name);
  // A tail of columns, tokens past a block or two, and images that share rows of regions.
  const both = { batch: 4, tokens: 65, heads: 3, headSize: 10, scale: 0.3 };

  test("a bias and regions", async () => {
    const { qkv, bias } = random(both);
    await checkPaths(qkv, both, undefined, { bias, regions: regionsOf(2, both.tokens) }, isEnough);
  });

  test("200 less between regions, which a bias of 200 makes up for", async () => {
    const { tokens } = both;
    const { qkv } = random(both);
    const row = regionsOf(1, tokens);
    const bias = Float32Array.from({ length: both.heads * tokens * tokens }, (_, at) =>
      row[Math.floor(at / tokens) % tokens] === row[at % tokens] ? 0 : 200,
    );
    const regions = Uint32Array.from([...row, ...row]);
    await checkPaths(qkv, both, undefined, { bias, regions }, isEnough);
    const plain = reference(qkv, both);
    expectClose(reference(qkv, both, { bias, regions }), plain, [4, tokens, 30], 1e-12);
  });

  test("regions alone", async () => {
    const sizes = { batch: 2, tokens: 37, heads: 3, headSize: 7, scale: 1 };
    await checkPaths(random(sizes).qkv, sizes, undefined, { regions: regionsOf(2, 37) });
  });

  const biased = { batch: 2, tokens: 70, heads: 2, headSize: 6, scale: 0.3 };

  test("a bias alone", async () => {
    const { qkv, bias } = random(biased);
    await checkPaths(qkv, biased, undefined, { bias });
  });

  /** Runs all paths and compares the places that are NaN. */
  async function checkBroken(qkv: Float32Array, bias: Float32Array, isConcerned: (at: number) => boolean) {
    for (const precision of traits.f16 ? (["f32", "f16"] as const) : (["f32"] as const)) {
      for (const path of await attention({ ...biased, bias: true, precision }).paths!(traits)) {
        const got = await floatsOf(path, [qkv, bias], precision, qkv.length / 3);
        const wrong = Array.from(got.keys()).filter((at) => Number.isNaN(got[at]) !== isConcerned(at));
        expect(wrong, `${path.name} in ${precision}`).toEqual([]);
      }
    }
  }

  // Of the second of two images and heads; whom it does not concern must not get it.
  test.each([
    ["query", 0, 3],
    ["key", 1, 0],
    ["key", 1, 40],
    ["key", 1, 69],
    ["value", 2, 0],
    ["value", 2, 69],
  ])("NaN in a %s (%i) of token %i reaches whom it concerns", async (_, part, token) => {
    const { tokens, headSize } = biased;
    const column = headSize - 1;
    const { qkv, bias } = random(biased);
    qkv[(((tokens + token) * 3 + part) * 2 + 1) * headSize + column] = Number.NaN;
    await checkBroken(qkv, bias, (at) => {
      const [c, head, row] = [at % headSize, Math.floor(at / headSize) % 2, Math.floor(at / headSize / 2)];
      if (row < tokens || head === 0) return false;
      return part === 0 ? row === tokens + token : part === 1 || c === column;
    });
  });

  test("a query whose scores are all minus infinity has no answer, though blocks have places without a key", async () => {
    const { tokens, headSize } = biased;
    const { qkv, bias } = random(biased);
    // Of head 0, queries that are infinite where no key is above 0.
    for (let token = 0; token < 2 * tokens; token++) {
      const key = (3 * token + 1) * 2 * headSize;
      qkv[key] = -Math.abs(qkv[key]!);
    }
    qkv[3 * 2 * headSize * 5] = Number.POSITIVE_INFINITY;
    await checkBroken(qkv, bias, (at) => at % (2 * headSize) < headSize && Math.floor(at / 2 / headSize) === 5);
  });

  test.each([
    [69, 33],
    [33, 69],
  ])("NaN in the bias of query %i and key %i reaches that query alone", async (query, key) => {
    const { tokens, headSize } = biased;
    const { qkv, bias } = random(biased);
    bias[(tokens + query) * tokens + key] = Number.NaN;
    await checkBroken(
      qkv,
      bias,
      (at) => Math.floor(at / headSize) % 2 === 1 && Math.floor(at / headSize / 2) % tokens === query,
    );
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

  test("bias and regions as inputs after the tokens, each where it is asked for", () => {
    const biased = attention({ ...params, bias: true });
    const masked = attention({ ...params, batch: 32, regions: 16 });
    const both = attention({ ...params, bias: true, regions: 1, precision: "f16" });
    const specs = (kernel: Kernel) => kernel.inputs.slice(1).map(describeTensor);
    expect(specs(attention(params))).toEqual([]);
    expect(specs(biased)).toEqual(["[16, 901, 901] f32"]);
    expect(specs(masked)).toEqual(["[16, 901] u32"]);
    expect(specs(both)).toEqual(["[16, 901, 901] f16", "[1, 901] u32"]);
    expect(both.label).toBe("attention [1, 901, 16×64] + bias in regions");
    expect(biased.flops - attention(params).flops).toBe(16 * 901 * 901);
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

  const matrix: SubgroupMatrix = { M: 16, N: 16, K: 16, componentType: "f16", resultComponentType: "f32" };
  const gpu: Traits = {
    ...LEAST_TRAITS,
    f16: true,
    subgroups: true,
    subgroupSize: 32,
    subgroupMatrices: [matrix],
    workgroupBytes: 49152,
    invocations: 1024,
  };
  const namesOf = async (precision: Precision, of: Partial<Traits>) =>
    (await attention({ ...params, precision }).paths!({ ...gpu, ...of })).map(({ name }) => name);

  test("the same paths for equal traits, each once", async () => {
    const names = await namesOf("f16", {});
    expect(new Set(names).size).toBe(names.length);
    expect(await namesOf("f16", {})).toEqual(names);
  });

  test("the most promising first: what the device has, and on a CPU what runs anywhere", async () => {
    const own = attention(params).path;
    expect((await namesOf("f16", {}))[0]).toMatch(/^subgroup matrices/);
    expect((await namesOf("f16", { subgroupMatrices: [] }))[0]).toMatch(/^subgroups/);
    expect((await namesOf("f16", { subgroupMatrices: [], subgroups: false }))[0]).toMatch(/^workgroup tiles/);
    expect((await namesOf("f16", {})).at(-1)).toBe(own);
    expect((await namesOf("f16", { software: true }))[0]).toBe(own);
  });

  test("no path that the device cannot take", async () => {
    const without = (names: string[], way: RegExp) => expect(names.filter((name) => way.test(name))).toEqual([]);
    without(await namesOf("f32", {}), /matrices/);
    without(await namesOf("f16", { subgroupMatrices: [{ ...matrix, resultComponentType: "f16" }] }), /matrices/);
    without(await namesOf("f16", { subgroupSize: undefined }), /matrices|subgroups.*×32/);
    without(await namesOf("f16", { subgroupSize: 8, subgroupMatrices: [] }), /matrices/);
    without(await namesOf("f16", { subgroupSize: 4, subgroupMatrices: [] }), /subgroups.*×32/);
    without(await namesOf("f16", { subgroups: false }), /subgroup/);
    expect(await namesOf("f16", { subgroupSize: undefined })).toContain("subgroups 64×16");
  });

  test("a head too large for any memory keeps the way that runs anywhere", async () => {
    const kernel = attention({ ...params, headSize: 1024 });
    expect((await kernel.paths!(LEAST_TRAITS)).map(({ name }) => name)).toEqual([kernel.path]);
  });

  test.each([16384, 32768, 49152])("within %i bytes of workgroup memory", async (workgroupBytes) => {
    for (const headSize of [7, 64, 80, 128]) {
      for (const precision of ["f16", "f32"] as const) {
        for (const subgroupMatrices of [[matrix], [{ ...matrix, componentType: "f32" }]]) {
          const kernel = attention({ ...params, headSize, precision });
          for (const { name, stages } of await kernel.paths!({ ...gpu, workgroupBytes, subgroupMatrices })) {
            const bytes = workgroupBytesOf(stages[0]!.kernel.code);
            expect(bytes, `${name}, ${headSize}, ${precision}`).toBeGreaterThan(0);
            expect(bytes, `${name}, ${headSize}, ${precision}`).toBeLessThanOrEqual(workgroupBytes);
          }
        }
      }
    }
  });
});

/** What a text declares; each array starts at a multiple of 16. */
function workgroupBytesOf(code: string): number {
  const sizes: Readonly<Record<string, number>> = {
    f16: 2,
    f32: 4,
    u32: 4,
    vec4f: 16,
    "vec4<f32>": 16,
    "vec4<f16>": 8,
  };
  const arrays = [...code.matchAll(/var<workgroup> \w+: array<(.+), (\d+)>;/g)];
  return arrays.reduce((sum, [, type, count]) => sum + Math.ceil((sizes[type!]! * Number(count)) / 16) * 16, 0);
}
