import type { Precision } from "../../src/runtime/graph/tensor.ts";
import type { BenchDevice } from "../ceilings/bench-device.ts";
import { roofline } from "../ceilings/ceilings.ts";
import { measureCeilings } from "../ceilings/measure-ceilings.ts";
import type { KernelResult, KernelsReport } from "./kernels-report.ts";
import { type BenchModel, listKernels } from "./list-kernels.ts";
import { timeKernel } from "./time-kernel.ts";

export interface RunKernelsOptions {
  readonly models: readonly BenchModel[];
  readonly dtype: Precision;
  readonly commit: string;
  /** `node`, or what browser. */
  readonly place: string;
  /** Share of a model's operations or bytes from which on a shape is measured; see {@link listKernels}. */
  readonly least?: number;
  /** Called before each measurement with a line for whoever waits, and how much is done, 0 to 1. */
  readonly onProgress?: (line: string, done: number) => void;
}

/**
 * Measures the adapter's ceilings, then each kernel of the models once at each distinct shape. Needs nothing of Node.
 * @throws MachineError if the device has no f16 and it is asked for
 * @throws Error if a kernel is wrong
 */
export async function runKernels(
  device: BenchDevice,
  { models, dtype, commit, place, least, onProgress = () => {} }: RunKernelsOptions,
): Promise<KernelsReport> {
  const { engine } = device;
  engine.checkPrecision(dtype);
  const ceilings = await measureCeilings(device, { onProgress: (what) => onProgress(what, 0) });
  const { kernels, missing } = await listKernels(models, dtype, least);
  const results: KernelResult[] = [];
  for (const [i, { test, uses }] of kernels.entries()) {
    onProgress(`${i + 1} of ${kernels.length}: ${test.kernel.label}`, i / kernels.length);
    const result = await timeKernel(engine, test);
    results.push({ ...result, uses, bound: roofline(ceilings, dtype, result) });
  }
  return {
    bench: "kernels",
    date: new Date().toISOString().slice(0, 10),
    commit,
    adapter: engine.adapter,
    place,
    dtype,
    models: models.map(({ name, size }) => ({ name, size })),
    ceilings,
    results,
    missing,
  };
}
