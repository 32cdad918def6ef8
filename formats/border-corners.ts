import type { Areas } from "./areas.ts";

/** The corners of the borders between areas, and which follow each other. */
export interface BorderCorners {
  /** `[count]`: where each lies in the layout of {@link Areas}. */
  readonly places: readonly number[];
  /** `[2 · count]`: the two that a corner lies between; none (−1) of one that is fixed. */
  readonly links: Int32Array;
  /** In the layout of {@link Areas}: 1 for a corner. */
  readonly marks: Uint8Array;
}

/**
 * Finds where borders turn, and where more than two of them meet: those corners are fixed, as are the four of the picture.
 */
export function borderCorners({ width, height, numbers, stride }: Areas): BorderCorners {
  const marks = new Uint8Array(numbers.length);
  const places: number[] = [];
  const fixed: boolean[] = [];
  const pairs: number[] = [];
  const above = new Int32Array(width + 1);
  for (let y = 0; y <= height; y++) {
    let before = -1;
    for (let x = 0, at = (y + 1) * stride + 1; x <= width; x++, at++) {
      const [a, b, c, d] = [numbers[at - stride - 1], numbers[at - stride], numbers[at - 1], numbers[at]];
      const [up, right, down, left] = [a !== b, b !== d, c !== d, a !== c];
      const isStraight = up === down && left === right && up !== left;
      if (isStraight || !(up || right || down || left)) continue;
      const corner = places.length;
      marks[at] = 1;
      places.push(at);
      const isOfPicture = (x === 0 || x === width) && (y === 0 || y === height);
      fixed.push(isOfPicture || up === down || left === right);
      if (left) pairs.push(before, corner);
      if (up) pairs.push(above[x]!, corner);
      before = corner;
      above[x] = corner;
    }
  }
  const links = new Int32Array(2 * places.length).fill(-1);
  const link = (from: number, to: number) => {
    if (!fixed[from]) links[links[2 * from] === -1 ? 2 * from : 2 * from + 1] = to;
  };
  for (let i = 0; i < pairs.length; i += 2) {
    link(pairs[i]!, pairs[i + 1]!);
    link(pairs[i + 1]!, pairs[i]!);
  }
  return { places, links, marks };
}
