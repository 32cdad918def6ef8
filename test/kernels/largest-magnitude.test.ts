import { describe, expect, test } from "vitest";
import { largestMagnitude } from "../../src/kernels/largest-magnitude.ts";
import type { ConstantData } from "../../src/runtime/graph/graph.ts";
import type { Precision } from "../../src/runtime/graph/tensor.ts";
import { storeFloats } from "../../src/runtime/session/store-floats.ts";
import { runKernel } from "../run-kernel.ts";

/** The words that a tensor of these values has, the last filled up by its own low half. */
function wordsOf(dtype: Precision, values: Float32Array): Uint32Array {
  const stored = storeFloats(values, dtype);
  return new Uint32Array(stored.buffer as ArrayBuffer, 0, Math.ceil(stored.byteLength / 4));
}

async function look(dtype: Precision, values: Float32Array, seen: readonly number[]): Promise<number[]> {
  const kernel = largestMagnitude({ shape: [values.length], dtype, looks: seen.length - 1 });
  const words = wordsOf(dtype, values) as ConstantData;
  return [...new Uint32Array(await runKernel(kernel, words, Uint32Array.from(seen)))];
}

const bitsOf = (dtype: Precision, value: number) =>
  wordsOf(dtype, Float32Array.of(value, 0))[0]! & (dtype === "f32" ? 0xffffffff : 0xffff);

describe.each(["f32", "f16"] as const)("%s", (dtype) => {
  const [largest, infinity] = [
    dtype === "f32" ? 3.4028234663852886e38 : 65504,
    { f32: 0x7f800000, f16: 0x7c00 }[dtype],
  ];

  test.each([1, 2, 3, 256, 257, 5003])("of %i values, the largest anywhere, either sign", async (length) => {
    const x = Float32Array.from({ length }, (_, i) => [1.5, -0.75, 0, -0][i % 4]!);
    expect(await look(dtype, x.fill(-1.5, 0, 1), [0, 0])).toEqual([1, bitsOf(dtype, 1.5)]);
    for (const at of new Set([0, length >> 1, length - 1])) {
      for (const value of [largest, -largest, 2]) {
        expect(await look(dtype, x.with(at, value), [0, 0])).toEqual([1, bitsOf(dtype, Math.abs(value))]);
      }
      for (const value of [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
        expect(await look(dtype, x.with(at, value), [0, 0])).toEqual([1, infinity]);
      }
      expect((await look(dtype, x.with(at, Number.NaN), [0, 0]))[1]).toBeGreaterThan(infinity);
    }
  });

  test("all zeros, and the smallest that is not", async () => {
    const x = Float32Array.from({ length: 300 }, (_, i) => (i % 2 === 0 ? 0 : -0));
    expect(await look(dtype, x, [0, 9])).toEqual([1, 0]);
    expect(await look(dtype, x.with(299, dtype === "f32" ? -1e-45 : -(2 ** -24)), [0, 9])).toEqual([1, 1]);
  });

  test("goes behind those that were looked at before, which stay", async () => {
    const seen = Array.from({ length: 601 }, (_, i) => 7 * i);
    const want = seen.with(0, 301).with(301, bitsOf(dtype, 3));
    expect(await look(dtype, Float32Array.of(1, -3), seen.with(0, 300))).toEqual(want);
  });
});

test("what fills the last word is not looked at", async () => {
  const kernel = largestMagnitude({ shape: [3], dtype: "f16", looks: 1 });
  const words = Uint32Array.of(0, 0x7c000005);
  expect([...new Uint32Array(await runKernel(kernel, words, Uint32Array.of(0, 0)))]).toEqual([1, 5]);
});
