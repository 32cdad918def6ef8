import type { LabelMap } from "./label-map.ts";

/**
 * The mask of each class as COCO's uncompressed run lengths: pixels column by column from the left, each from the top;
 * how many are outside, then how many inside, and so on. The first is 0 where the first pixel is inside.
 * @returns by id, for classes that have pixels
 */
export function runLengths({ width, height, labels }: Omit<LabelMap, "classes">): Map<number, number[]> {
  const counts = new Map<number, number[]>();
  const ends = new Map<number, number>();
  const add = (label: number, begin: number, end: number) => {
    if (!counts.has(label)) counts.set(label, []);
    counts.get(label)!.push(begin - (ends.get(label) ?? 0), end - begin);
    ends.set(label, end);
  };
  const total = width * height;
  let begin = 0;
  let current = labels[0]!;
  for (let x = 0, at = 0; x < width; x++) {
    for (let y = 0; y < height; y++, at++) {
      const label = labels[y * width + x]!;
      if (label === current) continue;
      add(current, begin, at);
      [begin, current] = [at, label];
    }
  }
  add(current, begin, total);
  for (const [label, end] of ends) if (end < total) counts.get(label)!.push(total - end);
  return counts;
}

const LOW_BITS = 0x1f;
const MORE = 0x20;
const SIGN = 0x10;
const FIRST_CHARACTER = 48;

/**
 * Run lengths as COCO compresses them (pycocotools' `counts` strings): from the fourth on the difference to the one two
 * before; five bits to a character, the lowest first, a sixth bit for "more follows"; the character is that plus 48.
 */
export function compressRunLengths(counts: readonly number[]): string {
  const codes: number[] = [];
  for (const [i, count] of counts.entries()) {
    let rest = i > 2 ? count - counts[i - 2]! : count;
    for (;;) {
      const low = rest & LOW_BITS;
      rest >>= 5;
      // The sign is the highest bit of the last five.
      const isLast = rest === (low & SIGN ? -1 : 0);
      codes.push(FIRST_CHARACTER + (isLast ? low : low | MORE));
      if (isLast) break;
    }
  }
  return codes.map((code) => String.fromCharCode(code)).join("");
}
