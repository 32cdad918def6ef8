import { type Picture, wordsOf } from "../../runtime/pictures/picture.ts";
import type { Size } from "../pictures/processor.ts";
import { checkBatch } from "../runs/check-batch.ts";
import type { PictureGroup } from "../runs/predict.ts";

/** Pictures of a run, and those of one size beside each other. */
export interface Batch {
  /** Numbers of the pictures. */
  readonly indices: readonly number[];
  readonly groups: readonly PictureGroup[];
}

/** How many pictures of a list run together, unless it is said. */
const DEFAULT_BATCH = 4;

/**
 * Pictures that can run together: those for which the network works at one size, at most `largest` at once.
 * @param networkOf what the network works at for a picture
 * @throws UsageError if `largest` is no whole number from 1 up
 */
export function batchesOf(
  pictures: readonly Size[],
  networkOf: (picture: Size) => Size,
  largest = DEFAULT_BATCH,
): readonly Batch[] {
  checkBatch(largest);
  const nameOf = ({ width, height }: Size) => `${width}x${height}`;
  const byNetwork = groupBy([...pictures.keys()], (i) => nameOf(networkOf(pictures[i]!)));
  return byNetwork.flatMap((indices) => {
    const sorted = groupBy(indices, (i) => nameOf(pictures[i]!)).flat();
    const count = Math.ceil(sorted.length / largest);
    return Array.from({ length: count }, (_, k): Batch => {
      const some = sorted.slice(k * largest, (k + 1) * largest);
      const groups = groupBy(some, (i) => nameOf(pictures[i]!)).map((same) => {
        const { width, height } = pictures[same[0]!]!;
        return { picture: { width, height }, count: same.length };
      });
      return { indices: some, groups };
    });
  });
}

/** Lists of those with the same key, in the order of their first. */
function groupBy(numbers: readonly number[], keyOf: (i: number) => string): number[][] {
  const groups = new Map<string, number[]>();
  for (const i of numbers) {
    const key = keyOf(i);
    const same = groups.get(key);
    if (same) same.push(i);
    else groups.set(key, [i]);
  }
  return [...groups.values()];
}

/** Pictures of one size, one below the other. */
export async function joined(pictures: readonly Picture[]): Promise<Uint32Array> {
  // Their copies on the device are kept: where memory is short, the pictures are tried again one by one.
  const each = await Promise.all(pictures.map(wordsOf));
  const all = new Uint32Array(each.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const words of each) {
    all.set(words, at);
    at += words.length;
  }
  return all;
}
