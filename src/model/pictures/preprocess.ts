import { type NormalizePixelsParams, normalizePixels } from "../../kernels/normalize-pixels.ts";
import { pillowCoefficients } from "../../kernels/pillow-coefficients.ts";
import { resamplePixels } from "../../kernels/resample-pixels.ts";
import type { Coefficients, Resample } from "../../kernels/shared/antialias.ts";
import { ALONE, type BatchPlace } from "../../kernels/shared/batch-place.ts";
import { torchvisionCoefficients } from "../../kernels/torchvision-coefficients.ts";
import type { Graph, Tensor } from "../../runtime/graph/graph.ts";
import type { Precision } from "../../runtime/graph/tensor.ts";
import type { NetworkSize } from "./network-size.ts";
import type { Antialias, Channels, Processor, Size } from "./processor.ts";

/** Whose weights `resamplePixels` sums with. */
const COEFFICIENTS: Readonly<Record<Antialias, (inSize: number, outSize: number, resample: Resample) => Coefficients>> =
  {
    pil: pillowCoefficients,
    torchvision: torchvisionCoefficients,
  };

/** Pictures of one size in a batch of one network size. */
export interface BatchPart extends BatchPlace {
  /** Name of the input. */
  readonly input: string;
  /** What parts before this one have written. */
  readonly into?: Tensor | undefined;
}

/**
 * Records the way from a picture to the network's input, DPTImageProcessor with Pillow or with torchvision, to the bit until
 * it normalises: resize (8-bit pixels), crop, rescale, normalise, pad.
 *
 * Adds the input "pixels", `[height, width]` RGBA8 words of the picture, red in the lowest byte; alpha is dropped. Several
 * pictures of this size lie one below the other.
 * @param size from `networkSize` for this picture
 * @param part which of a batch these are; a picture alone if left out
 * @returns pixel values `[batch, 3, size.height, size.width]`
 */
export function preprocess(
  graph: Graph,
  processor: Processor,
  picture: Size,
  size: NetworkSize,
  precision: Precision,
  part: BatchPart = { input: "pixels", ...ALONE },
): Tensor {
  const { pad, crop } = size;
  const window = { height: size.height - pad.top - pad.bottom, width: size.width - pad.left - pad.right };
  const { height, width } = crop?.resized ?? window;
  const pixels = graph.input(part.input, { shape: [part.count * picture.height, picture.width], dtype: "u32" });
  const narrowed = resize(graph, pixels, "horizontal", width, processor, 1);
  const resized = resize(graph, narrowed, "vertical", height, processor, part.count);
  const kernel = normalizePixels({
    height,
    width,
    ...normalization(processor),
    pad,
    crop: crop && { ...crop, ...window },
    precision,
    place: part,
  });
  return graph.runInto(part.into, kernel, resized);
}

/** Rescaling and normalising, in one step where torchvision's class has one: mean and deviation in units of a byte, in f32. */
function normalization(processor: Processor): Pick<NormalizePixelsParams, "scale" | "mean" | "deviation"> {
  const { doRescale, rescaleFactor, doNormalize, imageMean, imageStd, antialias } = processor;
  if (doRescale && doNormalize && antialias === "torchvision") {
    const inBytes = ([r, g, b]: Channels): Channels => [fused(r), fused(g), fused(b)];
    const fused = (value: number) => Math.fround(Math.fround(value) * Math.fround(1 / rescaleFactor));
    return { scale: 1, mean: inBytes(imageMean), deviation: inBytes(imageStd) };
  }
  return {
    scale: doRescale ? rescaleFactor : 1,
    mean: doNormalize ? imageMean : [0, 0, 0],
    deviation: doNormalize ? imageStd : [1, 1, 1],
  };
}

/** One pass over pictures that lie one behind the other in its direction; nothing where the size stays, as in Pillow. */
function resize(
  graph: Graph,
  pixels: Tensor,
  direction: "horizontal" | "vertical",
  outSize: number,
  { resample, antialias }: Processor,
  count: number,
): Tensor {
  const [height, width] = [pixels.shape[0]!, pixels.shape[1]!];
  const inSize = (direction === "horizontal" ? width : height) / count;
  if (inSize === outSize) return pixels;
  const { taps, weightBits, bounds, weights } = COEFFICIENTS[antialias](inSize, outSize, resample);
  const of = `${count} · ${inSize} → ${outSize}`;
  return graph.run(
    resamplePixels({ height, width, direction, outSize: count * outSize, taps, weightBits }),
    pixels,
    graph.constant(`${direction} bounds ${of}`, stackedBounds(bounds, count, inSize)),
    graph.constant(
      `${direction} weights ${of}`,
      Int32Array.from({ length: count * weights.length }, (_, k) => weights[k % weights.length]!),
    ),
  );
}

/** `(first, count)` of each pixel, of one picture behind the other. */
function stackedBounds(bounds: Uint32Array, count: number, inSize: number): Uint32Array {
  const { length } = bounds;
  return Uint32Array.from({ length: count * length }, (_, k) => {
    const shift = k % 2 === 0 ? Math.floor(k / length) * inSize : 0;
    return bounds[k % length]! + shift;
  });
}
