import type { Pixels } from "./picture.ts";
import { readPixels } from "./read-pixels.ts";
import { refusing } from "./refusing.ts";

/** What a canvas draws. */
export type Drawable =
  | ImageBitmap
  | HTMLImageElement
  | HTMLVideoElement
  | HTMLCanvasElement
  | OffscreenCanvas
  | VideoFrame;

interface DrawnSize {
  readonly width: number;
  readonly height: number;
}

/** `HTMLMediaElement.HAVE_CURRENT_DATA`: there is a frame to show. */
const HAVE_CURRENT_DATA = 2;

/** The size a picture has of itself, 0 for one that is not there yet; `undefined` for what is no picture. */
export function naturalSize(source: Drawable): DrawnSize | undefined {
  if ("naturalWidth" in source) return { width: source.naturalWidth, height: source.naturalHeight };
  if ("videoWidth" in source) {
    const hasFrame = source.readyState >= HAVE_CURRENT_DATA;
    return hasFrame ? { width: source.videoWidth, height: source.videoHeight } : { width: 0, height: 0 };
  }
  if ("displayWidth" in source) return { width: source.displayWidth, height: source.displayHeight };
  if ("width" in source && "height" in source) return { width: source.width, height: source.height };
  return undefined;
}

/**
 * The pixels of a picture through a canvas, in sRGB, as it is when this is called. Its alpha is premultiplied, which changes
 * colours only where the picture is transparent.
 * @throws UsageError for a picture that is empty, too large for a canvas, or that the page may not read
 */
export async function drawPicture(source: Drawable | ImageData): Promise<Pixels> {
  const { width, height } = "data" in source ? source : naturalSize(source)!;
  if (width === 0 || height === 0) return readPixels({ width, height, data: new Uint8Array() });
  let problem: unknown;
  try {
    const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
    if (context) {
      if ("data" in source) context.putImageData(source, 0, 0);
      else context.drawImage(source, 0, 0, width, height);
      return readPixels(
        context.getImageData(0, 0, width, height, { colorSpace: "srgb" }) as ImageData & { data: Uint8ClampedArray },
      );
    }
  } catch (cause) {
    problem = cause;
  }
  throw (await refusing()).notDrawn(source, { width, height }, problem);
}
