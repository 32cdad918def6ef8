import { FileError, UsageError } from "../errors.ts";
import { kindOf } from "../kind-of.ts";

// Why a picture cannot be taken, in words; loaded when one cannot.

/** The error for what is none of the things that hold a picture. */
export function notPicture(source: unknown): UsageError {
  const isText = typeof source === "string";
  const want = "an image, ImageBitmap, ImageData, canvas, video, VideoFrame, Blob, GPUTexture or raw pixels";
  const advice = isText ? "Fetch it, and give the Blob." : "See PictureSource.";
  return new UsageError(`picture: want ${want}, got ${isText ? "a string" : kindOf(source)}. ${advice}`);
}

/** The error for a file that the browser does not decode. */
export function notDecoded({ size, type }: Blob, cause: unknown): FileError {
  const want = "want a file that the browser shows (JPEG, PNG, WebP, …)";
  const got = `got ${size} bytes of type "${type}": ${cause instanceof Error ? cause.message : cause}`;
  return new FileError(`picture: ${want}, ${got}. Open it in a tab.`, { cause });
}

/**
 * The error for what a canvas does not draw, or does not let the page read.
 * @param cause what it said; `undefined` if there was no context for its size
 */
export function notDrawn(
  source: unknown,
  { width, height }: { readonly width: number; readonly height: number },
  cause: unknown,
): UsageError {
  // It has a width and a height, but the browser draws no such thing; Node, without a canvas, draws nothing.
  if (cause instanceof TypeError || cause instanceof ReferenceError) return notPicture(source);
  const { name, message } = (cause ?? { message: "no canvas of that size" }) as Error;
  const isForeign = name === "SecurityError";
  const want = isForeign ? "want pixels that this page may read" : "want a size that the browser draws";
  const advice = isForeign ? "Serve it from this site or with CORS." : "Use a smaller picture, or give its pixels.";
  return new UsageError(`picture: ${want}, got ${width}x${height}: "${message}". ${advice}`, { cause });
}

/** The error for a texture that cannot be copied as it is. */
export function notCopyable(texture: GPUTexture, formats: readonly GPUTextureFormat[], device?: GPUDevice): UsageError {
  if (kindOf(texture) !== "GPUTexture" && typeof texture.createView !== "function") return notPicture(texture);
  if (!device) return new UsageError("picture: want pixels in memory, got a GPUTexture. Read it back first.");
  const { format, depthOrArrayLayers, dimension, sampleCount, usage } = texture;
  const isPlain = dimension === "2d" && depthOrArrayLayers === 1 && sampleCount === 1;
  const layers = isPlain ? "" : `${dimension} with ${depthOrArrayLayers} layers and ${sampleCount} samples, `;
  const isReadable = (usage & GPUTextureUsage.COPY_SRC) !== 0;
  return new UsageError(
    `picture: want a 2-D texture of ${formats.join(", ")} with COPY_SRC, got ${layers}${format}` +
      `${isReadable ? "" : " without COPY_SRC"}. Render it into such a one.`,
  );
}

/** The error for a texture of which WebGPU makes no copy. */
export function notCopied(cause: Error): UsageError {
  const want = "want a texture of the model's device that is not destroyed";
  return new UsageError(`picture: ${want}, got: ${cause.message} Load the model with that device.`, { cause });
}
