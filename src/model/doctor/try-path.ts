import { DptError } from "../../runtime/errors.ts";
import type { InputData } from "../../runtime/graph/graph.ts";
import type { Path } from "../../runtime/graph/kernel.ts";
import { elementCount, type Precision, type TensorSpec } from "../../runtime/graph/tensor.ts";
import type { ExaminedDevice } from "../../runtime/session/examined-device.ts";
import { loadFloats, storeFloats } from "../../runtime/session/store-floats.ts";
import type { Answer } from "./answers.ts";
import { bucketSums } from "./bucket-sums.ts";
import type { PathResult } from "./doctor-report.ts";
import type { Task } from "./tasks.ts";

/**
 * Largest error of a sum, over the largest sum of magnitudes. An index that is off by one puts one of some 80 values of a
 * sum off by its own size, 1e-2 of that; sums in another order err by 1e-6, and rounding to f16 by 5e-4 at most.
 */
export const BOUND: Readonly<Record<Precision, number>> = { f32: 2e-5, f16: 2e-3 };

export type Outcome = Pick<PathResult, "status" | "error" | "seconds" | "message">;

/** Runs one way to compute and compares what it answers. */
export async function tryPath(device: ExaminedDevice, { of, precision, path }: Task, answer: Answer): Promise<Outcome> {
  const began = performance.now();
  const outcome = (what: Outcome): Outcome => ({ ...what, seconds: (performance.now() - began) / 1000 });
  try {
    const bytes = await device.run(path, storedFor(path, of.inputs));
    if (!bytes) return { status: "not tried" };
    const error = errorOf(answer, valuesOf(path.stages.at(-1)!.kernel.output, bytes));
    if (!Number.isFinite(error)) return outcome({ status: "wrong", message: "answers numbers that are not finite" });
    return outcome({ status: error <= BOUND[precision] ? "right" : "wrong", error });
  } catch (cause) {
    if (!(cause instanceof DptError)) throw cause;
    return outcome({ status: "does not run", message: cause.message.split("\n", 3).join(" ") });
  }
}

/** The inputs as the first kernels that read them want them. */
export function storedFor({ stages }: Path, inputs: readonly InputData[]): InputData[] {
  return inputs.map((data, n) => {
    const reader = stages.find((stage) => stage.inputs.includes(n));
    const spec = reader?.kernel.inputs[reader.inputs.indexOf(n)];
    return data instanceof Float32Array && spec?.dtype === "f16" ? storeFloats(data, "f16") : data;
  });
}

/** Numbers of floating point; of whole numbers the bytes, since sums of large ones would hide what is off by little. */
function valuesOf({ shape, dtype }: TensorSpec, bytes: ArrayBuffer): ArrayLike<number> {
  const length = elementCount(shape);
  if (dtype === "f32" || dtype === "f16") return loadFloats(bytes, dtype, length);
  return new Uint8Array(bytes, 0, length * { u8: 1, u16: 2, u32: 4, i32: 4 }[dtype]);
}

function errorOf({ sums, scale }: Answer, values: ArrayLike<number>): number {
  const got = bucketSums(values);
  return sums.reduce((most, sum, i) => Math.max(most, Math.abs(got[i]! - sum)), 0) / scale;
}
