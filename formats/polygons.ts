import { contours } from "d3-contour";
import type { MultiPolygon, Position } from "geojson";
import { type ClassExtent, classExtents, type LabelClass, type LabelMap } from "./label-map.ts";
import { signedArea, simpleRings } from "./simple-rings.ts";
import { simplifyPolygons } from "./simplify-polygons.ts";

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
   * Whyatt's rule). A border between two classes is simplified once, so no gap opens. Outlines that come closer to each
   * other than that may cross, and areas that are smaller may vanish. The exact outlines if left out.
   */
  readonly simplify?: number | undefined;
}

/**
 * The classes of a label map as polygons, one entry for each class that has pixels, by id.
 *
 * Exact outlines of the pixels: whole numbers, no gaps, no overlaps. Pixels that only meet in a corner belong to two
 * polygons or lie on two sides of a hole, so that rings may touch there; none passes a point twice, as Simple Features
 * (OGC) ask. Outer rings are counterclockwise where y goes up, holes clockwise, as RFC
 * 7946 asks.
 *
 * @throws UsageError for a map that is not as large as it says, or that has labels without a class
 */
export function tracePolygons(map: LabelMap, { simplify }: PolygonOptions = {}): ClassPolygons[] {
  const traced = [...classExtents(map)].map(([of, extent]): ClassPolygons => {
    return { of, pixels: extent.pixels, shape: outlines(map, of.id, extent) };
  });
  const shapes = traced.map(({ shape }) => shape);
  const simpler = simplify === undefined ? shapes : simplifyPolygons(shapes, simplify);
  return traced.map((entry, i) => ({ ...entry, shape: { ...entry.shape, coordinates: cornersAlone(simpler[i]!) } }));
}

/** The rings around a class's pixels, with a point at every pixel's corner that they pass. */
function outlines({ width, labels }: LabelMap, id: number, { left, top, right, bottom }: ClassExtent): MultiPolygon {
  const size: [number, number] = [right - left, bottom - top];
  // d3-contour wants an array of numbers by its type; it only indexes.
  const mask = new Uint8Array(size[0] * size[1]);
  for (let y = top, i = 0; y < bottom; y++) {
    for (let x = left; x < right; x++, i++) if (labels[y * width + x] === id) mask[i] = 1;
  }
  const { coordinates } = contours()
    .size(size)
    .smooth(false)
    .contour(mask as unknown as number[], 1);
  return {
    type: "MultiPolygon",
    coordinates: coordinates.map((rings) =>
      simplePolygon(
        rings.map((ring) => pixelCorners(ring, left, top)),
        width,
      ),
    ),
  };
}

/** The same polygon with rings that pass no point twice: one of them is the outer one, which goes first. */
function simplePolygon(rings: readonly (readonly Position[])[], width: number): Position[][] {
  const simple = rings.flatMap((ring) => simpleRings(ring, width));
  const outer = simple.findIndex((ring) => signedArea(ring) > 0);
  return [simple[outer]!, ...simple.toSpliced(outer, 1)];
}

/**
 * Marching squares go from middle to middle of the sides between a pixel of the class and one of another. Between two
 * such middles lies exactly one corner of a pixel: x comes from the upright side, y from the level one.
 */
function pixelCorners(middles: readonly Position[], left: number, top: number): Position[] {
  const between = (a: number, b: number) => (Number.isInteger(a) ? a : Number.isInteger(b) ? b : (a + b) / 2);
  const corners = middles.slice(1).map((next, i): Position => {
    const [x, y] = middles[i] as [number, number];
    return [left + between(x, next[0]!), top + between(y, next[1]!)];
  });
  // d3's rings run the other way than GeoJSON's.
  corners.reverse();
  return [...corners, corners[0]!];
}

/** Drops the points at which a ring goes straight on, and what has no area. */
function cornersAlone({ coordinates }: MultiPolygon): Position[][][] {
  const polygons = coordinates.map((rings) => rings.map(corners));
  return polygons.filter(([outer]) => outer!.length > 3).map((rings) => rings.filter((ring) => ring.length > 3));
}

function corners(ring: readonly Position[]): Position[] {
  const points = ring.slice(0, -1);
  const kept = points.filter((point, i) => turns(points.at(i - 1)!, point, points[(i + 1) % points.length]!));
  return kept.length === 0 ? [] : [...kept, kept[0]!];
}

function turns(a: Position, b: Position, c: Position): boolean {
  return (b[0]! - a[0]!) * (c[1]! - b[1]!) !== (b[1]! - a[1]!) * (c[0]! - b[0]!);
}
