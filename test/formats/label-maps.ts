import type { LabelMap } from "../../formats/index.ts";
import { randomStream } from "../random.ts";

/** All that is connected by sides; its upper left corner is only touched. */
const RING = [".....", "..##.", ".#.#.", ".###.", "....."] as const;

/** Label maps of sizes and kinds that tracing may stumble over, by name. */
export function labelMaps(): [string, LabelMap][] {
  const noise = randomStream(5);
  return [
    ["one pixel", labelMap(1, 1, () => 2)],
    ["one row", labelMap(9, 1, (x) => x % 3)],
    ["one column", labelMap(1, 7, (_, y) => (y < 3 ? 1 : 0))],
    ["one class", labelMap(13, 5, () => 1)],
    ["a chequerboard", labelMap(8, 7, (x, y) => (x + y) % 2)],
    ["a diagonal", labelMap(3, 3, (x, y) => (x === y ? 1 : 0))],
    ["three classes in a corner", labelMap(6, 6, (x, y) => (y < 3 ? 0 : x < 3 ? 1 : 2))],
    ["rings in rings", labelMap(15, 13, (x, y) => Math.min(x, y, 14 - x, 12 - y) % 3)],
    ["a disc", labelMap(41, 37, (x, y) => ((x - 20) ** 2 + (y - 18) ** 2 < 200 ? 2 : 0))],
    ["two holes that touch", labelMap(6, 6, (x, y) => (x === y && x > 1 && x < 4 ? 1 : 0))],
    ["a ring that closes in a corner", labelMap(5, 5, (x, y) => (RING[y]![x] === "#" ? 2 : 0))],
    ["noise", labelMap(31, 17, () => Math.floor(4 * noise()))],
  ];
}

export function labelMap(width: number, height: number, labelAt: (x: number, y: number) => number): LabelMap {
  const labels = Uint8Array.from({ length: width * height }, (_, i) => labelAt(i % width, Math.floor(i / width)));
  const classes = [..."abcd"].map((name, id) => ({ id, name, colour: `#00${id}0ff` }));
  return { width, height, labels, classes };
}
