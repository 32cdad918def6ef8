import { UsageError } from "../runtime/errors.ts";
import { kindOf } from "../runtime/kind-of.ts";
import { type Drawable, naturalSize } from "../runtime/pictures/draw-picture.ts";
import type { PictureSource, RawPicture } from "../runtime/pictures/picture.ts";
import { checkRaw } from "../runtime/pictures/read-pixels.ts";
import { refusing } from "../runtime/pictures/refusing.ts";
import { isBlob } from "../runtime/sources/check-given.ts";

/** A picture that can go to a worker, and what of it is handed over. */
export interface CrossingPicture {
  readonly picture: unknown;
  readonly transfer: readonly Transferable[];
}

/**
 * What goes to a worker for a picture: pixels and blobs as they are, and of what belongs to the page a bitmap. The picture is
 * that of the moment of the call, and stays the caller's.
 * @throws UsageError for what is no picture, has not loaded or is closed, or that the page may not read
 */
export async function crossingPicture(source: PictureSource): Promise<CrossingPicture> {
  if (typeof source !== "object" || source === null) throw (await refusing()).notPicture(source);
  const given: object = source;
  if (isBlob(given)) return { picture: given, transfer: [] };
  if ("createView" in given) {
    throw new UsageError("picture: want one that can go to a worker, got a GPUTexture. Load the model on the page.");
  }
  // Whatever its colours are in; pixels in sRGB are the same without its class.
  if (kindOf(given) === "ImageData" && (given as ImageData).data.length > 0)
    return { picture: structuredClone(given), transfer: [] };
  if ("data" in source) {
    const { width, height, data } = source as RawPicture;
    checkRaw({ width, height, data });
    const copy = data.slice();
    return { picture: { width, height, data: copy }, transfer: [copy.buffer as ArrayBuffer] };
  }
  const size = naturalSize(given as Drawable) ?? { width: 1, height: 1 };
  if (size.width === 0 || size.height === 0) checkRaw({ ...size, data: new Uint8Array() });
  try {
    const isFrame = typeof VideoFrame !== "undefined" && source instanceof VideoFrame;
    // Straight alpha, as a Blob is decoded there: colours under what is nearly transparent stay.
    const made = isFrame
      ? source.clone()
      : await createImageBitmap(given as ImageBitmapSource, { premultiplyAlpha: "none" });
    return { picture: made, transfer: [made] };
  } catch (cause) {
    throw (await refusing()).notDrawn(source, size, cause);
  }
}
