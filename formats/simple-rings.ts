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
  let twice = 0;
  for (let i = 1; i < ring.length; i++) twice += ring[i - 1]![0]! * ring[i]![1]! - ring[i]![0]! * ring[i - 1]![1]!;
  return twice / 2;
}
