import { encode } from "fast-png";
import type { PixelScores, Size } from "../../src/index.ts";

/** A grey PNG of 8 bits: the largest probability of each pixel, 0 to 1 as 0 to 255. */
export function encodeConfidence({ width, height }: Size, { confidence }: Pick<PixelScores, "confidence">): Uint8Array {
  const data = Uint8ClampedArray.from(confidence, (probability) => 255 * probability);
  const Description = "confidence: the label's probability, 0 to 1 as 0 to 255";
  return encode({ width, height, data, channels: 1, depth: 8, text: { Software: "dpt-webgpu", Description } });
}
