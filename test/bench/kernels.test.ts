import { describe, expect, test } from "vitest";
import { BENCH_MODELS, benchModel } from "../../bench/kernels/bench-models.ts";
import { attentionCase } from "../../bench/kernels/cases/attention-case.ts";
import { convTranspose2dCase } from "../../bench/kernels/cases/conv-transpose2d-case.ts";
import { conv2dCases } from "../../bench/kernels/cases/conv2d-cases.ts";
import { layerNormCase } from "../../bench/kernels/cases/layer-norm-case.ts";
import { matmulCase } from "../../bench/kernels/cases/matmul-case.ts";
import { resizeCase } from "../../bench/kernels/cases/resize-case.ts";
import type { KernelCase } from "../../bench/kernels/kernel-case.ts";
import { kernelTable } from "../../bench/kernels/kernel-table.ts";
import { listKernels } from "../../bench/kernels/list-kernels.ts";
import { randomValues } from "../../bench/kernels/random-values.ts";
import { crossings, sample, some } from "../../bench/kernels/sample.ts";
import { checkKernel, timeKernel } from "../../bench/kernels/time-kernel.ts";
import { elementCount } from "../../src/runtime/graph/tensor.ts";
import { Engine } from "../../src/runtime/session/engine.ts";
import { testDevice } from "../device.ts";
import { roundToHalf } from "../round-to-half.ts";

describe("the list of kernels", () => {
  const models = BENCH_MODELS.map((name) => benchModel(name));

  test("has the models and sizes that it should", () => {
    const sizes = models.map(({ name, size }) => [name, size]);
    expect(Object.fromEntries(sizes)).toEqual({
      "dpt-small-camvid": 196,
      "dpt-large-ade": 480,
      "depth-anything-v2-small": 518,
      "depth-anything-v2-base": 518,
      "depth-anything-v2-large": 518,
    });
    expect(() => benchModel("dpt-huge")).toThrow(/^model: want one of dpt-small-camvid, .*, got "dpt-huge"\./);
  });

  test.each(["f32", "f16"] as const)("has every shape of every model that counts, once, in %s", async (dtype) => {
    const { kernels, missing } = await listKernels(models, dtype);
    expect(missing).toEqual([]);
    const labels = kernels.map(({ test: { kernel } }) => kernel.label);
    expect(new Set(labels).size).toBe(labels.length);
    expect(labels).toContain("matmul [901, 1024]·[1024, 4096] + bias + gelu");
    expect(labels).toContain("attention [1, 1370, 16×64]");
    const shared = kernels.find(({ test: { kernel } }) => kernel.label.startsWith("matmul [268324, 32]"))!;
    expect(shared.uses.map(({ model }) => model)).toEqual(["depth-anything-v2-small", "depth-anything-v2-base"]);
  });

  test.each(["f32", "f16"] as const)(
    "has every shape at sizes that are no multiple of two patches, in %s",
    async (dtype) => {
      const odd = [benchModel("dpt-small-camvid", 70), benchModel("depth-anything-v2-base", 182)];
      const { missing } = await listKernels(odd, dtype);
      expect(missing.filter((label) => !label.includes("patchEmbed") && !label.includes("resize"))).toEqual([]);
    },
  );

  test("grows with what is left out less, and says what has no case", async () => {
    const [embedded] = models;
    const all = await listKernels([embedded!], "f32", 1e-9);
    expect(all.kernels.length).toBeGreaterThan(2 * (await listKernels([embedded!], "f32")).kernels.length);
    expect(all.missing.some((label) => label.startsWith("dpt-small-camvid: patchEmbed"))).toBe(true);
  });
});

describe("a sample", () => {
  test("is everything where that is quick", () => {
    expect(sample(3, 2, 5)).toEqual({ rows: [0, 1, 2], columns: [0, 1] });
  });

  test("is 400 numbers of a large output, its corners among them, and the same each time", () => {
    const { rows, columns } = sample(5000, 4096, 1024);
    expect(rows.length * columns.length).toBe(400);
    expect([rows[0], rows.at(-1), columns[0], columns.at(-1)]).toEqual([0, 4999, 0, 4095]);
    expect(sample(5000, 4096, 1024)).toEqual({ rows, columns });
    expect(crossings({ rows: [0, 7], columns: [1, 2] }, 10)).toEqual([1, 2, 71, 72]);
  });
});

