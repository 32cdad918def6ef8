import { UsageError } from "../runtime/errors.ts";
import type { PictureSource } from "../runtime/pictures/picture.ts";

/** A picture that can go to a worker, and what of it is handed over. */
export interface CrossingPicture {
  readonly picture: unknown;
  readonly transfer: readonly Transferable[];
}

/**
 * What goes to a worker for a picture: pixels and blobs as they are, and of what belongs to the page a bitmap. The picture is
 * that of the moment of the call, and stays the caller's.
 * @throws UsageError for a picture that has not loaded, or that the page may not read
 */
export async function crossingPicture(source: PictureSource): Promise<CrossingPicture> {
  const given: object = source;
  if (given instanceof Blob) return { picture: given, transfer: [] };
  if ("createView" in given) {
    throw new UsageError("picture: want one that can go to a worker, got a GPUTexture. Load the model on the page.");
  }
  // Whatever its colours are in; pixels in sRGB are the same without its class.
  if (given instanceof ImageData) return { picture: structuredClone(given), transfer: [] };
  if ("data" in source) {
    const { width, height } = source;
    const data = source.data.slice();
    return { picture: { width, height, data }, transfer: [data.buffer as ArrayBuffer] };
  }
  if (typeof VideoFrame !== "undefined" && source instanceof VideoFrame) {
    const frame = source.clone();
    return { picture: frame, transfer: [frame] };
  }
  try {
    // Straight alpha, as a Blob is decoded there: colours under what is nearly transparent stay.
    const bitmap = await createImageBitmap(source as ImageBitmapSource, { premultiplyAlpha: "none" });
    return { picture: bitmap, transfer: [bitmap] };
  } catch (cause) {
    const got = cause instanceof Error ? cause.message : String(cause);
    const advice = "Wait until it has loaded, and serve it from this site or with CORS.";
    throw new UsageError(`picture: want one that has loaded and that this page may read, got "${got}". ${advice}`, {
      cause,
    });
  }
}
