import { BICUBIC, BILINEAR, HAMMING, NEAREST, type Resample } from "../../kernels/shared/antialias.ts";
import { Fields } from "../config/fields.ts";

/** Pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Red, green and blue. */
export type Channels = readonly [number, number, number];

/**
 * Whose resizing: Pillow's, as DPTImageProcessorPil and DPTImageProcessor until transformers 4 have it; or torchvision's on
 * bytes on a CPU, as DPTImageProcessor of transformers 5.
 */
export type Antialias = "pil" | "torchvision";

/** A preprocessor_config.json of transformers' DPTImageProcessor or TIPSv2's, with the class's defaults filled in. */
export interface Processor {
  readonly doResize: boolean;
  readonly size: Size;
  readonly resample: Resample;
  readonly antialias: Antialias;
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
  /** What is cut from the middle after the resize, black where the picture ends; `null` without `do_center_crop`. */
  readonly cropSize: Size | null;
  /** Whether labels of training data count from 1, with 0 for pixels that do not count; answers never do. */
  readonly doReduceLabels: boolean;
}

/** What a class does where its file says nothing. */
interface Defaults {
  readonly side: number;
  readonly resample: Resample;
  readonly normalize: boolean;
  /** Whether it can crop: those of torchvision do, those of Pillow do not. */
  readonly crops: boolean;
  /** Whose resizing, where the caller does not say. */
  readonly antialias: Antialias;
}

const DPT_DEFAULTS: Defaults = { side: 384, resample: BICUBIC, normalize: true, crops: true, antialias: "pil" };

const CLASSES: Readonly<Record<string, Defaults>> = {
  DPTImageProcessor: DPT_DEFAULTS,
  DPTImageProcessorFast: { ...DPT_DEFAULTS, antialias: "torchvision" },
  DPTImageProcessorPil: { ...DPT_DEFAULTS, crops: false },
  DPTFeatureExtractor: { ...DPT_DEFAULTS, crops: false },
  Tipsv2DptImageProcessor: { side: 448, resample: BILINEAR, normalize: false, crops: true, antialias: "torchvision" },
};

/**
 * Reads a preprocessor_config.json. Fields that only training or other classes use are passed over.
 * @param wanted whose resizing; if left out, torchvision's for the classes that have no other, Pillow's for the others.
 *   torchvision has no box and no Hamming filter
 * @throws FileError for another class, a field of the wrong type, or a step that DPTImageProcessor does not have
 */
export function parseProcessor(json: unknown, wanted?: Antialias): Processor {
  const fields = new Fields("preprocessor_config.json", json);
  const type = fields.word(
    fields.has("image_processor_type") ? "image_processor_type" : "feature_extractor_type",
    Object.keys(CLASSES),
    "DPTImageProcessor",
  );
  const { side, resample, normalize, crops, antialias: own } = CLASSES[type]!;
  const antialias = wanted ?? own;
  const doResize = fields.boolean("do_resize", true);
  const doCrop = fields.boolean("do_center_crop", false);
  if (doCrop && !crops) {
    throw fields.wrong("do_center_crop", `false, since ${type} does not crop`, true);
  }
  if (doCrop && !fields.has("crop_size")) throw fields.wrong("crop_size", "{height, width} with do_center_crop", null);
  fields.word("data_format", ["channels_first"], "channels_first");
  const doPad = fields.boolean("do_pad", false);
  const sizeDivisor = fields.has("size_divisor") ? fields.whole("size_divisor", 1) : null;
  if (doPad && sizeDivisor === null) throw fields.wrong("size_divisor", "a whole number from 1 up with do_pad", null);
  return {
    doResize,
    size: parseSize(fields, "size", side),
    resample: parseResample(fields, resample, doResize ? antialias : "pil"),
    antialias,
    keepAspectRatio: fields.boolean("keep_aspect_ratio", false),
    ensureMultipleOf: fields.whole("ensure_multiple_of", 1),
    doRescale: fields.boolean("do_rescale", true),
    rescaleFactor: fields.number("rescale_factor", 1 / 255),
    doNormalize: fields.boolean("do_normalize", normalize),
    imageMean: parseChannels(fields, "image_mean", 0.5),
    imageStd: parseChannels(fields, "image_std", 0.5, (value) => value > 0),
    doPad,
    sizeDivisor,
    cropSize: doCrop ? parseSize(fields, "crop_size", 384) : null,
    doReduceLabels: fields.boolean("do_reduce_labels", false),
  };
}

/** `{height, width}`, `[height, width]`, or one number for a square as old files have it. */
function parseSize(fields: Fields, field: "size" | "crop_size", otherwise: number): Size {
  const raw = fields.raw(field);
  if (Array.isArray(raw)) {
    const [height, width] = fields.numbers(field, [1, 1]);
    if ([height, width].every((side) => Number.isSafeInteger(side) && side! >= 1))
      return { width: width!, height: height! };
    throw fields.wrong(field, "[height, width], whole numbers", raw);
  }
  if (typeof raw === "object") {
    const size = fields.object(field);
    if (size.has("height") && size.has("width"))
      return { width: size.whole("width", 1), height: size.whole("height", 1) };
    throw fields.wrong(field, "{height, width} or one whole number, since DPTImageProcessor knows no edges", raw);
  }
  const side = fields.whole(field, otherwise);
  // transformers takes the number for the shortest edge then, and fails.
  if (field === "size" && raw !== undefined && !fields.boolean("default_to_square", true)) {
    throw fields.wrong("default_to_square", "true where size is one number", false);
  }
  return { width: side, height: side };
}

function parseResample(fields: Fields, otherwise: Resample, antialias: Antialias): Resample {
  const filter = fields.whole("resample", otherwise, NEAREST);
  // torchvision has neither box nor Hamming.
  const last = antialias === "pil" ? HAMMING : BICUBIC;
  if (filter > last) throw fields.wrong("resample", `${NEAREST} to ${last} with antialias "${antialias}"`, filter);
  return filter as Resample;
}

function parseChannels(
  fields: Fields,
  field: string,
  otherwise: number,
  isRight: (value: number) => boolean = () => true,
): Channels {
  const raw = fields.raw(field);
  // One number stands for all three.
  const values =
    typeof raw === "number"
      ? new Array<number>(3).fill(fields.number(field, otherwise))
      : fields.numbers(field, [otherwise, otherwise, otherwise]);
  if (!values.every(isRight)) throw fields.wrong(field, "3 numbers above 0", values);
  return [values[0]!, values[1]!, values[2]!];
}
