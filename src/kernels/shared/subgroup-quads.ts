import { loadPart } from "../../runtime/load-part.ts";

/** Paths by quads of a subgroup, which only adapters with subgroups can take. @throws MachineError as {@link loadPart} */
export async function subgroupQuads() {
  const [{ quadTile }, { ATTENTION_SWAPS }] = await Promise.all([
    loadPart(import("./quad-tile.ts")),
    loadPart(import("./attention-swaps.ts")),
  ]);
  return { quadTile, ATTENTION_SWAPS };
}
