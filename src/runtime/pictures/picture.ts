import { DeviceWords } from "../device/device-words.ts";
import { MachineError } from "../errors.ts";
import { kindOf } from "../kind-of.ts";
import { type Drawable, drawPicture, naturalSize } from "./draw-picture.ts";
import { readPixels } from "./read-pixels.ts";
import { refusing } from "./refusing.ts";
import { takeDrawable, takeTexture } from "./take-texture.ts";

/** 8-bit sRGB pixels, row by row from the top: RGBA or RGB by their number. Alpha is dropped. */
export interface RawPicture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array | Uint8ClampedArray;
}

/**
 * Whatever of a web page holds a picture: its pixels are read at its natural size, turned as EXIF says and in sRGB. A
 * `Blob` (a `File`) is decoded by the browser. A `GPUTexture` lies on the model's device, in one of WebGPU's 8-bit RGBA
 * formats and with the usage `COPY_SRC`; its bytes are taken as sRGB.
 */
export type PictureSource = RawPicture | ImageData | Drawable | Blob | GPUTexture;

/** A picture in memory on its way to the GPU. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** RGBA8 words, red in the lowest byte. */
  readonly words: Uint32Array;
}

/** A picture on its way to the GPU, or there already. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly words: Uint32Array | DeviceWords;
}

/**
 * The pixels of a picture, as it is when this is called: the caller may use its buffer, its canvas or its video for the
 * next one at once. What lies in a page goes to a buffer of the device without passing through memory, where the browser
 * can do that.
 * @param device on which the picture will be used; pixels are read into memory without it
 * @returns a picture of which its owner disposes ({@link releasePicture})
 * @throws UsageError for what is no picture, or one that is empty or that the page may not read; FileError for a `Blob`
 *   that the browser cannot decode; MachineError if the GPU's memory runs out
 */
export async function takePicture(source: PictureSource, device?: GPUDevice): Promise<Picture> {
  if (typeof source !== "object" || source === null) throw (await refusing()).notPicture(source);
  if ("createView" in source) return takeTexture(source, device);
  // Both methods, since a Response has `arrayBuffer` too.
  if ("arrayBuffer" in source && "slice" in source) return takeBitmap(decode(source), device);
  if ("data" in source) return isRaw(source) ? readPixels(source) : drawPicture(source);
  const size = naturalSize(source);
  if (!size) throw (await refusing()).notPicture(source);
  // Chromium loses its software device over a video's frame, and copies a bitmap of that frame.
  if (device && isVideo(source) && size.width > 0 && size.height > 0) return takeBitmap(still(source, size), device);
  const taken = device && takeDrawable(device, source, size);
  return taken ? await taken : drawPicture(source);
}

async function still(
  source: HTMLVideoElement | VideoFrame,
  size: Pick<Picture, "width" | "height">,
): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(source);
  } catch (cause) {
    throw (await refusing()).notDrawn(source, size, cause);
  }
}

function isVideo(source: Drawable): source is HTMLVideoElement | VideoFrame {
  return "videoWidth" in source || "displayWidth" in source;
}

async function takeBitmap(made: Promise<ImageBitmap>, device: GPUDevice | undefined): Promise<Picture> {
  const bitmap = await made;
  try {
    return await takePicture(bitmap, device);
  } finally {
    bitmap.close();
  }
}

/** A picture's RGBA8 words in memory. */
export async function wordsOf({ words }: Picture): Promise<Uint32Array> {
  return words instanceof DeviceWords ? words.read() : words;
}

/** The same picture in memory; it takes the place of the given one. */
export async function inMemory({ width, height, words }: Picture): Promise<Pixels> {
  if (!(words instanceof DeviceWords)) return { width, height, words };
  try {
    return { width, height, words: await words.read() };
  } finally {
    words.dispose();
  }
}

/** Frees what a picture takes on the GPU. */
export function releasePicture({ words }: Picture): void {
  if (words instanceof DeviceWords) words.dispose();
}

/** Whether it is bytes in sRGB, or is to be; a page's ImageData may also be in Display P3, or floats. */
function isRaw(source: RawPicture | ImageData): source is RawPicture {
  if (kindOf(source) !== "ImageData") return true;
  return (source as ImageData).colorSpace === "srgb" && kindOf(source.data) === "Uint8ClampedArray";
}

async function decode(file: Blob): Promise<ImageBitmap> {
  if (typeof createImageBitmap !== "function") {
    throw new MachineError("picture: want a browser that decodes files, got none. Decode it, and give its pixels.");
  }
  try {
    // Straight alpha, so that colours under transparent pixels stay as they are in the file.
    return await createImageBitmap(file, { imageOrientation: "from-image", premultiplyAlpha: "none" });
  } catch (cause) {
    throw (await refusing()).notDecoded(file, cause);
  }
}
