import { UsageError } from "../../runtime/errors.ts";
import type { Processor, Size } from "./processor.ts";

/** What the network is given: `[height, width]` including a frame of zeros around the resized picture. */
export interface NetworkSize extends Size {
  readonly pad: { readonly top: number; readonly left: number; readonly bottom: number; readonly right: number };
  /** With a crop: what the picture is resized to, and where in it the crop begins (negative: outside). */
  readonly crop?: { readonly resized: Size; readonly top: number; readonly left: number };
}

/**
 * What size the network works at, as DPTImageProcessor computes it (get_resize_output_image_size, center_crop and pad_image, sides
 * rounded half to even as Python's `round` does).
 *
 * @param picture size of the picture
 * @param override stretches the picture to this size instead of the file's, or keeps the picture's own for "native";
 *   either is still rounded to `ensure_multiple_of` and padded
 * @throws UsageError if a side of the picture or of the network is no whole number from 1 to 65,536, or rounds to nothing
 */
export function networkSize(processor: Processor, picture: Size, override?: Size | "native"): NetworkSize {
  checkSides("picture", picture);
  if (override !== undefined && override !== "native") checkSides("network size", override);
  const { width, height } = resizedSize(processor, picture, override);
  if (width === 0 || height === 0) {
    const want = `want sides that round to at least ${processor.ensureMultipleOf}`;
    throw new UsageError(
      `picture ${picture.width}x${picture.height}: ${want}, got ${width}x${height} for the network. ` +
        "Crop the picture or give a network size.",
    );
  }
  const crop = processor.cropSize ?? { width, height };
  const divisor = processor.doPad ? (processor.sizeDivisor ?? 1) : 1;
  const [vertical, horizontal] = [paddingTo(divisor, crop.height), paddingTo(divisor, crop.width)];
  const [top, left] = [Math.floor(vertical / 2), Math.floor(horizontal / 2)];
  return {
    width: crop.width + horizontal,
    height: crop.height + vertical,
    pad: { top, left, bottom: vertical - top, right: horizontal - left },
    ...(processor.cropSize && {
      crop: {
        resized: { width, height },
        top: middle(height, processor.cropSize.height),
        left: middle(width, processor.cropSize.width),
      },
    }),
  };
}

/** Where a crop begins, as torchvision's class has it: rounded down inside the picture, and so is the frame before it. */
function middle(side: number, crop: number): number {
  return crop > side ? -Math.floor((crop - side) / 2) : Math.floor((side - crop) / 2);
}

function resizedSize(processor: Processor, picture: Size, override: Size | "native" | undefined): Size {
  const { ensureMultipleOf: multiple } = processor;
  if (!processor.doResize && override === undefined) return picture;
  const target = override === "native" ? picture : (override ?? processor.size);
  let scaleHeight = target.height / picture.height;
  let scaleWidth = target.width / picture.width;
  if (processor.keepAspectRatio && override === undefined) {
    // As little as possible; the height's scale if both are as far from 1.
    if (Math.abs(1 - scaleWidth) < Math.abs(1 - scaleHeight)) scaleHeight = scaleWidth;
    else scaleWidth = scaleHeight;
  }
  return {
    width: roundHalfToEven((scaleWidth * picture.width) / multiple) * multiple,
    height: roundHalfToEven((scaleHeight * picture.height) / multiple) * multiple,
  };
}

function roundHalfToEven(x: number): number {
  const floor = Math.floor(x);
  const isUp = x - floor === 0.5 ? floor % 2 === 1 : x - floor > 0.5;
  return isUp ? floor + 1 : floor;
}

function paddingTo(divisor: number, side: number): number {
  return Math.ceil(side / divisor) * divisor - side;
}

/** Pixels of the longest side that is seen at once: a graph has tables as long as its sides, which memory has to hold. */
const LONGEST = 65_536;

function checkSides(what: string, { width, height }: Size): void {
  const isSide = (side: number) => Number.isInteger(side) && side >= 1 && side <= LONGEST;
  if (isSide(width) && isSide(height)) return;
  const want = `want whole numbers of pixels from 1 to ${LONGEST}`;
  throw new UsageError(`${what}: ${want}, got ${width}x${height}. Check both sides, or give a tile or a size.`);
}
