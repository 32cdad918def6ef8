import sharp from "sharp";
import type { Texture } from "../../formats/index.ts";
import type { RawPicture } from "../../src/index.ts";

/** A photo (RGB) as a JPEG file for a mesh, at a quality at which nothing is seen to be lost. */
export async function encodeTexture({ width, height, data }: RawPicture): Promise<Texture> {
  const jpeg = await sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 92 })
    .toBuffer();
  return { mimeType: "image/jpeg", data: new Uint8Array(jpeg) };
}
