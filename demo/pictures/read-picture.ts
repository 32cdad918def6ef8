import { FileError } from "../../src/index.ts";
import { LONGEST_SIDE, type Picture } from "./picture.ts";

/**
 * Reads a picture file, turned as its EXIF says, at most 2048 pixels on its longer side.
 * @throws FileError if this browser cannot read it
 */
export async function readPicture(name: string, blob: Blob): Promise<Picture> {
  return pictureOf(name, await decoded(name, blob));
}

/** Twice as large as the page shows it. */
const SMALL = { width: 116, height: 88 };

/** A small picture of a file, cut to one shape. @throws FileError as {@link readPicture} */
export async function smallPicture(name: string, blob: Blob): Promise<Blob> {
  const bitmap = await decoded(name, blob, { resizeWidth: 2 * SMALL.width, resizeQuality: "medium" });
  const canvas = new OffscreenCanvas(SMALL.width, SMALL.height);
  const scale = Math.max(SMALL.width / bitmap.width, SMALL.height / bitmap.height);
  const [width, height] = [scale * bitmap.width, scale * bitmap.height];
  const context = canvas.getContext("2d")!;
  context.drawImage(bitmap, (SMALL.width - width) / 2, (SMALL.height - height) / 2, width, height);
  bitmap.close();
  return canvas.convertToBlob();
}

async function decoded(name: string, blob: Blob, options: ImageBitmapOptions = {}): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(blob, { imageOrientation: "from-image", ...options });
  } catch (cause) {
    const got = blob.size === 0 ? "an empty file" : blob.type || "a file of no known kind";
    throw new FileError(
      `${name}: want a picture that this browser reads, got ${got}. Give a JPEG, PNG, WebP or AVIF.`,
      {
        cause,
      },
    );
  }
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
