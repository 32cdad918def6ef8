import { encode } from "fast-png";
import type { NormalMap } from "../../src/index.ts";

/** An RGB PNG of 8 bits: x, y and z from −1 to 1 as 0 to 255. */
export function encodeNormals({ width, height, normals }: Pick<NormalMap, "width" | "height" | "normals">): Uint8Array {
  const data = Uint8ClampedArray.from(normals, (component) => 255 * (component * 0.5 + 0.5));
  const Description = "surface normals: x, y, z in red, green, blue, 0 for -1 and 255 for 1";
  return encode({ width, height, data, channels: 3, depth: 8, text: { Software: "dpt-webgpu", Description } });
}
