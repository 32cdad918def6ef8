import { DptError } from "../../runtime/errors.ts";
import { type Clock, ExaminedDevice, type ExaminedOptions } from "../../runtime/examined-device.ts";
import type { InputData } from "../../runtime/graph.ts";
import type { Path } from "../../runtime/kernel.ts";
import { loadFloats, storeFloats } from "../../runtime/store-floats.ts";
import { familyOf } from "../../runtime/switched-off.ts";
import { elementCount, type Precision } from "../../runtime/tensor.ts";
import type { Answer } from "./answers.ts";
import { bucketSums } from "./bucket-sums.ts";
import type { DoctorCase } from "./doctor-case.ts";
import type { DoctorReport, PathResult } from "./doctor-report.ts";

export interface ExamineOptions extends ExaminedOptions {
  /** Seconds after which no further path is tried; 9 if left out. */
  readonly seconds?: number | undefined;
  /** Called after each path. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

const SECONDS = 9;

/** Paths that are on the way at once, since most of the time is spent in compilers. */
const AT_ONCE = 4;

/**
 * Largest error of a sum, over the largest sum of magnitudes. An index that is off by one puts one of some 80 values of a
 * sum off by its own size, 1e-2 of that; sums in another order err by 1e-6, and rounding to f16 by 5e-4 at most.
 */
const BOUND: Readonly<Record<Precision, number>> = { f32: 2e-5, f16: 2e-3 };

interface Task {
  readonly of: DoctorCase;
  readonly precision: Precision;
  readonly path: Path;
}

/**
 * Runs cases on a device, all in f32 and then, where it has that, in f16, and compares their answers with what
 * is stored by their names. Kinds of paths that are wrong, or do not run, are switched off for models on the adapter.
 * @throws MachineError without an adapter or a device, and what the signal says. What is wrong with a path is in the report
 */
export async function examine(
  cases: readonly DoctorCase[],
  answers: Readonly<Record<string, Answer>>,
  options: ExamineOptions = {},
): Promise<DoctorReport> {
  const { seconds = SECONDS, onProgress, signal } = options;
  const device = await ExaminedDevice.open(options);
  try {
    const began = performance.now();
    const spent = () => (performance.now() - began) / 1000;
    const tasks = await tasksOf(cases, device);
    const results: PathResult[] = [];
    let [next, done] = [0, 0];
    const work = async () => {
      for (let i = next++; i < tasks.length; i = next++) {
        signal?.throwIfAborted();
        const task = tasks[i]!;
        const result =
          spent() < seconds ? await tried(device, task, answers[task.of.name]!) : { status: "not tried" as const };
        results[i] = { case: task.of.name, precision: task.precision, path: task.path.name, ...result };
        onProgress?.(++done, tasks.length);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    const off = wrongFamilies(results);
    const isKept = await device.switchOff(off);
    return {
      ...device.description,
      agent: globalThis.navigator?.userAgent,
      clock: await clockOf(device, tasks),
      results,
      switchedOff: off,
      isKept,
      seconds: spent(),
    };
  } finally {
    device.dispose();
  }
}

/** Each case's own way first, since a path is worth nothing without it; then the others. */
async function tasksOf(cases: readonly DoctorCase[], { traits }: ExaminedDevice): Promise<readonly Task[]> {
  const precisions: readonly Precision[] = traits.f16 ? ["f32", "f16"] : ["f32"];
  const tasks = precisions.flatMap((precision) =>
    cases
      .filter((of) => (of.precisions ?? precisions).includes(precision))
      .map(async (of) => (await of.paths(precision, traits)).map((path, rank) => ({ of, precision, path, rank }))),
  );
  return (await Promise.all(tasks)).flat().toSorted((a, b) => Number(a.rank > 0) - Number(b.rank > 0));
}

type Tried = Omit<PathResult, "case" | "path" | "precision">;

async function tried(device: ExaminedDevice, { of, precision, path }: Task, answer: Answer): Promise<Tried> {
  try {
    const error = errorOf(answer, await answerOf(device, of, path));
    const isRight = error <= BOUND[precision];
    return { status: isRight ? "right" : "wrong", error };
  } catch (cause) {
    if (!(cause instanceof DptError)) throw cause;
    return { status: "does not run", message: cause.message.split("\n", 3).join(" ") };
  }
}

async function answerOf(device: ExaminedDevice, { inputs }: DoctorCase, path: Path): Promise<ArrayLike<number>> {
  const { output } = path.stages.at(-1)!.kernel;
  const bytes = await device.run(path, storedFor(path, inputs));
  const length = elementCount(output.shape);
  if (output.dtype === "u8") return new Uint8Array(bytes, 0, length);
  return loadFloats(bytes, output.dtype === "f16" ? "f16" : "f32", length);
}

/** The inputs as the first kernels that read them want them. */
function storedFor({ stages }: Path, inputs: readonly InputData[]): InputData[] {
  return inputs.map((data, n) => {
    const reader = stages.find((stage) => stage.inputs.includes(n));
    const spec = reader?.kernel.inputs[reader.inputs.indexOf(n)];
    return data instanceof Float32Array && spec?.dtype === "f16" ? storeFloats(data, "f16") : data;
  });
}

function errorOf({ sums, scale }: Answer, values: ArrayLike<number>): number {
  const got = bucketSums(values);
  const worst = sums.reduce((most, sum, i) => Math.max(most, Math.abs(got[i]! - sum)), 0);
  return Number.isNaN(worst) ? Number.POSITIVE_INFINITY : worst / scale;
}

/** Kinds of which some path is wrong; a kind that is the only one there is cannot be done without. */
function wrongFamilies(results: readonly PathResult[]): string[] {
  const isBad = ({ status }: PathResult) => status === "wrong" || status === "does not run";
  const hasOthers = ({ case: name }: PathResult) => results.some((other) => other.case === name && !isBad(other));
  return [
    ...new Set(
      results.filter((result) => isBad(result) && hasOthers(result)).map(({ path }) => familyOf({ name: path })),
    ),
  ];
}

async function clockOf(device: ExaminedDevice, [task]: readonly Task[]): Promise<Clock> {
  if (!task) return "none";
  return device.clock(task.path, storedFor(task.path, task.of.inputs)).catch(() => "none" as const);
}
