import { BICUBIC, NEAREST, type Resample } from "../kernels/pillow-coefficients.ts";
import { FileError, UsageError } from "../runtime/errors.ts";
import { quote } from "../runtime/quote.ts";
import { isJsonObject, type JsonObject } from "../runtime/read-json.ts";

/** Pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Red, green and blue. */
export type Channels = readonly [number, number, number];

/** A preprocessor_config.json of transformers' DPTImageProcessor, with the class's defaults filled in. */
export interface Processor {
  readonly doResize: boolean;
  readonly size: Size;
  readonly resample: Resample;
  readonly keepAspectRatio: boolean;
  readonly ensureMultipleOf: number;
  readonly doRescale: boolean;
  readonly rescaleFactor: number;
  readonly doNormalize: boolean;
  readonly imageMean: Channels;
  readonly imageStd: Channels;
  readonly doPad: boolean;
  /** `null` only without `doPad`. */
  readonly sizeDivisor: number | null;
}

/** What the network is given: `[height, width]` including a frame of zeros around the resized picture. */
export interface NetworkSize extends Size {
  readonly pad: { readonly top: number; readonly left: number; readonly bottom: number; readonly right: number };
}

const CLASSES = ["DPTImageProcessor", "DPTImageProcessorFast", "DPTImageProcessorPil", "DPTFeatureExtractor"];
const WHERE = "preprocessor_config.json";

/**
 * Reads a preprocessor_config.json. Fields that only training or other classes use are passed over.
 * @throws FileError for another class, a field of the wrong type, or a step that DPTImageProcessor does not have
 */
export function parseProcessor(json: unknown): Processor {
  if (!isJsonObject(json)) {
    throw new FileError(`${WHERE}: want a JSON object, got ${quote(json)}. Is it the right file?`);
  }
  const type = json.image_processor_type ?? json.feature_extractor_type ?? CLASSES[0];
  if (typeof type !== "string" || !CLASSES.includes(type)) {
    const want = `want "image_processor_type" to be one of ${CLASSES.join(", ")}`;
    throw new FileError(
      `${WHERE}: ${want}, got ${quote(type)}. Use a checkpoint whose pictures are prepared this way.`,
    );
  }
  if (json.do_center_crop === true) throw wrong("do_center_crop", "false, since DPTImageProcessor does not crop", true);

  const doPad = boolean(json, "do_pad", false);
  const sizeDivisor = json.size_divisor == null ? null : whole(json, "size_divisor", 1);
  if (doPad && sizeDivisor === null) throw wrong("size_divisor", "a whole number from 1 up with do_pad", sizeDivisor);
  return {
    doResize: boolean(json, "do_resize", true),
    size: parseSize(json.size ?? 384),
    resample: parseResample(json.resample ?? BICUBIC),
    keepAspectRatio: boolean(json, "keep_aspect_ratio", false),
    ensureMultipleOf: whole(json, "ensure_multiple_of", 1),
    doRescale: boolean(json, "do_rescale", true),
    rescaleFactor: parseRescaleFactor(json.rescale_factor ?? 1 / 255),
    doNormalize: boolean(json, "do_normalize", true),
    imageMean: channels(json, "image_mean", "3 numbers", Number.isFinite),
    imageStd: channels(json, "image_std", "3 numbers above 0", (value) => Number.isFinite(value) && value > 0),
    doPad,
    sizeDivisor,
  };
}

/**
 * What size the network works at, as DPTImageProcessor computes it (get_resize_output_image_size and pad_image, sides
 * rounded half to even as Python's `round` does).
 *
 * @param picture size of the picture
 * @param override stretches the picture to this size instead of the file's, or keeps the picture's own for "native";
 *   either is still rounded to `ensure_multiple_of` and padded
 * @throws UsageError if a side of the picture is no whole number from 1 up, or rounds to nothing
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
  const divisor = processor.doPad ? (processor.sizeDivisor ?? 1) : 1;
  const [vertical, horizontal] = [paddingTo(divisor, height), paddingTo(divisor, width)];
  const [top, left] = [Math.floor(vertical / 2), Math.floor(horizontal / 2)];
  return {
    width: width + horizontal,
    height: height + vertical,
    pad: { top, left, bottom: vertical - top, right: horizontal - left },
  };
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

function checkSides(what: string, { width, height }: Size): void {
  const isSide = (side: number) => Number.isInteger(side) && side >= 1;
  if (isSide(width) && isSide(height)) return;
  throw new UsageError(`${what}: want whole numbers of pixels from 1 up, got ${width}x${height}. Check both sides.`);
}

function wrong(field: string, want: string, got: unknown): FileError {
  return new FileError(`${WHERE}: want "${field}" to be ${want}, got ${quote(got)}. Is it the checkpoint's own file?`);
}

function boolean(json: JsonObject, field: string, otherwise: boolean): boolean {
  const value = json[field] ?? otherwise;
  if (typeof value !== "boolean") throw wrong(field, "true or false", value);
  return value;
}

function whole(json: JsonObject, field: string, otherwise: number): number {
  const value = json[field] ?? otherwise;
  if (!isWhole(value)) throw wrong(field, "a whole number from 1 up", value);
  return value;
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}

function channels(json: JsonObject, field: string, want: string, isRight: (value: number) => boolean): Channels {
  const value = json[field] ?? [0.5, 0.5, 0.5];
  if (!Array.isArray(value) || value.length !== 3 || !value.every((v) => typeof v === "number" && isRight(v))) {
    throw wrong(field, want, value);
  }
  return [value[0], value[1], value[2]];
}

/** `{height, width}`, or one number for a square as old files have it. */
function parseSize(value: unknown): Size {
  if (isWhole(value)) return { width: value, height: value };
  if (isJsonObject(value) && isWhole(value.width) && isWhole(value.height)) {
    return { width: value.width, height: value.height };
  }
  throw wrong("size", "{height, width} or one whole number from 1 up", value);
}

function parseResample(value: unknown): Resample {
  if (!isResample(value)) throw wrong("resample", "one of Pillow's filters, 0 to 5", value);
  return value;
}

function isResample(value: unknown): value is Resample {
  return Number.isInteger(value) && (value as number) >= NEAREST && (value as number) <= 5;
}

function parseRescaleFactor(value: unknown): number {
  if (typeof value !== "number" || !Number.isFinite(value)) throw wrong("rescale_factor", "a number", value);
  return value;
}
