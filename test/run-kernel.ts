import type { ConstantData } from "../src/runtime/graph/graph.ts";
import type { Kernel } from "../src/runtime/graph/kernel.ts";
import { testDevice } from "./device.ts";
import { executeKernel } from "./execute-kernel.ts";

/** Runs one kernel on the device of the tests; the answer is the bytes of its output. */
export async function runKernel(kernel: Kernel, ...inputs: ConstantData[]): Promise<ArrayBuffer> {
  return executeKernel(await testDevice(), kernel, inputs);
}

/** `runKernel` for a kernel whose output is f32. */
export async function runFloat(kernel: Kernel, ...inputs: ConstantData[]): Promise<Float32Array> {
  return new Float32Array(await runKernel(kernel, ...inputs));
}
