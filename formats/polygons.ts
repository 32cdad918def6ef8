import type { MultiPolygon, Position } from "geojson";
import { areasOf } from "./areas.ts";
import { classExtents, type LabelClass, type LabelMap } from "./label-map.ts";
import { signedArea, simpleRings } from "./simple-rings.ts";
import { simplifyBorders } from "./simplify-borders.ts";
import { traceRings } from "./trace-rings.ts";

/** All pixels of a class as polygons, in pixels from the picture's upper left corner, y downwards. */
export interface ClassPolygons {
  readonly of: LabelClass;
  /** How many pixels the class has. */
  readonly pixels: number;
  readonly shape: MultiPolygon;
}

/** How outlines are traced. */
export interface PolygonOptions {
  /**
   * Leaves out corners whose triangle with their neighbours has less than this many square pixels (Visvalingam and
   * Whyatt's rule). A border between two classes is simplified once, so no gap opens; where a border would come to lie on
   * or beyond another, its corner stays. Islands that are smaller vanish. The exact outlines if left out.
   */
  readonly simplify?: number | undefined;
}

/**
 * The classes of a label map as polygons, one entry for each class that has pixels, by id.
 *
 * Exact outlines of the pixels: whole numbers, no gaps, no overlaps. Pixels that only meet in a corner belong to two
 * polygons or lie on two sides of a hole, so that rings may touch there; none passes a point twice, as Simple Features
 * (OGC) ask. Outer rings are counterclockwise where y goes up, holes clockwise, as RFC
 * 7946 asks. Simplified outlines have a point wherever three borders meet, on all of them.
 *
 * @throws UsageError for a map that is not as large as it says, or that has labels without a class
 */
export function tracePolygons(map: LabelMap, { simplify }: PolygonOptions = {}): ClassPolygons[] {
  const extents = classExtents(map);
  const polygons = areaPolygons(map, simplify);
  return [...extents].map(([of, { pixels }]) => {
    return { of, pixels, shape: { type: "MultiPolygon", coordinates: polygons.get(of.id) ?? [] } };
  });
}

/** A polygon for each area, by class. */
function areaPolygons(map: LabelMap, simplify: number | undefined): Map<number, Position[][][]> {
  const areas = areasOf(map);
  const kept = simplify === undefined ? undefined : simplifyBorders(areas, simplify);
  const outer: Position[][] = [];
  const holes: Position[][][] = [];
  for (const { area, points, touchesItself } of traceRings(areas, kept)) {
    for (const ring of touchesItself ? simpleRings(points, map.width) : [points]) {
      // What has vanished is a point, or a way there and back.
      if (ring.length < 4) continue;
      if (signedArea(ring) > 0) outer[area] = ring;
      else if (holes[area]) holes[area].push(ring);
      else holes[area] = [ring];
    }
  }
  const polygons = new Map<number, Position[][][]>();
  for (const [area, ring] of outer.entries()) {
    if (!ring) continue;
    const id = areas.classes[area]!;
    if (!polygons.has(id)) polygons.set(id, []);
    polygons.get(id)!.push([ring, ...(holes[area] ?? [])]);
  }
  return polygons;
}
