import { stat } from "node:fs/promises";
import sharp from "sharp";
import type { RawPicture, Size } from "../../src/index.ts";
import { FileError } from "../../src/runtime/errors.ts";
import { isHeic } from "./is-heic.ts";

/** 20,000 on a side, 1.2 GB of RGB: more is a mistake, or an attack by a small file that unpacks to a large one. */
const MAX_PIXELS = 20_000 ** 2;

/**
 * Pixels that any file may have, and how many more for each of its bytes: some times what an even area takes as PNG or GIF.
 * A GIF of 284 bytes said that it had 127 million, which took 950 MB.
 */
const FREE_PIXELS = 2 ** 23;
const PIXELS_PER_BYTE = 10_000;

/**
 * The size of a picture as it is seen, from its header alone.
 * @throws FileError if it is no picture or too large
 */
export async function inspectPicture(path: string): Promise<Size> {
  const stats = await stat(path).catch(() => undefined);
  if (!stats) throw new FileError(`${path}: want a picture, got no such file. Check the path.`);
  if (!stats.isFile()) throw new FileError(`${path}: want a picture, got a folder or device. Name the file.`);
  if (stats.size === 0) throw new FileError(`${path}: want a picture, got an empty file. Copy it again.`);
  if (await isHeic(path)) {
    const want = "want a picture (JPEG, PNG, WebP, TIFF, AVIF, …)";
    throw new FileError(`${path}: ${want}, got HEIC, whose codec is not free. Save it as JPEG or PNG.`);
  }
  const { autoOrient } = await sharp(path, { limitInputPixels: false })
    .metadata()
    .catch((cause: unknown) => {
      throw notPicture(path, cause);
    });
  const { width, height } = autoOrient;
  const count = (pixels: number) => pixels.toLocaleString("en");
  if (width * height > MAX_PIXELS) {
    const want = `want at most ${count(MAX_PIXELS)} pixels`;
    throw new FileError(`${path}: ${want}, got ${width}x${height}. Make it smaller or cut it into tiles.`);
  }
  const most = FREE_PIXELS + PIXELS_PER_BYTE * stats.size;
  if (width * height > most) {
    const want = `want at most ${count(most)} pixels in ${count(stats.size)} bytes`;
    throw new FileError(`${path}: ${want}, got ${width}x${height}. If it is no attack, save it as another format.`);
  }
  return { width, height };
}

/**
 * The pixels of a picture as Pillow's `convert("RGB")` gives them, so that the network sees what PyTorch's would: 8-bit
 * RGB; alpha dropped, not blended; embedded colour profiles ignored. The first frame of an animation.
 *
 * Where Pillow leaves one standing, it does what is seen: EXIF's orientation is applied, 16-bit pixels keep their high
 * byte also in grey (Pillow clips those at 255), and CMYK goes through a printing profile instead of `255 - c - k`.
 * @returns 3 bytes a pixel
 * @throws FileError if it is no picture, too large or cut short
 */
export async function readPicture(path: string): Promise<RawPicture> {
  await inspectPicture(path);
  try {
    // Warnings, as on a stray byte, are no reason to refuse a photo; a missing half is.
    const { data, info } = await sharp(path, { failOn: "error", ignoreIcc: true, limitInputPixels: MAX_PIXELS })
      .autoOrient()
      .removeAlpha()
      .toColourspace("srgb")
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, data };
  } catch (cause) {
    throw notPicture(path, cause);
  }
}

function notPicture(path: string, cause: unknown): FileError {
  const message = (cause instanceof Error ? cause.message : String(cause)).replaceAll(/\s+/g, " ").trim();
  const todo = /unsupported image format/.test(message) ? "Save it as one of these" : "Open it in a viewer";
  return new FileError(`${path}: want a picture (JPEG, PNG, WebP, TIFF, …), got "${message}". ${todo}.`, { cause });
}
