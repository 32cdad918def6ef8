import { normalizePixels } from "../kernels/normalize-pixels.ts";
import { pillowCoefficients, WEIGHT_BITS } from "../kernels/pillow-coefficients.ts";
import { resamplePixels } from "../kernels/resample-pixels.ts";
import type { Graph, Tensor } from "../runtime/graph.ts";
import type { Precision } from "../runtime/tensor.ts";
import type { NetworkSize, Processor, Size } from "./processor.ts";

/**
 * Records the way from a picture to the network's input, DPTImageProcessor with Pillow, to the bit until it normalises:
 * resize (8-bit pixels), rescale, normalise, pad.
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
  const { pad } = size;
  const [height, width] = [size.height - pad.top - pad.bottom, size.width - pad.left - pad.right];
  const pixels = graph.input("pixels", { shape: [picture.height, picture.width], dtype: "u32" });
  const resized = resize(graph, resize(graph, pixels, "horizontal", width, processor), "vertical", height, processor);
  const { doRescale, rescaleFactor, doNormalize, imageMean, imageStd } = processor;
  const kernel = normalizePixels({
    height,
    width,
    scale: doRescale ? rescaleFactor : 1,
    mean: doNormalize ? imageMean : [0, 0, 0],
    deviation: doNormalize ? imageStd : [1, 1, 1],
    pad,
    precision,
  });
  return graph.run(kernel, resized);
}

/** One pass; nothing where the size stays, as in Pillow. */
function resize(
  graph: Graph,
  pixels: Tensor,
  direction: "horizontal" | "vertical",
  outSize: number,
  { resample }: Processor,
): Tensor {
  const [height, width] = [pixels.shape[0]!, pixels.shape[1]!];
  const inSize = direction === "horizontal" ? width : height;
  if (inSize === outSize) return pixels;
  const { taps, bounds, weights } = pillowCoefficients(inSize, outSize, resample);
  return graph.run(
    resamplePixels({ height, width, direction, outSize, taps, weightBits: WEIGHT_BITS }),
    pixels,
    graph.constant(`${direction} bounds ${inSize} → ${outSize}`, bounds),
    graph.constant(`${direction} weights ${inSize} → ${outSize}`, weights),
  );
}
