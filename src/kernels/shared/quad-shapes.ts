import { quadTile } from "./quad-tile.ts";
import { chooseTile } from "./register-tile.ts";
import type { Shape, TilingProblem } from "./tilings.ts";

/**
 * Rows of an invocation, whose quad shares the loads. SwiftShader, processor time of [197, 384]·[384, 1536] by rows × 8: 8 73 ms,
 * 12 64, 16 62, 20 59; it compiles for 97, 105, 130, 200 ms, which Chromium does one after the other: a first answer there came
 * after 10.1 s with 16, 7.6 with 12. Without swaps 8×8 87 and 100 ms: there every number that an invocation loads is a branch
 * for each lane, and three quarters of the time.
 */
const ROWS = 12;

/** A quad leaves as a whole, which the compiler does not see. */
const DIRECTIVES = ["enable subgroups;", "diagnostic(off, subgroup_uniformity);"];

/** The way to cut a product up among invocations that swap what they load; for a device with subgroups. */
export function quadShapes({ m, n }: TilingProblem): Shape[] {
  const tile = chooseTile(m, n, ROWS);
  if (tile.x % 4 > 0) return [];
  return [
    {
      name: `subgroup swaps ${tile.rows}×${4 * tile.columns}`,
      directives: DIRECTIVES,
      tile: (product) => quadTile(product, tile),
      height: tile.rows * tile.y,
      width: 4 * tile.columns * tile.x,
      rate: 1.1,
    },
  ];
}
