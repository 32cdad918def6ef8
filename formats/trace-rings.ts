import type { Position } from "geojson";
import type { Areas } from "./areas.ts";

/** A closed ring around an area or around a hole in it, with the area on its right where y goes down. */
export interface TracedRing {
  /** Number of the area. */
  readonly area: number;
  /** In pixels from the upper left corner; the last point is the first once more. No point: nothing of it was kept. */
  readonly points: Position[];
  /** Whether it comes to a corner twice. */
  readonly touchesItself: boolean;
}

/** To the right, down, left, up: what a step adds to x and y. */
const STEP_X = [1, 0, -1, 0] as const;
const STEP_Y = [0, 1, 0, -1] as const;

/** Which of the four pixels around a corner lies ahead on the right of who comes there, from the corner's own. */
const RIGHT_X = [0, -1, -1, 0] as const;
const RIGHT_Y = [0, 0, -1, -1] as const;

/**
 * Walks along all borders of areas, once on each side. Where an area meets itself in a corner, the walk stays beside the
 * pixel that it comes from.
 * @param kept which corners become points of rings; those at which a ring turns if left out
 */
export function* traceRings(areas: Areas, kept?: Uint8Array): Generator<TracedRing> {
  const { width, height, numbers, stride } = areas;
  const ahead = RIGHT_X.map((x, i) => x + RIGHT_Y[i]! * stride);
  /** Pixels whose upper side was walked along: every ring has such a side. */
  const walked = new Uint8Array(numbers.length);

  const walk = (startX: number, startY: number): TracedRing => {
    const points: Position[] = [];
    let touchesItself = false;
    let [x, y, heading] = [startX, startY, 0];
    let at = (y + 1) * stride + x + 1;
    const start = at;
    const area = numbers[at]!;
    do {
      if (heading === 0) walked[at] = 1;
      x += STEP_X[heading]!;
      y += STEP_Y[heading]!;
      at = (y + 1) * stride + x + 1;
      const before = heading;
      const left = numbers[at + ahead[(heading + 3) % 4]!] === area;
      if (numbers[at + ahead[heading]!] !== area) {
        heading = (heading + 1) % 4;
        touchesItself ||= left;
      } else if (left) heading = (heading + 3) % 4;
      if (kept ? kept[at] === 1 : heading !== before) points.push([x, y]);
    } while (at !== start || heading !== 0);
    if (points.length > 0) points.push(points[0]!);
    return { area, points, touchesItself };
  };

  for (let y = 0; y < height; y++) {
    for (let x = 0, at = (y + 1) * stride + 1; x < width; x++, at++) {
      if (numbers[at] !== numbers[at - stride] && walked[at] === 0) yield walk(x, y);
    }
  }
}
