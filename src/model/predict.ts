import type { ResizeMode } from "../kernels/bands.ts";
import { Graph } from "../runtime/graph.ts";
import type { Precision } from "../runtime/tensor.ts";
import type { ModelConfig } from "./config.ts";
import { type DptWeights, dpt } from "./dpt.ts";
import { type InF32, Ops } from "./ops.ts";
import { depthAtPicture, labelsAtPicture } from "./postprocess.ts";
import { preprocess } from "./preprocess.ts";
import type { NetworkSize, Processor, Size } from "./processor.ts";

export interface PredictOptions {
  readonly processor: Processor;
  /** Size of the picture. */
  readonly picture: Size;
  /** Size the network works at. */
  readonly network: NetworkSize;
  /** How logits or depth are resized to the picture. */
  readonly resize: ResizeMode;
  readonly inF32?: InF32 | undefined;
}

/**
 * One picture's whole way as one graph: the input `pixels` up, `labels` or `depth` at the picture's size down. Nothing
 * in between leaves the GPU.
 */
export function predictGraph(
  config: ModelConfig,
  weights: DptWeights,
  precision: Precision,
  { processor, picture, network, resize, inF32 }: PredictOptions,
): Graph {
  const graph = new Graph();
  const pixels = graph.part("picture in", () => preprocess(graph, processor, picture, network, precision));
  const { output } = dpt(new Ops(graph, precision, inF32), pixels, weights, config);
  const [, height, width] = output.shape as [number, number, number];
  graph.part("picture out", () => {
    if (config.head.kind === "segmentation") {
      const upsampled = { height: 2 * height, width: 2 * width };
      graph.output("labels", labelsAtPicture(graph, output, { upsampled, picture, mode: resize }));
    } else {
      const depth = graph.reshape(output, output.shape.slice(0, 3));
      graph.output("depth", depthAtPicture(graph, depth, picture, resize));
    }
  });
  return graph;
}
