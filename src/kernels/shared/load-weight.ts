import type { TensorSpec } from "../../runtime/graph/tensor.ts";
import { storage } from "./storage.ts";

/**
 * How a product gets at its weight, as WGSL text. In scope are `quad: u32`, the number of four rows, and `n${j}: u32`, a
 * number of four columns.
 */
export interface WeightLoads {
  /** The binding, and functions that the other texts call. */
  readonly declarations: string;
  /** Statements before the four rows, for each `j`. */
  readonly prepare: (j: number) => string;
  /** `vec4f` expression: row `4 · quad + k`, columns `4 · n${j} …`; k is a `u32` expression. */
  readonly row: (k: string, j: number) => string;
  /** `vec4f` expression of the finished `sum` of columns `4 · n4 …`. */
  readonly sum: string;
}

/** Loads of a weight of floats whose rows have `columns`, a multiple of 4. */
export function loadWeight(spec: TensorSpec, columns: number, binding: number): WeightLoads {
  const vectors = columns / 4;
  return {
    declarations: storage(binding, "read", "weight", spec, 4),
    prepare: (j) => `let w${j} = quad * ${4 * vectors}u + n${j};`,
    row: (k, j) => `vec4f(weight[w${j} + ${k} * ${vectors}u])`,
    sum: "sum",
  };
}
