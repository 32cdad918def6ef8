import { expect } from "vitest";
import type { ConstantData } from "../../src/runtime/graph/graph.ts";
import type { Kernel } from "../../src/runtime/graph/kernel.ts";
import { elementCount } from "../../src/runtime/graph/tensor.ts";
import { loadFloats, storeFloats } from "../../src/runtime/session/store-floats.ts";
import { expectClose } from "../expect-close.ts";
import { randomNormal } from "../random.ts";
import { halfRounding, roundToHalf } from "../round-to-half.ts";
import type { Wgpu } from "./open-wgpu.ts";

/** Runs kernels on wgpu, their inputs and answers stored as the kernel says. */
export interface HalfRunner {
  /** The answer as it lies in memory. */
  runBytes(kernel: Kernel, ...inputs: ConstantData[]): Promise<ArrayBuffer>;
  /** The answer as numbers. */
  run(kernel: Kernel, ...inputs: ConstantData[]): Promise<Float32Array>;
  /**
   * Compares an answer in f16 with what a float64 loop gives.
   * @param sums largest error before the answer is stored
   */
  check(kernel: Kernel, inputs: ConstantData[], want: ArrayLike<number>, sums: number | Float64Array): Promise<void>;
}

export function halfRunner(wgpu: Wgpu): HalfRunner {
  async function runBytes(kernel: Kernel, ...inputs: ConstantData[]): Promise<ArrayBuffer> {
    const stored = inputs.map((data, i) =>
      kernel.inputs[i]!.dtype === "f16" ? storeFloats(data as Float32Array, "f16") : data,
    );
    return (await wgpu.call("runKernel", kernel, stored)).buffer as ArrayBuffer;
  }

  async function run(kernel: Kernel, ...inputs: ConstantData[]): Promise<Float32Array> {
    const { shape, dtype } = kernel.output;
    return loadFloats(await runBytes(kernel, ...inputs), dtype === "f16" ? "f16" : "f32", elementCount(shape));
  }

  return {
    runBytes,
    run,
    async check(kernel, inputs, want, sums) {
      expect(kernel.output.dtype).toBe("f16");
      const error = (i: number) => (typeof sums === "number" ? sums : sums[i]!);
      const tolerance = Float64Array.from(want, (y, i) => error(i) + halfRounding(y));
      expectClose(await run(kernel, ...inputs), want, kernel.output.shape, tolerance, kernel.label);
    },
  };
}

/** Drawn numbers that are f16 numbers. */
export function half(length: number, seed: number, of?: { mean?: number; deviation?: number }): Float32Array {
  return roundToHalf(randomNormal(length, seed, of));
}
