import { UsageError } from "./errors.ts";

/** 8-bit pixels, row by row from the top: RGBA or RGB by their number. Alpha is dropped. */
export interface RawPicture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array | Uint8ClampedArray;
}

/** Whatever of a web page holds a picture; its pixels are read at its natural size. */
export type PictureSource =
  | RawPicture
  | ImageBitmap
  | HTMLImageElement
  | HTMLVideoElement
  | HTMLCanvasElement
  | OffscreenCanvas
  | VideoFrame;

/** A picture on its way to the GPU. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** RGBA8 words, red in the lowest byte. */
  readonly words: Uint32Array;
}

/**
 * The pixels of a picture, copied: the caller may use its buffer for the next one at once. What a page draws passes
 * through the canvas's premultiplied alpha, which changes colours only where the picture is transparent.
 * @throws UsageError for a picture without pixels, or with another number of bytes than its size says
 */
export function readPixels(source: PictureSource): Pixels {
  const { width, height, data } = "data" in source ? source : drawn(source);
  if (!(Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0)) {
    throw new UsageError(`picture: want at least 1x1 pixels, got ${width}x${height}. Wait until it has loaded.`);
  }
  const count = width * height;
  if (data.length === 4 * count) return { width, height, words: asWords(data) };
  if (data.length === 3 * count) return { width, height, words: packRgb(data) };
  const want = `want ${4 * count} (RGBA) or ${3 * count} (RGB) bytes for ${width}x${height} pixels`;
  throw new UsageError(`picture: ${want}, got ${data.length}. Check width and height.`);
}

function asWords(data: RawPicture["data"]): Uint32Array {
  return new Uint32Array(data.slice().buffer);
}

function packRgb(data: RawPicture["data"]): Uint32Array {
  const words = new Uint32Array(data.length / 3);
  for (let i = 0; i < words.length; i++) {
    words[i] = (data[3 * i]! | (data[3 * i + 1]! << 8) | (data[3 * i + 2]! << 16) | 0xff000000) >>> 0;
  }
  return words;
}

function drawn(source: Exclude<PictureSource, RawPicture>): RawPicture {
  const { width, height } = naturalSize(source);
  if (width === 0 || height === 0) return { width, height, data: new Uint8Array() };
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  if (!context) {
    const want = `want a size that the browser draws, got ${width}x${height}`;
    throw new UsageError(`picture: ${want}. Use a smaller picture, or give its pixels.`);
  }
  try {
    context.drawImage(source, 0, 0, width, height);
    return context.getImageData(0, 0, width, height);
  } catch (cause) {
    const got = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(
      `picture: want pixels that this page may read, got "${got}". Serve it from this site or with CORS.`,
      { cause },
    );
  }
}

function naturalSize(source: Exclude<PictureSource, RawPicture>): { width: number; height: number } {
  if ("naturalWidth" in source) return { width: source.naturalWidth, height: source.naturalHeight };
  if ("videoWidth" in source) return { width: source.videoWidth, height: source.videoHeight };
  if ("displayWidth" in source) return { width: source.displayWidth, height: source.displayHeight };
  return { width: source.width, height: source.height };
}
