import type { FeatureCollection, GeometryObject, MultiPolygon } from "geojson";
import { feature } from "topojson-client";
import { topology } from "topojson-server";
import { presimplify, simplify } from "topojson-simplify";
import type { GeometryCollection } from "topojson-specification";

/**
 * Simplifies polygons that share borders, each border once.
 * @param shapes with the same points on both sides of every border
 * @param area corners whose triangle has less of it are left out
 */
export function simplifyPolygons(shapes: readonly MultiPolygon[], area: number): MultiPolygon[] {
  const geometries: GeometryObject[] = [...shapes];
  const shared = topology({ classes: { type: "GeometryCollection", geometries } as GeometryObject });
  const simpler = simplify(presimplify(shared as never), area);
  const { features } = feature(
    simpler,
    simpler.objects.classes as GeometryCollection,
  ) as FeatureCollection<MultiPolygon>;
  return features.map(({ geometry }) => geometry);
}
