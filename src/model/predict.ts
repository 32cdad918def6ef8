import type { ResizeMode } from "../kernels/bands.ts";
import { Graph } from "../runtime/graph.ts";
import type { Precision } from "../runtime/tensor.ts";
import type { ModelConfig, Task } from "./config.ts";
import { type DecoderStages, type DptWeights, dpt } from "./dpt.ts";
import { logitsSize } from "./heads.ts";
import { type InF32, Ops } from "./ops.ts";
import { depthAtPicture, labelsAtPicture, normalsAtPicture } from "./postprocess.ts";
import { preprocess } from "./preprocess.ts";
import type { NetworkSize, Processor, Size } from "./processor.ts";

export interface PredictOptions {
  readonly processor: Processor;
  /** Size of the picture. */
  readonly picture: Size;
  /** Size the network works at. */
  readonly network: NetworkSize;
  /** How the answers are resized to the picture; as transformers does if left out. */
  readonly resize?: ResizeMode | undefined;
  /** Tasks whose decoders run; all of the model if left out. */
  readonly tasks?: readonly Task[] | undefined;
  readonly inF32?: InF32 | undefined;
}

/**
 * One picture's whole way as one graph: the input `pixels` up, `labels`, `depth` and `normals` at the picture's size
 * down, as far as the model has them and they are asked for. Nothing in between leaves the GPU.
 */
export function predictGraph(
  config: ModelConfig,
  weights: DptWeights,
  precision: Precision,
  { processor, picture, network, resize, tasks, inF32 }: PredictOptions,
): Graph {
  const graph = new Graph();
  const pixels = graph.part("picture in", () => preprocess(graph, processor, picture, network, precision));
  const { decoders } = dpt(new Ops(graph, precision, inF32), pixels, weights, config, { tasks });
  graph.part("picture out", () => {
    for (const decoder of decoders) answerAtPicture(graph, decoder, picture, resize);
  });
  return graph;
}

function answerAtPicture(graph: Graph, { config, output }: DecoderStages, picture: Size, resize?: ResizeMode): void {
  const { task, head } = config;
  switch (task) {
    case "segmentation":
      graph.output("labels", labelsAtPicture(graph, output, logitsSize(output, head), picture, resize));
      return;
    case "depth": {
      const own = head.kind === "tips-depth" ? "bilinear" : "bicubic";
      graph.output("depth", depthAtPicture(graph, output, picture, resize ?? own));
      return;
    }
    case "normals":
      graph.output("normals", normalsAtPicture(graph, output, picture, resize));
  }
}
