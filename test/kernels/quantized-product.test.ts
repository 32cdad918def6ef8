import { describe, expect, test } from "vitest";
import { convTranspose2d } from "../../src/kernels/conv-transpose2d.ts";
import { type Conv2dParams, conv2d } from "../../src/kernels/conv2d.ts";
import { type MatmulParams, matmul } from "../../src/kernels/matmul.ts";
import { packConv2d, packConvTranspose2d, packedShape, packLinear } from "../../src/kernels/shared/pack.ts";
import { quantize } from "../../src/kernels/shared/quantize.ts";
import { QUANTIZED_STORAGE } from "../../src/kernels/shared/quantized-storage.ts";
import { byteLength } from "../../src/runtime/graph/tensor.ts";
import { expectClose } from "../expect-close.ts";
import { randomNormal } from "../random.ts";
import { convTranspose2d as convTranspose2dLoop } from "../reference/conv-transpose2d.ts";
import { conv2d as conv2dLoop } from "../reference/conv2d.ts";
import { dequantize } from "../reference/dequantize.ts";
import { matmul as matmulLoop } from "../reference/matmul.ts";
import { runFloat } from "../run-kernel.ts";
import { checkProduct } from "./check-product.ts";

const formats = ["q8", "q4"] as const;
type Format = (typeof formats)[number];

/** A packed weight quantised, and what it then stands for, packed and unpacked. */
function quantized(format: Format, packed: Float32Array, columns: number, unpack: (w: Float64Array) => number[]) {
  const words = quantize(format, packed, columns, "w");
  const values = dequantize(format, words, packed.length / columns, columns);
  return { packed: words, weight: Float32Array.from(unpack(values)) };
}

async function checkMatmul(
  format: Format,
  params: Omit<MatmulParams, "precision" | "quantized">,
  change: (weight: Float32Array) => void = () => {},
) {
  const { batch, rows, select, channelsIn: k, channelsOut: n } = params;
  const original = randomNormal(n * k, 2);
  change(original);
  const columns = packedShape(1, k, n)[1]!;
  const unpack = (values: Float64Array) =>
    Array.from({ length: n * k }, (_, i) => values[(i % k) * columns + Math.floor(i / k)]!);
  await checkProduct({
    kernel: matmul({ ...params, precision: "f32", quantized: QUANTIZED_STORAGE[format] }),
    x: randomNormal(batch * (select?.of ?? rows) * k, 1),
    ...quantized(format, packLinear(original, n, k), columns, unpack),
    reference: (x, weight) => matmulLoop(x, weight, params),
    depth: k,
    epilogue: params,
  });
}

describe.each(formats)("a matmul with a weight in %s", (format) => {
  // K and N odd, of one, of whole groups of rows and of what is left over, on tiles of 1, 4 and 8 rows.
  test.each([
    [1, 1, 1, 1],
    [1, 1, 4, 4],
    [1, 3, 31, 7],
    [2, 17, 33, 12],
    [1, 19, 64, 16],
    [1, 20, 67, 65],
    [3, 23, 97, 131],
    [1, 130, 128, 64],
    [1, 577, 45, 129],
  ])("%i · %i, %i, %i", async (batch, rows, channelsIn, channelsOut) => {
    await checkMatmul(format, { batch, rows, channelsIn, channelsOut });
  });

  test("and all that comes after its sums", async () => {
    const sizes = { batch: 3, rows: 7, channelsIn: 37, residuals: 2, scale: 20, activation: "gelu" } as const;
    for (const channelsOut of [5, 8]) {
      await checkMatmul(format, { ...sizes, channelsOut, bias: "channel" });
      await checkMatmul(format, { ...sizes, channelsOut, bias: "image", select: { of: 9, first: 1 } });
    }
  });

  test("of columns of zeros, huge ones and tiny ones", async () => {
    const powers = [0, 1e-30, 1e30, 1, 1e-10];
    await checkMatmul(format, { batch: 1, rows: 20, channelsIn: 40, channelsOut: 5 }, (weight) => {
      for (const [i, value] of weight.entries()) weight[i] = value * powers[Math.floor(i / 40)]!;
    });
  });

  test("over more than 65,535 workgroups", async () => {
    await checkMatmul(format, { batch: 1, rows: 1, channelsIn: 1, channelsOut: 64 * 65_536 + 1 });
  });
});

