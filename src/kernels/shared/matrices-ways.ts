import type { Precision } from "../../runtime/graph/tensor.ts";
import type { SubgroupMatrix, Traits } from "../../runtime/graph/traits.ts";
import type { AttentionParams } from "./attention-frame.ts";
import { attentionMatrices } from "./attention-matrices.ts";
import { attentionMatricesLayout, matricesBytes, matricesRegisters } from "./attention-matrices-layout.ts";
import { REGISTERS, type Way } from "./attention-paths.ts";

/** Subgroups, queries of each at most, keys of a block. */
const MATRICES: readonly (readonly [subgroups: number, queries: number, keys: number, rate: number])[] = [
  [2, 16, 32, 7],
  [4, 16, 32, 10],
  [4, 16, 64, 11],
  [4, 32, 32, 12],
];

/** The ways to attend by subgroup matrices. */
export function matricesWays(params: AttentionParams, traits: Traits): Way[] {
  const { headSize, precision } = params;
  const { subgroups, subgroupSize, workgroupBytes, invocations } = traits;
  const matrix = matrixFor(precision, traits.subgroupMatrices);
  if (!matrix || !subgroups || !subgroupSize) return [];
  return MATRICES.flatMap(([count, most, keys, rate]): Way[] => {
    const rows = Math.min(most, subgroupSize) / matrix.M;
    const way = { matrix, subgroupSize, subgroups: count, rows, keys };
    const layout = attentionMatricesLayout(way, headSize);
    const isPossible =
      Number.isInteger(rows) &&
      keys % Math.max(matrix.N, matrix.K) === 0 &&
      matricesBytes(layout) <= workgroupBytes &&
      layout.invocations <= invocations &&
      matricesRegisters(layout) <= REGISTERS;
    return isPossible ? [{ kernel: () => attentionMatrices(params, layout), queries: layout.queries, rate }] : [];
  });
}

/** A matrix with sums in f32 that holds what is stored, of its own precision if there is one. */
function matrixFor(precision: Precision, matrices: readonly SubgroupMatrix[]): SubgroupMatrix | undefined {
  const exact = matrices.filter(({ resultComponentType }) => resultComponentType === "f32");
  return (
    exact.find(({ componentType }) => componentType === precision) ??
    exact.find(({ componentType }) => componentType === "f32")
  );
}
