import { UsageError } from "../../runtime/errors.ts";
import { quote } from "../../runtime/quote.ts";
import type { Size } from "../pictures/processor.ts";
import type { ImageOptions } from "./result-pixels.ts";

/** Half of the picture shows through an overlay. */
const OVERLAY_ALPHA = 0.5;

type Canvas = HTMLCanvasElement | OffscreenCanvas;

/** A result that a page can show. */
export interface Drawn<Options extends ImageOptions> {
  /**
   * The result as a picture of its own, opaque unless told.
   * @throws UsageError for options that make no sense, and where there is no ImageData (in Node)
   */
  toImageData(options?: Options): ImageData;
  /**
   * Draws the result over what a 2-D canvas shows, stretched to it, half transparent unless told.
   * @throws as `toImageData`, and UsageError for a canvas of another context
   */
  overlay(canvas: Canvas, options?: Options): void;
}

/**
 * Gives results of a kind their two methods. They lie in the prototype, so that a result that is sent from a worker to its
 * page is its numbers.
 * @param pixelsOf RGBA of a result
 */
export function drawnBy<Shown, Options extends ImageOptions>(
  pixelsOf: (result: Shown, options?: Options) => Uint8ClampedArray<ArrayBuffer>,
): <Data extends Shown & Size>(data: Data) => Data & Drawn<Options> {
  const methods: Drawn<Options> & ThisType<Shown & Size & Drawn<Options>> = {
    toImageData(options) {
      if (typeof ImageData === "undefined") {
        throw new UsageError("toImageData: want a page or a worker of one, got none. Take the numbers themselves.");
      }
      return new ImageData(pixelsOf(this, options), this.width, this.height);
    },
    overlay(canvas, options) {
      drawOver(canvas, this.toImageData({ ...options, alpha: options?.alpha ?? OVERLAY_ALPHA } as Options));
    },
  };
  return (data) => Object.assign(Object.create(methods), data);
}

function drawOver(canvas: Canvas, image: ImageData): void {
  const isCanvas = typeof canvas?.getContext === "function";
  const context = isCanvas && (canvas.getContext("2d") as CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D);
  if (!context) {
    const got = isCanvas ? "one of another context" : quote(canvas);
    throw new UsageError(`overlay: want a canvas for 2-D, got ${got}. Take another canvas.`);
  }
  // Through a canvas, since putImageData would replace what is there.
  const layer = new OffscreenCanvas(image.width, image.height);
  layer.getContext("2d")!.putImageData(image, 0, 0);
  context.save();
  context.resetTransform();
  context.globalAlpha = 1;
  // Labels must not be blended: no class lies between two others.
  context.imageSmoothingEnabled = false;
  context.drawImage(layer, 0, 0, canvas.width, canvas.height);
  context.restore();
}
