import type { DPT, KernelTime, PictureSource, PredictionOptions, Size, Timing } from "../../src/index.ts";

/** A label or a depth for each pixel of a picture of this size, by the first of the model's decoders. */
export interface Answer extends Size {
  readonly values: Uint8Array | Uint16Array | Float32Array;
  readonly network: Size;
  readonly timing: Timing;
  readonly profile?: readonly KernelTime[] | undefined;
}

export async function answerOf(model: DPT, source: PictureSource, options: PredictionOptions): Promise<Answer> {
  if (model.config.decoders[0]!.task === "segmentation") {
    const { labels, ...prediction } = await model.segment(source, options);
    return { ...prediction, values: labels };
  }
  const { depth, ...prediction } = await model.depth(source, options);
  return { ...prediction, values: depth };
}

/**
 * Two runs of one picture must agree to the bit: no kernel depends on the order in which its workgroups run. That an
 * answer is finite is checked by the model itself.
 * @throws Error naming the first pixel that differs
 */
export function checkSame(got: Answer["values"], first: Answer["values"]): void {
  if (got.length !== first.length) {
    throw new Error(`bench model: want ${first.length} pixels in every run, got ${got.length}. Report this.`);
  }
  const at = got.findIndex((value, i) => value !== first[i]);
  if (at < 0) return;
  throw new Error(`bench model: want the first run's ${first[at]} at pixel ${at}, got ${got[at]}. Report this.`);
}
