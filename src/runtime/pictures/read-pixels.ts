import { UsageError } from "../errors.ts";
import { kindOf } from "../kind-of.ts";
import type { Pixels, RawPicture } from "./picture.ts";

/**
 * The pixels of a picture in memory, copied: the caller may use its buffer for the next one at once.
 * @throws as {@link checkRaw}
 */
export function readPixels(picture: RawPicture): Pixels {
  checkRaw(picture);
  const { width, height, data } = picture;
  return { width, height, words: data.length === 4 * width * height ? asWords(data) : packRgb(data) };
}

/** @throws UsageError for a picture without pixels, whose pixels are no bytes, or with another number of them than its size says */
export function checkRaw({ width, height, data }: RawPicture): void {
  if (!(Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0)) {
    throw new UsageError(
      `picture: want at least 1x1 pixels, got ${width}x${height}. Give one that has loaded, and is not closed.`,
    );
  }
  const kind = kindOf(data);
  if (kind !== "Uint8Array" && kind !== "Uint8ClampedArray") {
    throw new UsageError(`picture: want data in a Uint8Array or Uint8ClampedArray, got ${kind}. Convert it to bytes.`);
  }
  const count = width * height;
  if (data.length === 4 * count || data.length === 3 * count) return;
  const want = `want ${4 * count} (RGBA) or ${3 * count} (RGB) bytes for ${width}x${height} pixels`;
  throw new UsageError(`picture: ${want}, got ${data.length}. Check width and height.`);
}

function asWords(data: RawPicture["data"]): Uint32Array {
  // A copy that begins its own memory; `slice` of Node's Buffer is none.
  return new Uint32Array(new Uint8Array(data).buffer);
}

function packRgb(data: RawPicture["data"]): Uint32Array {
  const words = new Uint32Array(data.length / 3);
  for (let i = 0; i < words.length; i++) {
    words[i] = (data[3 * i]! | (data[3 * i + 1]! << 8) | (data[3 * i + 2]! << 16) | 0xff000000) >>> 0;
  }
  return words;
}
