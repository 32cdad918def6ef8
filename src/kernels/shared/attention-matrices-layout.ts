import type { Precision } from "../../runtime/graph/tensor.ts";
import type { SubgroupMatrix } from "../../runtime/graph/traits.ts";

/** How a workgroup of `subgroups` subgroups attends: each has `rows` matrices of queries, all share blocks of `keys` keys. */
export interface AttentionMatrices {
  readonly matrix: SubgroupMatrix;
  /** A multiple of the queries of a subgroup, so that whole invocations share a row. */
  readonly subgroupSize: number;
  readonly subgroups: number;
  readonly rows: number;
  readonly keys: number;
}

/** What follows from it for heads of some size. */
export type AttentionMatricesLayout = ReturnType<typeof attentionMatricesLayout>;

/** Numbers that a row in memory is longer than what it holds: other banks, and still a multiple of 16 bytes. */
const PADDING = { f16: 8, f32: 4 } as const;

export function attentionMatricesLayout(way: AttentionMatrices, headSize: number) {
  const { matrix, subgroupSize, subgroups, rows, keys } = way;
  const { M, N, K } = matrix;
  /** Of queries, keys, values and weights in matrices; sums are f32. */
  const component = matrix.componentType as Precision;
  const side = Math.max(K, N);
  /** Elements of a head, filled up with zeros to whole matrices. */
  const width = Math.ceil(headSize / side) * side;
  /** Queries of a subgroup, and the invocations that share a row of its scores. */
  const queriesEach = rows * M;
  const sharers = subgroupSize / queriesEach;
  /** Numbers from one row to the next: of tokens, of scores and of weights. */
  const strides = { token: width + PADDING[component], score: keys + PADDING.f32, weight: keys + PADDING[component] };
  return {
    ...way,
    component,
    width,
    /** Matrices side by side along a head: as a factor's depth, and as columns of the sums. */
    depths: width / K,
    columns: width / N,
    queriesEach,
    queries: subgroups * queriesEach,
    invocations: subgroups * subgroupSize,
    sharers,
    /** Scores of a row that an invocation makes weights of. */
    own: keys / sharers,
    strides,
    /** Where weights lie: those of f32 take the place of their scores. */
    weights:
      component === "f16" ? { array: "weights", stride: strides.weight } : { array: "scores", stride: strides.score },
  };
}

/** Registers that an invocation keeps from block to block: sums and queries. */
export function matricesRegisters({ queriesEach, width, subgroupSize, component }: AttentionMatricesLayout): number {
  const each = (queriesEach * width) / subgroupSize;
  return each + (component === "f16" ? each / 2 : each);
}

/** Bytes of workgroup memory. */
export function matricesBytes(layout: AttentionMatricesLayout): number {
  const { queries, keys, subgroups, component, strides } = layout;
  const isHalf = component === "f16";
  const tokens = Math.max(queries, keys) * strides.token;
  const weights = isHalf ? 2 * queries * strides.weight : 0;
  return (isHalf ? 2 : 4) * tokens + 4 * queries * strides.score + weights + 16 * Math.ceil(subgroups / 4);
}