describe.each(formats)("a convolution with a weight in %s", (format) => {
  const shapes: Omit<Conv2dParams, "precision">[] = [
    { batch: 2, height: 7, width: 5, channelsIn: 5, channelsOut: 9, size: 3, stride: 1, padding: 1 },
    { batch: 1, height: 9, width: 12, channelsIn: 36, channelsOut: 8, size: 3, stride: 2, padding: 1, relu: true },
  ];
  test.each(shapes)("%o", async (params) => {
    const { batch, height, width, channelsIn: k, channelsOut: n, size, relu } = params;
    const taps = size * size;
    const [rows, columns] = packedShape(taps, k, n) as [number, number];
    const packed = packConv2d(randomNormal(n * k * taps, 2), n, k, taps);
    // [N, K, taps] of [taps · K, N].
    const unpack = (values: Float64Array) =>
      Array.from({ length: n * k * taps }, (_, i) => {
        const [tap, c, o] = [i % taps, Math.floor(i / taps) % k, Math.floor(i / taps / k)];
        return values[(tap * (rows / taps) + c) * columns + o]!;
      });
    await checkProduct({
      kernel: conv2d({ ...params, bias: "channel", precision: "f32", quantized: QUANTIZED_STORAGE[format] }),
      x: randomNormal(batch * height * width * k, 1),
      ...quantized(format, packed, columns, unpack),
      reference: (x, weight) => conv2dLoop(relu ? x.map((value) => Math.max(0, value)) : x, weight, params),
      depth: taps * k,
      epilogue: { bias: "channel" },
    });
  });

  test("transposed", async () => {
    const params = { batch: 2, height: 3, width: 5, channelsIn: 35, channelsOut: 6, size: 2 };
    const { channelsIn: k, channelsOut: n } = params;
    const columns = packedShape(1, k, 4 * n)[1]!;
    const packed = packConvTranspose2d(randomNormal(k * n * 4, 2), k, n, 4);
    // [K, N, taps] of [K, taps · N].
    const unpack = (values: Float64Array) =>
      Array.from({ length: k * n * 4 }, (_, i) => {
        return values[Math.floor(i / 4 / n) * columns + (i % 4) * n + (Math.floor(i / 4) % n)]!;
      });
    const { packed: words, weight } = quantized(format, packed, columns, unpack);
    const x = randomNormal(2 * 3 * 5 * k, 1);
    const bias = new Float32Array(columns);
    const got = await runFloat(
      convTranspose2d({ ...params, precision: "f32", quantized: QUANTIZED_STORAGE[format] }),
      x,
      words,
      bias,
    );
    expectClose(got, convTranspose2dLoop(x, weight, params), [2, 6, 10, n], 1e-4);
  });
});

describe("plans", () => {
  const params = { batch: 1, rows: 901, channelsIn: 1024, channelsOut: 4096, bias: "channel" } as const;

  test("a quarter and an eighth of the bytes", () => {
    const bytes = (format?: Format) =>
      byteLength(matmul({ ...params, precision: "f32", quantized: format && QUANTIZED_STORAGE[format] }).inputs[1]!) /
      (1024 * 4096);
    expect(bytes()).toBe(4);
    expect(bytes("q8")).toBeCloseTo(1 + 2 / 64 + 4 / 1024, 10);
    expect(bytes("q4")).toBeCloseTo(0.5 + 1 / 16 + 4 / 1024, 10);
  });

  test("a label and a text of its own, also beside activations in f16", () => {
    const kernel = matmul({ ...params, precision: "f32", quantized: QUANTIZED_STORAGE.q4 });
    expect(kernel.label).toBe("matmul [901, 1024]·[1024, 4096] q4 + bias");
    const half = matmul({ ...params, precision: "f16", quantized: QUANTIZED_STORAGE.q4 });
    expect(half.code).toMatch(/^enable f16;/);
    expect(half.code).toContain("x: array<vec4<f16>");
    expect(half.code).toContain("weight: array<vec2u");
    expect(half.inputs[1]).toEqual(kernel.inputs[1]);
  });
});
