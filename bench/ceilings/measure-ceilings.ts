import { Graph, type Tensor } from "../../src/runtime/graph/graph.ts";
import type { Kernel } from "../../src/runtime/graph/kernel.ts";
import type { Precision } from "../../src/runtime/graph/tensor.ts";
import type { SubgroupMatrix } from "../../src/runtime/graph/traits.ts";
import type { BenchDevice } from "./bench-device.ts";
import type { Ceilings } from "./ceilings.ts";
import { COPY_BLOCK, copy, pickNumbers, ramp, rampNumber } from "./copy.ts";
import { MULTIPLY_ADD_INPUT, type MultiplyAddParams, multiplyAdd, multiplyAddSum } from "./multiply-add.ts";
import { describeConfig, subgroupMatrix, subgroupMatrixInput, subgroupMatrixSum } from "./subgroup-matrix.ts";
import { type Runnable, secondsOf, timeRepeats } from "./time-repeats.ts";

/** 128 MiB, read and written: the largest binding that every device has, and more than any cache. */
const COPIED = 2 ** 25;
const PLACES = 256;
/** Workgroups that are tried until a dispatch takes long enough to be sure that the whole device is at work. */
const WORKGROUPS = [16, 256, 4096];
const ENOUGH_SECONDS = 0.02;
/** vec4 of an invocation: which is faster depends on the registers. */
const SUMS = [2, 8];

export interface MeasureOptions {
  /** Numbers that are copied, in whole blocks ({@link COPY_BLOCK}). */
  readonly copied?: number;
  readonly onProgress?: (what: string) => void;
}

/**
 * Measures what an adapter can do at most.
 * @throws Error if an answer is wrong
 */
export async function measureCeilings(
  device: BenchDevice,
  { copied = COPIED, onProgress = () => {} }: MeasureOptions = {},
): Promise<Ceilings> {
  onProgress("ceilings: copy");
  const bandwidth = await copyRate(device, Math.ceil(copied / COPY_BLOCK) * COPY_BLOCK);
  onProgress("ceilings: f32 multiply-adds");
  const f32 = await multiplyAddRate(device, "f32");
  if (device.halves) onProgress("ceilings: f16 multiply-adds");
  const f16 = device.halves ? await multiplyAddRate(device, "f16") : undefined;
  const matrices: (SubgroupMatrix & { rate: number })[] = [];
  for (const { componentType, resultComponentType, M, N, K } of device.matrices) {
    const config = { componentType, resultComponentType, M, N, K };
    onProgress(`ceilings: subgroup matrices ${describeConfig(config)}`);
    matrices.push({ ...config, rate: await matrixRate(device, config) });
  }
  return { bandwidth, f32, ...(f16 !== undefined && { f16 }), matrices };
}

async function copyRate({ engine }: BenchDevice, numbers: number): Promise<number> {
  const open = async (times: number): Promise<Runnable> => {
    const graph = new Graph();
    let x = graph.run(ramp(numbers));
    // Each copies what the one before it made, so the memory plan gives them two buffers in turn.
    for (let i = 0; i < times; i++) x = graph.run(copy(numbers), x);
    return runnable(engine, graph, graph.run(pickNumbers(numbers, PLACES), x));
  };
  const check = (bytes: ArrayBuffer) => {
    const places = new Float32Array(bytes, 0, PLACES);
    checkEach("copy", places, (i) => rampNumber(Math.floor(numbers / PLACES) * i));
  };
  const { seconds } = await timeRepeats(open, check);
  return (2 * 4 * numbers) / seconds;
}

async function multiplyAddRate(device: BenchDevice, precision: Precision): Promise<number> {
  const rates: number[] = [];
  for (const sums of SUMS) {
    const params = (workgroups: number): MultiplyAddParams => ({ precision, sums, workgroups });
    const check = (bytes: ArrayBuffer) => {
      checkEach(`multiply-add ${precision}`, new Float32Array(bytes), (id) => multiplyAddSum(id, params(0)));
    };
    const kernel = (workgroups: number) => multiplyAdd(params(workgroups));
    const { flops, seconds } = await timeLarge(device, kernel, MULTIPLY_ADD_INPUT, check);
    rates.push(flops / seconds);
  }
  return Math.max(...rates);
}

async function matrixRate(device: BenchDevice, config: SubgroupMatrix): Promise<number> {
  let subgroups = 0;
  const check = (bytes: ArrayBuffer) => {
    const pairs = new Float32Array(bytes);
    subgroups = pairs[1]!;
    const sum = subgroupMatrixSum(config, subgroups);
    checkEach(describeConfig(config), pairs, (i) => (i % 2 === 0 ? sum : subgroups));
  };
  const kernel = (workgroups: number) => subgroupMatrix(config, device.lanes, workgroups);
  const { flops, seconds } = await timeLarge(device, kernel, subgroupMatrixInput(config), check);
  return (flops * subgroups) / seconds;
}

/** Times a kernel with as many workgroups as it takes to keep the device busy. */
async function timeLarge(
  { engine }: BenchDevice,
  kernel: (workgroups: number) => Kernel,
  input: Float32Array,
  check: (bytes: ArrayBuffer) => void,
): Promise<{ readonly flops: number; readonly seconds: number }> {
  const opener = (made: Kernel) => (times: number) => {
    const graph = new Graph();
    const x = graph.input("x", made.inputs[0]!);
    for (let i = 1; i < times; i++) graph.run(made, x);
    return runnable(engine, graph, graph.run(made, x), { x: input });
  };
  let made = kernel(WORKGROUPS[0]!);
  for (const workgroups of WORKGROUPS) {
    made = kernel(workgroups);
    const once = await opener(made)(1);
    await once.run();
    const seconds = await secondsOf(once);
    once.dispose();
    if (seconds > ENOUGH_SECONDS) break;
  }
  const { seconds } = await timeRepeats(opener(made), check);
  return { flops: made.flops, seconds };
}

async function runnable(
  engine: BenchDevice["engine"],
  graph: Graph,
  y: Tensor,
  inputs: Readonly<Record<string, Float32Array>> = {},
): Promise<Runnable> {
  graph.output("y", y);
  const session = await engine.compile(graph);
  return {
    run: async () => (await session.run(inputs)).outputs.get("y")!,
    dispose: () => session.dispose(),
  };
}

function checkEach(what: string, got: Float32Array, want: (i: number) => number): void {
  const at = got.findIndex((value, i) => value !== want(i));
  if (at < 0) return;
  throw new Error(`${what}: want ${want(at)} at ${at}, got ${got[at]}. What is wrong has no speed. Report this.`);
}
