import { describe, expect, test } from "vitest";
import { ALL_FINITE, firstNotFinite } from "../../src/kernels/first-not-finite.ts";
import type { ConstantData } from "../../src/runtime/graph.ts";
import { storeFloats } from "../../src/runtime/store-floats.ts";
import type { Precision } from "../../src/runtime/tensor.ts";
import { runKernel } from "../run-kernel.ts";

async function search(dtype: Precision, values: Float32Array, found: readonly [number, number]) {
  const stored = storeFloats(values, dtype);
  const words = new Uint32Array(stored.buffer as ArrayBuffer, 0, Math.ceil(stored.byteLength / 4));
  const kernel = firstNotFinite({ shape: [values.length], dtype });
  return [...new Uint32Array(await runKernel(kernel, words as ConstantData, Uint32Array.from(found)))];
}

/** The largest of either type, the smallest, and both zeros. */
function finite(dtype: Precision, length: number): Float32Array {
  const largest = dtype === "f32" ? 3.4028234663852886e38 : 65504;
  const values = [largest, -largest, dtype === "f32" ? 1e-45 : 2 ** -24, 0, -0, 1.5];
  return Float32Array.from({ length }, (_, i) => values[i % values.length]!);
}

describe.each(["f32", "f16"] as const)("%s", (dtype) => {
  test.each([1, 2, 3, 256, 257, 5003])("%i values, all finite or but one", async (length) => {
    const x = finite(dtype, length);
    expect(await search(dtype, x, [ALL_FINITE, 7])).toEqual([ALL_FINITE, 8]);
    for (const at of new Set([0, length >> 1, length - 1])) {
      for (const broken of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
        expect(await search(dtype, x.with(at, broken), [ALL_FINITE, 7])).toEqual([7, 8]);
      }
    }
  });

  test("the first stays the first", async () => {
    const x = finite(dtype, 9);
    expect(await search(dtype, x.with(4, Number.NaN), [2, 7])).toEqual([2, 8]);
    expect(await search(dtype, x, [2, 7])).toEqual([2, 8]);
  });
});

test("what fills the last word is not looked at", async () => {
  const kernel = firstNotFinite({ shape: [3], dtype: "f16" });
  const words = Uint32Array.of(0, 0x7c000000);
  expect([...new Uint32Array(await runKernel(kernel, words, Uint32Array.of(ALL_FINITE, 0)))]).toEqual([ALL_FINITE, 1]);
});
