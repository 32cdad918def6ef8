import { FileError } from "../../src/index.ts";

/** A picture as it is shown and as models get it. */
export interface Picture {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly data: ImageData;
}

/** A photo of a phone has 12 to 50 million pixels, and answers are as large as the picture: more helps nobody here. */
export const LONGEST_SIDE = 2048;

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
  const drawn = drawPicture(name, bitmap, bitmap.width, bitmap.height);
  bitmap.close();
  return drawn;
}

/** The pixels of whatever can be drawn. */
export function drawPicture(name: string, source: CanvasImageSource, fullWidth: number, fullHeight: number): Picture {
  const scale = Math.min(1, LONGEST_SIDE / Math.max(fullWidth, fullHeight));
  const width = Math.max(1, Math.round(fullWidth * scale));
  const height = Math.max(1, Math.round(fullHeight * scale));
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true })!;
  context.imageSmoothingQuality = "high";
  context.drawImage(source, 0, 0, width, height);
  return { name, width, height, data: context.getImageData(0, 0, width, height) };
}
