import { compare } from "../../src/runtime/compare.ts";
import type { Engine } from "../../src/runtime/engine.ts";
import { Graph } from "../../src/runtime/graph.ts";
import { byteLength, elementCount } from "../../src/runtime/tensor.ts";
import type { KernelCase } from "./kernel-case.ts";

/** What one kernel did. */
export interface KernelResult {
  readonly role: string;
  readonly label: string;
  /** Largest error against the float64 loop, over the largest value. */
  readonly error: number;
  /** Seconds of one dispatch: the median of `samples`. */
  readonly seconds: number;
  readonly samples: readonly number[];
  readonly flops: number;
  /** Each input and the output once. */
  readonly bytes: number;
}

/** Sums of a few thousand float32 products err by about 1e-6 of the largest value; a wrong index by about 1. */
const TOLERANCE = 1e-5;
const SAMPLES = 5;
/** Dispatches in a sample take at least this long, so that what a submit costs by itself does not show. */
const LEAST_SECONDS = 0.2;

/**
 * Checks a kernel against its loop, then times it.
 * @throws Error if it is wrong: what is wrong has no speed
 */
export async function timeKernel(engine: Engine, test: KernelCase): Promise<KernelResult> {
  const { role, kernel } = test;
  const once = await repeated(engine, test, 1);
  const error = check(test, await once.run());
  const single = await timed(once.run);
  once.dispose();
  const repeats = Math.min(1000, Math.max(2, Math.ceil(LEAST_SECONDS / single)));
  const [few, many] = [await repeated(engine, test, repeats), await repeated(engine, test, 2 * repeats)];
  await many.run();
  const samples: number[] = [];
  for (let i = 0; i < SAMPLES; i++) {
    // The difference of a long and a short run is dispatches alone, without upload, submit and read back.
    const short = await timed(few.run);
    samples.push(Math.max(0, (await timed(many.run)) - short) / repeats);
  }
  few.dispose();
  many.dispose();
  const bytes = [...kernel.inputs, kernel.output].reduce((sum, spec) => sum + byteLength(spec), 0);
  return { role, label: kernel.label, error, seconds: median(samples), samples, flops: kernel.flops, bytes };
}

/** The same dispatch again and again in one pass. */
async function repeated(engine: Engine, { kernel, inputs }: KernelCase, times: number) {
  const graph = new Graph();
  const tensors = kernel.inputs.map((spec, i) => graph.input(`${i}`, spec));
  const record = () => ("record" in kernel ? kernel.record(graph, tensors) : graph.run(kernel, ...tensors));
  for (let i = 1; i < times; i++) record();
  graph.output("y", record());
  const session = await engine.compile(graph);
  const data = Object.fromEntries(inputs.map((values, i) => [`${i}`, values]));
  return {
    run: async () => (await session.run(data)).outputs.get("y")!,
    dispose: () => session.dispose(),
  };
}

function check({ kernel, expected }: KernelCase, bytes: ArrayBuffer): number {
  const { shape } = kernel.output;
  const want = expected();
  const scale = Array.prototype.reduce.call(
    want,
    (most, value) => Math.max(most as number, Math.abs(value)),
    0,
  ) as number;
  const {
    ok,
    maxError,
    at,
    got,
    want: right,
  } = compare(new Float32Array(bytes, 0, elementCount(shape)), want, shape, TOLERANCE * scale);
  if (!ok) throw new Error(`${kernel.label}: want ${right} at [${at}], got ${got}. A wrong kernel is not timed.`);
  return maxError / scale;
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await run();
  return (performance.now() - began) / 1000;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
