/** What people make of answers: files of label maps and depth maps. Pure, for Node and for pages. */
export { backProject, type CameraOptions, type DepthPicture, type PointGrid } from "./back-project.ts";
export { type CocoDataset, type CocoSegment, coco } from "./coco.ts";
export { type ClassProperties, geoJson } from "./geojson.ts";
export { glb, type MeshOptions, type Texture } from "./glb.ts";
export type { LabelClass, LabelMap } from "./label-map.ts";
export { labelMapOf } from "./label-map-of.ts";
export { npy } from "./npy.ts";
export { ply } from "./ply.ts";
export { type ClassPolygons, type PolygonOptions, tracePolygons } from "./polygons.ts";
export { compressRunLengths, runLengths } from "./run-lengths.ts";
export { svg } from "./svg.ts";
