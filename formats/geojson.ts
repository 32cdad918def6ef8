import type { FeatureCollection, MultiPolygon } from "geojson";
import type { LabelMap } from "./label-map.ts";
import { type PolygonOptions, tracePolygons } from "./polygons.ts";

/** What a class's feature tells of it. */
export interface ClassProperties {
  readonly id: number;
  readonly name: string;
  /** `#rrggbb`. */
  readonly colour: string;
  readonly pixels: number;
}

/**
 * A label map as GeoJSON, one MultiPolygon for each class that has pixels. Coordinates are pixels from the picture's
 * upper left corner, x to the right and y down, so `[0, 0, width, height]` is the whole of it: a picture has no place on
 * the globe. The bounding box says the size.
 * @throws UsageError as {@link tracePolygons}
 */
export function geoJson(map: LabelMap, options?: PolygonOptions): FeatureCollection<MultiPolygon, ClassProperties> {
  return {
    type: "FeatureCollection",
    bbox: [0, 0, map.width, map.height],
    features: tracePolygons(map, options).map(({ of: { id, name, colour }, pixels, shape }) => ({
      type: "Feature",
      id,
      properties: { id, name, colour, pixels },
      geometry: shape,
    })),
  };
}
