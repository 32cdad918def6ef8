import { FileError } from "../../src/index.ts";
import { LONGEST_SIDE, type Picture } from "./picture.ts";

/**
 * Reads a picture file, turned as its EXIF says, at most 2048 pixels on its longer side.
 * @throws FileError if this browser cannot read it
 */
export async function readPicture(name: string, blob: Blob): Promise<Picture> {
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(blob, { imageOrientation: "from-image" });
  } catch (cause) {
    const got = blob.size === 0 ? "an empty file" : blob.type || "a file of no known kind";
    throw new FileError(
      `${name}: want a picture that this browser reads, got ${got}. Give a JPEG, PNG, WebP or AVIF.`,
      {
        cause,
      },
    );
  }
  return pictureOf(name, bitmap);
}

/** The same of a bitmap, which is used up. */
export function pictureOf(name: string, bitmap: ImageBitmap): Picture {
  const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
  const width = Math.max(1, Math.round(bitmap.width * scale));
  const height = Math.max(1, Math.round(bitmap.height * scale));
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true })!;
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  const { data } = context.getImageData(0, 0, width, height);
  return { name, width, height, data: data as Uint8ClampedArray<ArrayBuffer> };
}
