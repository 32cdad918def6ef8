import { compare } from "../../src/runtime/compare.ts";
import { Graph, type InputData } from "../../src/runtime/graph/graph.ts";
import { byteLength, elementCount, type Precision } from "../../src/runtime/graph/tensor.ts";
import type { Engine } from "../../src/runtime/session/engine.ts";
import { loadFloats, storeFloats } from "../../src/runtime/session/store-floats.ts";
import { type Runnable, timeRepeats } from "../ceilings/time-repeats.ts";
import type { Expected, KernelCase } from "./kernel-case.ts";
import type { KernelResult } from "./kernels-report.ts";

/**
 * Largest error that is right, over the largest value; a wrong index errs by about 1. In f32, sums of a few thousand
 * products err by about 1e-6, and positions between the pixels of a map by up to 3e-5 pixels. In f16 an answer is rounded by up to 5e-4 of itself, and so is whatever is stored between
 * the kernels of a convolution by Winograd's algorithm, from which outputs are sums of differences.
 */
const TOLERANCE: Readonly<Record<Precision, number>> = { f32: 1e-4, f16: 5e-3 };

/**
 * Checks a kernel against its loop, then times it.
 * @throws Error if it is wrong: what is wrong has no speed
 */
export async function timeKernel(
  engine: Engine,
  { role, kernel, data }: KernelCase,
): Promise<Omit<KernelResult, "uses" | "bound">> {
  const { inputs, expected } = data();
  const stored = inputs.map((values, i): InputData => {
    return kernel.inputs[i]!.dtype === "f16" ? storeFloats(values as Float32Array, "f16") : values;
  });
  const want = expected();
  let error = 0;
  let paths: readonly string[] = [];
  const { seconds, samples } = await timeRepeats(
    async (times) => {
      const opened = await repeated(engine, kernel, stored, times);
      paths = opened.paths;
      return opened;
    },
    (bytes) => {
      error = checkKernel(kernel, bytes, want);
    },
  );
  const bytes = [...kernel.inputs, kernel.output].reduce((sum, spec) => sum + byteLength(spec), 0);
  const checked = want.positions.length;
  return {
    role,
    label: kernel.label,
    ...(paths.length > 0 && { paths }),
    error,
    checked,
    seconds,
    samples,
    flops: kernel.flops,
    bytes,
  };
}

/** The same dispatch again and again in one pass. */
async function repeated(
  engine: Engine,
  kernel: KernelCase["kernel"],
  inputs: readonly InputData[],
  times: number,
): Promise<Runnable & { readonly paths: readonly string[] }> {
  const graph = new Graph();
  const tensors = kernel.inputs.map((spec, i) => graph.input(`${i}`, spec));
  const record = () => ("record" in kernel ? kernel.record(graph, tensors) : graph.run(kernel, ...tensors));
  for (let i = 1; i < times; i++) record();
  graph.output("y", record());
  const session = await engine.compile(graph);
  const paths = [...new Set(graph.dispatches.flatMap(({ kernel: { path } }) => path ?? []))];
  const data = Object.fromEntries(inputs.map((values, i) => [`${i}`, values]));
  return {
    run: async () => (await session.run(data)).outputs.get("y")!,
    dispose: () => session.dispose(),
    paths,
  };
}

/**
 * The largest error of a kernel's answer, over the largest value.
 * @throws Error if it is too large, naming the place
 */
export function checkKernel(
  { label, output }: Pick<KernelCase["kernel"], "label" | "output">,
  bytes: ArrayBuffer,
  { positions, values }: Expected,
): number {
  const precision: Precision = output.dtype === "f16" ? "f16" : "f32";
  const got = loadFloats(bytes, precision, elementCount(output.shape));
  const taken = Float32Array.from(positions, (position) => got[position]!);
  const scale = Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const { ok, maxError, at, ...worst } = compare(taken, values, [values.length], TOLERANCE[precision] * scale);
  if (ok) return maxError / scale;
  const place = coordinates(positions[at[0]!]!, output.shape);
  throw new Error(
    `${label}: want ${worst.want} at [${place.join(", ")}], got ${worst.got}. A wrong kernel is not timed.`,
  );
}

function coordinates(position: number, shape: readonly number[]): number[] {
  return shape.map((size, i) => Math.floor(position / elementCount(shape.slice(i + 1))) % size);
}
