import type { ResizeMode } from "../../kernels/bands.ts";
import { FileError, UsageError } from "../../runtime/errors.ts";
import type { Graph } from "../../runtime/graph/graph.ts";
import type { Precision, TensorSpec } from "../../runtime/graph/tensor.ts";
import type { ModelConfig, Task } from "../config/config.ts";
import type { DptWeights } from "../network/dpt.ts";
import type { InF32 } from "../network/ops.ts";
import { networkSize } from "../pictures/network-size.ts";
import type { Processor, Size } from "../pictures/processor.ts";
import type { PictureGroup, PredictOptions } from "./predict.ts";

/** Pictures that run together: the sizes of all, for which the network works at one size. */
export interface BatchWork {
  readonly groups: readonly PictureGroup[];
  readonly tasks?: readonly Task[] | undefined;
  readonly size?: Size | "native" | undefined;
  readonly resize?: ResizeMode | undefined;
  readonly logits?: PredictOptions["logits"];
  readonly scores?: PredictOptions["scores"];
  readonly layOut?: PredictOptions["layOut"];
}

/** Work whose sizes are known. */
export interface Job {
  /** All that the graph depends on but the layers in f32. */
  readonly key: string;
  /** What the network works at. */
  readonly network: Size;
  /** What is known of its tensors without recording: the pictures, and what the network is given of them. */
  readonly pixels: readonly TensorSpec[];
  readonly record: (inF32?: InF32) => Graph;
}

export type Network = typeof import("../network.ts");

/** The parts of a model that a graph is recorded from. */
export interface Recordable {
  readonly config: ModelConfig;
  readonly processor: Processor | undefined;
  readonly weights: DptWeights;
  readonly precision: Precision;
  /** What records its graphs. */
  readonly network: Network;
}

/**
 * Finds out sizes and checks them; nothing is recorded yet.
 * @throws FileError for a picture without a processor, UsageError for a size that is too small for the network, or one whose
 *   pictures have no three channels
 */
export function batchJob(model: Recordable, work: BatchWork): Job {
  const { config, weights, precision } = model;
  const processor = processorOf(model);
  const groups = work.groups.map(({ picture: { width, height }, count }) => ({ picture: { width, height }, count }));
  const { resize, logits, scores, layOut, tasks = config.decoders.map(({ task }) => task) } = work;
  const network = networkSize(processor, groups[0]!.picture, work.size);
  const { patch, channelsIn } = config.backbone;
  if (Math.min(network.width, network.height) < patch || channelsIn !== 3) {
    const want = `want at least one ${patch}x${patch} patch for a network of 3 channels`;
    const got = `got ${network.width}x${network.height} for ${channelsIn}`;
    throw new UsageError(`picture: ${want}, ${got}. Give a size, or call forward.`);
  }
  const options = { processor, picture: groups, network, resize, tasks, logits, scores, layOut };
  return {
    key: JSON.stringify([groups, network, resize, tasks, logits, !!scores, !!layOut]),
    network: { width: network.width, height: network.height },
    pixels: groups.flatMap(({ picture: { width, height }, count }) => [
      { shape: [count, height, width], dtype: "u32" },
      { shape: [count, 3, network.height, network.width], dtype: precision },
    ]),
    record: (inF32) => model.network.predictGraph(config, weights, precision, { ...options, inF32 }),
  };
}

/** @throws FileError without one */
export function processorOf({ processor }: Pick<Recordable, "processor">): Processor {
  if (processor) return processor;
  throw new FileError(
    "model: want preprocessor_config.json beside config.json, got none. Add the checkpoint's own, or prepare pixel_values and call forward.",
  );
}
