import type { Precision } from "../../src/runtime/graph/tensor.ts";
import type { Ceilings } from "../ceilings/ceilings.ts";
import type { Use } from "./list-kernels.ts";

/** What one kernel did at one shape. */
export interface KernelResult {
  readonly role: string;
  readonly label: string;
  readonly uses: readonly Use[];
  /** How the engine computed it here, if there are several ways; of a sequence those of its kernels. */
  readonly paths?: readonly string[];
  /** Largest error against the float64 loop, over the largest value; of the numbers that were checked. */
  readonly error: number;
  /** How many numbers were checked. */
  readonly checked: number;
  /** Seconds of one dispatch: the median of `samples`. */
  readonly seconds: number;
  readonly samples: readonly number[];
  readonly flops: number;
  /** Each input and the output once. */
  readonly bytes: number;
  /** FLOP/s that the ceilings allow it: the roofline. */
  readonly bound: number;
}

/** What a run of `bench kernels` leaves. */
export interface KernelsReport {
  readonly bench: "kernels";
  readonly date: string;
  readonly commit: string;
  readonly adapter: string;
  /** `node`, or what browser. */
  readonly place: string;
  readonly dtype: Precision;
  readonly models: readonly { readonly name: string; readonly size: number }[];
  readonly ceilings: Ceilings;
  readonly results: readonly KernelResult[];
  /** Shapes of the models that count and were not measured. */
  readonly missing: readonly string[];
}
