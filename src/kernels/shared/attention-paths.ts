import type { Kernel, Path } from "../../runtime/graph/kernel.ts";
import type { Traits } from "../../runtime/graph/traits.ts";
import type { AttentionParams } from "./attention-frame.ts";
import { attentionTile } from "./attention-tile.ts";
import { attentionTileLayout, tileBytes, tileRegisters } from "./attention-tile-layout.ts";
import { subgroupMatrices } from "./subgroup-matrices.ts";

/** A way with what it takes to guess its time. */
export interface Way {
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

/** How much faster rows are reduced by subgroup operations; a guess. */
const BY_SUBGROUP = 1.15;
/** Workgroups that a GPU of middle size runs at once. */
const AT_ONCE = 96;
/** Most registers that an invocation may keep from block to block: a GPU has 128 or 256 for it at best. */
export const REGISTERS = 128;

/** All ways to attend on a device, the one expected to be the fastest first; `own` is the kernel that runs anywhere. */
export async function attentionPaths(params: AttentionParams, own: Kernel, traits: Traits): Promise<Path[]> {
  const { batch, heads, tokens } = params;
  const time = ({ queries, rate }: Way) =>
    (Math.ceil((batch * heads * Math.ceil(tokens / queries)) / AT_ONCE) * queries) / rate;
  const matrices = traits.subgroupMatrices.length > 0 ? (await subgroupMatrices()).matricesWays(params, traits) : [];
  const ways = [...tileWays(params, traits), ...matrices];
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
    const reductions = subgroups && across <= subgroupSize ? [true, false] : [false];
    return reductions.flatMap((bySubgroup): Way[] => {
      const layout = [true, false]
        .map((keepsQueries) => attentionTileLayout({ rows, down, across, bySubgroup, keepsQueries }, headSize))
        .find((some) => tileBytes(some, precision) <= workgroupBytes);
      if (!layout || layout.invocations > invocations || tileRegisters(layout) > REGISTERS) return [];
      return [
        {
          kernel: () => attentionTile(params, layout),
          queries: layout.queries,
          rate: rate * (bySubgroup ? BY_SUBGROUP : 1) * (layout.keepsQueries ? 1 : 0.6),
        },
      ];
    });
  });
}
