import { glb } from "../../formats/glb.ts";
import type { DepthMap } from "../../src/index.ts";
import type { Picture } from "../pictures/picture.ts";

/**
 * A depth map as a mesh with the picture on it, binary glTF.
 * @param points about how many at most; every pixel, second pixel, third pixel … is one
 */
export async function reliefMesh(
  map: DepthMap,
  { width, height, data }: Picture,
  { points }: { readonly points: number },
): Promise<Uint8Array> {
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext("2d")!.putImageData(new ImageData(data, width, height), 0, 0);
  const photo = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.92 });
  const stride = Math.max(1, Math.ceil(Math.sqrt((width * height) / points)));
  const texture = { mimeType: "image/jpeg", data: new Uint8Array(await photo.arrayBuffer()) } as const;
  // Four times as deep as wide is enough to look at; ten, as files have it, is a tunnel.
  return glb(map, texture, { stride, range: 4, jump: 0.15 });
}
