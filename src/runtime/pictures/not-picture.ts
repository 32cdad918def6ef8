import { UsageError } from "../errors.ts";

/** The error for what is none of the things that hold a picture. */
export function notPicture(source: unknown): UsageError {
  const got = typeof source === "string" ? "a string" : kindOf(source);
  const advice = typeof source === "string" ? "Fetch it, and give the Blob." : "See PictureSource.";
  return new UsageError(
    `picture: want an image, ImageBitmap, ImageData, canvas, video, VideoFrame, Blob, GPUTexture or raw pixels, got ${got}. ${advice}`,
  );
}

/** The class of something as its maker names it, also of what comes from another frame of the page. */
export function kindOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}
