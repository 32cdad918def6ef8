import type { Kernel, Path } from "../../runtime/kernel.ts";
import type { Precision } from "../../runtime/tensor.ts";
import type { SubgroupMatrix, Traits } from "../../runtime/traits.ts";
import type { AttentionParams } from "./attention-frame.ts";
import {
  type AttentionMatrices,
  attentionMatrices,
  matricesBytes,
  matricesInvocations,
  matricesQueries,
  matricesRegisters,
} from "./attention-matrices.ts";
import { attentionTile, tileBytes, tileInvocations, tileQueries, tileRegisters } from "./attention-tile.ts";

/** A way with what it takes to guess its time. */
interface Way {
  readonly kernel: () => Kernel;
  readonly queries: number;
  /** Queries a workgroup does in the time in which that of the kernel that runs anywhere does one; a guess. */
  readonly rate: number;
}

const TILES: readonly (readonly [rows: number, down: number, across: number, rate: number])[] = [
  [4, 8, 8, 2],
  [4, 16, 4, 2.5],
  [4, 16, 8, 3],
  [8, 16, 8, 3.5],
];

/** Subgroups, queries of each at most, keys of a block. */
const MATRICES: readonly (readonly [subgroups: number, queries: number, keys: number, rate: number])[] = [
  [2, 16, 32, 7],
  [4, 16, 32, 10],
  [4, 16, 64, 11],
  [4, 32, 32, 12],
];

/** How much faster rows are reduced by subgroup operations; a guess. */
const BY_SUBGROUP = 1.15;
/** Workgroups that a GPU of middle size runs at once. */
const AT_ONCE = 96;
/** Most registers that an invocation may keep from block to block: a GPU has 128 or 256 for it at best. */
const REGISTERS = 128;

/** All ways to attend on a device, the one expected to be the fastest first; `own` is the kernel that runs anywhere. */
export function attentionPaths(params: AttentionParams, own: Kernel, traits: Traits): Path[] {
  const { batch, heads, tokens } = params;
  const time = ({ queries, rate }: Way) =>
    (Math.ceil((batch * heads * Math.ceil(tokens / queries)) / AT_ONCE) * queries) / rate;
  const ways = [...tileWays(params, traits), ...matricesWays(params, traits)];
  const others = ways.toSorted((a, b) => time(a) - time(b)).map(({ kernel }) => kernel());
  const kernels = traits.software ? [own, ...others] : [...others, own];
  // Two ways that come out alike on this device are one.
  const byName = new Map(kernels.map((kernel) => [kernel.path!, kernel]));
  return [...byName].map(([name, kernel]) => ({ name, stages: [{ kernel, inputs: kernel.inputs.map((_, i) => i) }] }));
}

function tileWays(params: AttentionParams, traits: Traits): Way[] {
  const { headSize, precision } = params;
  const { subgroups, subgroupSize = 4, workgroupBytes, invocations } = traits;
  return TILES.flatMap(([rows, down, across, rate]) => {
    const reductions = subgroups && across <= subgroupSize ? (["subgroup", "memory"] as const) : (["memory"] as const);
    return reductions.flatMap((reduce): Way[] => {
      const places = (["memory", "storage"] as const).map((queries) => ({ rows, down, across, reduce, queries }));
      const tile = places.find((place) => tileBytes(place, headSize, precision) <= workgroupBytes);
      if (!tile || tileInvocations(tile) > invocations || tileRegisters(tile, headSize) > REGISTERS) return [];
      return [
        {
          kernel: () => attentionTile(params, tile),
          queries: tileQueries(tile),
          rate: rate * (reduce === "subgroup" ? BY_SUBGROUP : 1) * (tile.queries === "memory" ? 1 : 0.6),
        },
      ];
    });
  });
}

function matricesWays(params: AttentionParams, traits: Traits): Way[] {
  const { headSize, precision } = params;
  const { subgroups, subgroupSize, workgroupBytes, invocations } = traits;
  const matrix = matrixFor(precision, traits.subgroupMatrices);
  if (!matrix || !subgroups || !subgroupSize) return [];
  return MATRICES.flatMap(([count, most, keys, rate]): Way[] => {
    const rows = Math.min(most, subgroupSize) / matrix.M;
    const way: AttentionMatrices = { matrix, subgroupSize, subgroups: count, rows, keys };
    const isPossible =
      Number.isInteger(rows) &&
      keys % Math.max(matrix.N, matrix.K) === 0 &&
      matricesBytes(way, headSize) <= workgroupBytes &&
      matricesInvocations(way) <= invocations &&
      matricesRegisters(way, headSize) <= REGISTERS;
    return isPossible ? [{ kernel: () => attentionMatrices(params, way), queries: matricesQueries(way), rate }] : [];
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
