import { type NormalizePixelsParams, normalizePixels } from "../kernels/normalize-pixels.ts";
import { pillowCoefficients } from "../kernels/pillow-coefficients.ts";
import { resamplePixels } from "../kernels/resample-pixels.ts";
import type { Coefficients, Resample } from "../kernels/shared/antialias.ts";
import { torchvisionCoefficients } from "../kernels/torchvision-coefficients.ts";
import type { Graph, Tensor } from "../runtime/graph.ts";
import type { Precision } from "../runtime/tensor.ts";
import type { Antialias, Channels, NetworkSize, Processor, Size } from "./processor.ts";

/** Whose weights `resamplePixels` sums with. */
const COEFFICIENTS: Readonly<Record<Antialias, (inSize: number, outSize: number, resample: Resample) => Coefficients>> =
  {
    pil: pillowCoefficients,
    torchvision: torchvisionCoefficients,
  };

/**
 * Records the way from a picture to the network's input, DPTImageProcessor with Pillow or with torchvision, to the bit until
 * it normalises: resize (8-bit pixels), crop, rescale, normalise, pad.
 *
 * Adds the input "pixels", `[height, width]` RGBA8 words of the picture, red in the lowest byte; alpha is dropped.
 * @param size from `networkSize` for this picture
 * @returns pixel values `[1, 3, size.height, size.width]`
 */
export function preprocess(
  graph: Graph,
  processor: Processor,
  picture: Size,
  size: NetworkSize,
  precision: Precision,
): Tensor {
  const { pad, crop } = size;
  const window = { height: size.height - pad.top - pad.bottom, width: size.width - pad.left - pad.right };
  const { height, width } = crop?.resized ?? window;
  const pixels = graph.input("pixels", { shape: [picture.height, picture.width], dtype: "u32" });
  const resized = resize(graph, resize(graph, pixels, "horizontal", width, processor), "vertical", height, processor);
  return graph.run(
    normalizePixels({
      height,
      width,
      ...normalization(processor),
      pad,
      crop: crop && { ...crop, ...window },
      precision,
    }),
    resized,
  );
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

/** One pass; nothing where the size stays, as in Pillow. */
function resize(
  graph: Graph,
  pixels: Tensor,
  direction: "horizontal" | "vertical",
  outSize: number,
  { resample, antialias }: Processor,
): Tensor {
  const [height, width] = [pixels.shape[0]!, pixels.shape[1]!];
  const inSize = direction === "horizontal" ? width : height;
  if (inSize === outSize) return pixels;
  const { taps, weightBits, bounds, weights } = COEFFICIENTS[antialias](inSize, outSize, resample);
  return graph.run(
    resamplePixels({ height, width, direction, outSize, taps, weightBits }),
    pixels,
    graph.constant(`${direction} bounds ${inSize} → ${outSize}`, bounds),
    graph.constant(`${direction} weights ${inSize} → ${outSize}`, weights),
  );
}
