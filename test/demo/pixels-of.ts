import sharp from "sharp";

/** Red, green and blue by place. */
export async function pixelsOf(file: Uint8Array) {
  const { data, info } = await sharp(file)
    .removeAlpha()
    .toColourspace("srgb")
    .raw()
    .toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number) => [...data.subarray(3 * (info.width * y + x), 3 * (info.width * y + x) + 3)];
  return { width: info.width, height: info.height, at };
}
