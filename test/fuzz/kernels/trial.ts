import type { ConstantData, InputData } from "../../../src/runtime/graph/graph.ts";
import type { Kernel, Path } from "../../../src/runtime/graph/kernel.ts";
import { elementCount, type Precision, type TensorSpec } from "../../../src/runtime/graph/tensor.ts";
import type { Traits } from "../../../src/runtime/graph/traits.ts";
import { loadFloats, storeFloats } from "../../../src/runtime/session/store-floats.ts";
import { halfRounding } from "../../round-to-half.ts";
import type { Choices } from "./choices.ts";

/** What trials are drawn for. */
export interface Backend {
  /** What kernels may store. */
  readonly precisions: readonly Precision[];
  /** What decides which paths there are. */
  readonly traits: Traits;
  /** Bytes of a kernel's output. */
  readonly run: (kernel: Kernel, inputs: readonly InputData[]) => Promise<ArrayBuffer>;
}

/** A kernel of random sizes with random inputs, and what is right. */
export interface Trial extends Pick<Path, "stages"> {
  readonly operator: string;
  /** For whoever looks for what went wrong. */
  readonly parameters: object;
  readonly inputs: readonly ConstantData[];
  /** By the float64 loop. */
  readonly want: ArrayLike<number>;
  /** Largest error of each value before it is stored, or of all. */
  readonly bound: number | ArrayLike<number>;
  /** Error that WebNN's conformance tests allow, in units in the last place of the value, or as it is. */
  readonly webnn?: { readonly ulps: number } | { readonly absolute: number } | undefined;
}

export type Operator = (choose: Choices, backend: Pick<Backend, "precisions" | "traits">) => Trial | Promise<Trial>;

/** A trial's largest errors, as parts of what is allowed: right up to 1. */
export interface Outcome {
  readonly ofBound: number;
  readonly ofWebnn: number | undefined;
  /** Where the worst is. */
  readonly at: number;
  readonly got: number;
}

/** Runs a trial: the numbers of its answer. */
export async function answerOf(
  { stages, inputs: given }: Trial,
  { run }: Pick<Backend, "run">,
): Promise<ArrayLike<number>> {
  const answers: InputData[] = [...given];
  let bytes = new ArrayBuffer(0);
  for (const { kernel, inputs } of stages) {
    const stored = inputs.map((n, i) => {
      const data = answers[n]!;
      return data instanceof Float32Array && kernel.inputs[i]!.dtype === "f16" ? storeFloats(data, "f16") : data;
    });
    bytes = await run(kernel, stored);
    answers.push(new Uint32Array(bytes));
  }
  return numbersOf(bytes, stages.at(-1)!.kernel.output);
}

/** Runs a trial and compares its answer. */
export async function runTrial(trial: Trial, backend: Pick<Backend, "run">): Promise<Outcome> {
  const got = await answerOf(trial, backend);
  const isHalf = trial.stages.at(-1)!.kernel.output.dtype === "f16";
  const { want, bound, webnn } = trial;
  let outcome: Outcome = { ofBound: 0, ofWebnn: webnn && 0, at: 0, got: got[0]! };
  if (want.length !== got.length) return { ...outcome, ofBound: Number.POSITIVE_INFINITY };
  let ofWebnn = 0;
  for (let i = 0; i < got.length; i++) {
    const y = want[i]!;
    const error = Object.is(got[i], y) ? 0 : Math.abs(got[i]! - y);
    const stored = isHalf ? halfRounding(y) : 0;
    const part = partOf(error, (typeof bound === "number" ? bound : bound[i]!) + stored);
    if (part > outcome.ofBound) outcome = { ...outcome, ofBound: part, at: i, got: got[i]! };
    if (!webnn) continue;
    ofWebnn = Math.max(ofWebnn, partOf(error, "ulps" in webnn ? webnn.ulps * ulp(y, isHalf) : webnn.absolute + stored));
  }
  return { ...outcome, ofWebnn: webnn && ofWebnn };
}

function numbersOf(bytes: ArrayBuffer, { shape, dtype }: TensorSpec): ArrayLike<number> {
  if (dtype === "u8") return new Uint8Array(bytes, 0, elementCount(shape));
  if (dtype === "u16") return new Uint16Array(bytes, 0, elementCount(shape));
  return loadFloats(bytes, dtype === "f16" ? "f16" : "f32", elementCount(shape));
}

function partOf(error: number, allowed: number): number {
  if (Number.isNaN(error)) return Number.POSITIVE_INFINITY;
  return error === 0 ? 0 : error / allowed;
}

/** Distance of a number from the next one of its type; what is wanted is rounded to it once, too. */
function ulp(y: number, isHalf: boolean): number {
  const [digits, least] = isHalf ? [10, -14] : [23, -126];
  return 2 ** (Math.max(least!, Math.floor(Math.log2(Math.abs(y)))) - digits!);
}