test("numbers come again after a prime, and are what f16 stores", () => {
  const values = randomValues(1_000_005, "f16");
  expect(values.subarray(1_000_003)).toEqual(values.subarray(0, 2));
  expect(roundToHalf(values.subarray(0, 1000))).toEqual(values.subarray(0, 1000));
});

/** Outputs that are sampled, of every kind, and small ones that are checked whole. */
const cases: KernelCase[] = [
  layerNormCase("norm", 500, 20, "f32"),
  matmulCase("product", 50, 12, 20, { activation: "gelu", residuals: 1 }, "f32"),
  matmulCase("large product", 2100, 160, 210, { residuals: 2 }, "f32"),
  attentionCase("attention", 37, 3, 8, "f32"),
  ...conv2dCases("small", { height: 5, width: 7, channelsIn: 6, channelsOut: 5, stride: 2, bias: true }, "f32"),
  ...conv2dCases(
    "large",
    { height: 45, width: 61, channelsIn: 52, channelsOut: 60, relu: true, residuals: 1, bias: true },
    "f32",
  ),
  convTranspose2dCase("transposed", { height: 60, width: 50 }, 40, 4, "f32"),
  resizeCase("upsampled", { height: 9, width: 7 }, { height: 18, width: 13 }, 12, "f32"),
];

describe("the float64 loops over a sample", () => {
  test.each(cases.map((each) => [each.kernel.label, each] as const))("agree with %s", async (_, each) => {
    const engine = await Engine.open({ device: await testDevice() });
    const { error, checked, seconds } = await timeKernel(engine, each);
    expect(error).toBeLessThan(1e-5);
    expect(checked).toBeGreaterThan(0);
    expect(checked).toBeLessThanOrEqual(elementCount(each.kernel.output.shape));
    expect(seconds).toBeGreaterThanOrEqual(0);
  });
});

test("a wrong number, column or row is found, and its place named", () => {
  const { kernel, data } = matmulCase("large product", 2100, 160, 210, {}, "f32");
  const { positions, values } = data().expected();
  const right = new Float32Array(2100 * 210);
  for (let i = 0; i < positions.length; i++) right[positions[i]!] = values[i]!;
  expect(checkKernel(kernel, right.buffer, { positions, values })).toBeLessThan(1e-6);

  const last = right.slice();
  last[last.length - 1]! += 1;
  expect(() => checkKernel(kernel, last.buffer, { positions, values })).toThrow(/at \[0, 2099, 209\], got/);
  const shifted = right.map((_, i) => right[i + 1] ?? 0);
  expect(() => checkKernel(kernel, shifted.buffer, { positions, values })).toThrow("A wrong kernel is not timed.");
  const broken = right.map((value, i) => (i === 0 ? Number.NaN : value));
  expect(() => checkKernel(kernel, broken.buffer, { positions, values })).toThrow(/at \[0, 0, 0\], got NaN/);
});

test("the table says what part of the roofline is reached", () => {
  const table = kernelTable({
    bench: "kernels",
    date: "2026-11-23",
    commit: "abc",
    adapter: "an adapter",
    place: "node",
    dtype: "f32",
    models: [{ name: "a-model", size: 32 }],
    ceilings: { bandwidth: 5e9, f32: 20e9, matrices: [] },
    results: [
      {
        role: "a product",
        label: "matmul",
        paths: ["registers 8×8"],
        uses: [
          { model: "a-model", times: 12 },
          { model: "b-model", times: 1 },
        ],
        error: 1.2e-7,
        checked: 400,
        seconds: 0.002,
        samples: [],
        flops: 10e6,
        bytes: 4e6,
        bound: 12.5e9,
      },
    ],
    missing: ["a-model: patchEmbed"],
  });
  expect(table).toContain(
    "| a product (a-model 12×, b-model) | `matmul` | registers 8×8 | 1e-7 | 2.00 | 5.00 | 2.0 | 12.5 | 40 % |",
  );
  expect(table).toContain("copy, read and written 5.00 GB/s; multiply-adds in f32 20.0 GFLOP/s");
  expect(table).toContain("Not measured: `a-model: patchEmbed`.");
  expect(some(3, 9)).toEqual([0, 1, 2]);
});
