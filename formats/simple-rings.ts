import type { Position } from "geojson";

/**
 * A closed ring as rings that pass no point twice, cut where it touches itself: each runs as its part of the ring did, so
 * that what was cut out of an outer ring from within is a hole.
 * @param ring whole numbers, the last point the first once more
 * @param width at least every x
 */
export function simpleRings(ring: readonly Position[], width: number): Position[][] {
  const keyOf = ([x, y]: Position) => y! * (width + 1) + x!;
  const rings: Position[][] = [];
  const path: Position[] = [];
  const places = new Map<number, number>();
  for (const point of ring) {
    const place = places.get(keyOf(point));
    if (place !== undefined) {
      const loop = path.splice(place);
      for (const passed of loop) places.delete(keyOf(passed));
      rings.push([...loop, point]);
    }
    places.set(keyOf(point), path.length);
    path.push(point);
  }
  return rings;
}

/** Its area, above 0 where it runs counterclockwise with y upwards. */
export function signedArea(ring: readonly Position[]): number {
  return ring.slice(1).reduce((sum, [x, y], i) => sum + (ring[i]![0]! * y! - x! * ring[i]![1]!) / 2, 0);
}
