import type { RawPicture } from "../src/index.ts";
import { backProject, type CameraOptions, type DepthPicture } from "./back-project.ts";
import { photoColours } from "./photo-colours.ts";

/** x, y, z as f32, then red, green, blue as bytes. */
const POINT_BYTES = 15;

/**
 * A point cloud as binary PLY, little endian: `x y z` f32 and `red green blue` of the photo for each pixel, axes and units
 * as {@link backProject} has them. Pixels without a depth above 0 are left out.
 * @param photo of the depth map's size
 * @throws UsageError as {@link backProject}, or for a photo of another size
 */
export function ply(picture: DepthPicture, photo: RawPicture, options?: CameraOptions): Uint8Array {
  const colourAt = photoColours(photo, picture);
  const { pixels, distances, positions } = backProject(picture, options);
  const count = distances.reduce((sum, distance) => (Number.isNaN(distance) ? sum : sum + 1), 0);
  const unit = picture.unit === "metres" ? "metres" : "distances of the nearest pixel";
  const properties = ["float x", "float y", "float z", "uchar red", "uchar green", "uchar blue"];
  const header = [
    "ply",
    "format binary_little_endian 1.0",
    `comment dpt-webgpu; x right, y up, z towards the viewer at the origin, in ${unit}`,
    `element vertex ${count}`,
    ...properties.map((property) => `property ${property}`),
    "end_header\n",
  ].join("\n");
  const head = new TextEncoder().encode(header);
  const bytes = new Uint8Array(head.length + count * POINT_BYTES);
  bytes.set(head);
  const view = new DataView(bytes.buffer);
  let at = head.length;
  for (const [i, distance] of distances.entries()) {
    if (Number.isNaN(distance)) continue;
    for (let axis = 0; axis < 3; axis++) view.setFloat32(at + 4 * axis, positions[3 * i + axis]!, true);
    bytes.set(colourAt(pixels[i]!), at + 12);
    at += POINT_BYTES;
  }
  return bytes;
}
