import { glb } from "../../formats/glb.ts";
import type { DepthMap } from "../../src/index.ts";
import type { Picture } from "../pictures/picture.ts";

export interface ReliefDetail {
  readonly points: number;
  readonly longest: number;
}

/**
 * A depth map as a mesh with the picture on it, binary glTF.
 * @param points about how many at most; every pixel, second pixel, third pixel … is one
 * @param longest a picture that is longer on a side is shrunk to that
 */
export async function reliefMesh(
  map: DepthMap,
  { width, height, data }: Picture,
  { points, longest }: ReliefDetail,
): Promise<Uint8Array> {
  const scale = Math.min(1, longest / Math.max(width, height));
  const canvas = new OffscreenCanvas(Math.ceil(width * scale), Math.ceil(height * scale));
  const context = canvas.getContext("2d")!;
  context.imageSmoothingQuality = "high";
  context.drawImage(await createImageBitmap(new ImageData(data, width, height)), 0, 0, canvas.width, canvas.height);
  const photo = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.92 });
  const stride = Math.max(1, Math.ceil(Math.sqrt((width * height) / points)));
  const texture = { mimeType: "image/jpeg", data: new Uint8Array(await photo.arrayBuffer()) } as const;
  // Four times as deep as wide is enough to look at; ten, as files have it, is a tunnel.
  return glb(map, texture, { stride, range: 4, jump: 0.15 });
}
