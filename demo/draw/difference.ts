import { UsageError } from "../../src/index.ts";
import { depthLevels } from "../../src/model/answers/depth-levels.ts";
import type { Answer } from "../answer.ts";

/** Where two answers differ. */
export interface Difference {
  /** RGBA: red where they differ, a dark veil where they do not. */
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
  readonly count: number;
  /** Of all pixels, 0 to 1. */
  readonly share: number;
}

/** Relative depth is known up to scale and shift: both are brought to 0 to 1, and more than this apart is a difference. */
const DEPTH_TOLERANCE = 0.05;

const DIFFERENT = wordOf(255, 61, 87, 255);
const SAME = wordOf(12, 14, 18, 170);

/**
 * Labels differ where the classes' names do, depths where they are more than 5 % of the whole range apart.
 * @throws UsageError for answers of two tasks or sizes
 */
export function differenceOf(a: Answer, b: Answer): Difference {
  const differs = comparison(a, b);
  const all = a.map.width * a.map.height;
  const pixels = new Uint32Array(all);
  let count = 0;
  for (let i = 0; i < all; i++) {
    const isDifferent = differs(i);
    pixels[i] = isDifferent ? DIFFERENT : SAME;
    if (isDifferent) count++;
  }
  return { pixels: new Uint8ClampedArray(pixels.buffer), count, share: count / all };
}

/** A pixel as this machine has it in a word. */
function wordOf(...bytes: number[]): number {
  return new Uint32Array(Uint8Array.from(bytes).buffer)[0]!;
}

function comparison(a: Answer, b: Answer): (pixel: number) => boolean {
  if (a.map.width === b.map.width && a.map.height === b.map.height) {
    if (a.task === "segmentation" && b.task === "segmentation") {
      const [left, right] = [a.map.labels, b.map.labels];
      // Names as numbers, which are compared in a tenth of the time; -1 where the second does not know the class.
      const [leftIds, rightIds] = [a, b].map(({ map }) => map.classes.map((name) => b.map.classes.indexOf(name)));
      return (i) => leftIds![left[i]!] !== rightIds![right[i]!];
    }
    if (a.task === "depth" && b.task === "depth") {
      const [left, right] = [depthLevels(a.map).levels, depthLevels(b.map).levels];
      return (i) => Math.abs(left[i]! - right[i]!) > DEPTH_TOLERANCE * 65535;
    }
  }
  throw new UsageError("compare: want two answers of one task and one picture, got others. Choose models of one task.");
}
