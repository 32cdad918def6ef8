import type { ResizeMode } from "../../kernels/bands.ts";
import { cast } from "../../kernels/cast.ts";
import type { BatchPlace } from "../../kernels/shared/batch-place.ts";
import { Graph, type Tensor } from "../../runtime/graph/graph.ts";
import type { Precision } from "../../runtime/graph/tensor.ts";
import type { ModelConfig, Task } from "../config/config.ts";
import { type DecoderStages, type DptWeights, dpt } from "../network/dpt.ts";
import { logitsSize } from "../network/heads.ts";
import { type InF32, Ops } from "../network/ops.ts";
import type { alignedRows } from "../pictures/aligned-rows.ts";
import type { NetworkSize } from "../pictures/network-size.ts";
import { depthAtPicture, labelsAtPicture, type PictureWay } from "../pictures/postprocess.ts";
import { preprocess } from "../pictures/preprocess.ts";
import type { Processor, Size } from "../pictures/processor.ts";
import { groupName } from "./group-name.ts";
import type { scoresAtPicture } from "./scores-at-picture.ts";

/** Pictures of one size that are neighbours in a batch. */
export interface PictureGroup {
  readonly picture: Size;
  readonly count: number;
}

export interface PredictOptions {
  readonly processor: Processor;
  /** Size of the picture, or of the pictures of a batch. */
  readonly picture: Size | readonly PictureGroup[];
  /** Size the network works at. */
  readonly network: NetworkSize;
  /** How the answers are resized to the picture; as transformers does if left out. */
  readonly resize?: ResizeMode | undefined;
  /** Tasks whose decoders run; all of the model if left out. */
  readonly tasks?: readonly Task[] | undefined;
  /** What comes of logits: labels, or nothing, so that they come out as they are, for whoever adds up those of several windows. */
  readonly logits?: "labels" | "logits" | undefined;
  /** Records how sure labels are too. Who wants that brings it, as all that few calls need. */
  readonly scores?: typeof scoresAtPicture | undefined;
  /** Records how labels and depth are laid out otherwise at last: as a texture wants them. */
  readonly layOut?: typeof alignedRows | undefined;
  readonly inF32?: InF32 | undefined;
}

/**
 * The whole way of pictures as one graph: the input `pixels` up, `labels`, `scores`, `depth` and `normals` at the pictures'
 * size down, as far as the model has them and they are asked for. Nothing in between leaves the GPU. Of a batch, pictures of one size
 * share an input and the outputs, one below the other; see {@link groupName} for the names from the second size on.
 */
export function predictGraph(
  config: ModelConfig,
  weights: DptWeights,
  precision: Precision,
  { processor, picture, network, resize, tasks, logits = "labels", scores, layOut, inF32 }: PredictOptions,
): Graph {
  const graph = new Graph();
  const groups = "width" in picture ? [{ picture, count: 1 }] : picture;
  const places = placesOf(groups);
  const pixels = graph.part("picture in", () =>
    places.reduce<Tensor | undefined>((into, { picture, place }, i) => {
      return preprocess(graph, processor, picture, network, precision, {
        input: groupName("pixels", i),
        into,
        ...place,
      });
    }, undefined),
  );
  const { decoders } = dpt(new Ops(graph, precision, inF32), pixels!, weights, config, { tasks });
  graph.part("picture out", () => {
    for (const decoder of decoders) {
      if (decoder.config.task === "segmentation" && logits === "logits") {
        graph.output("logits", inF32Storage(graph, decoder.output));
        continue;
      }
      for (const [i, { picture, place }] of places.entries()) {
        const answers = answersAtPicture(graph, decoder, { picture, mode: resize, place }, scores);
        for (const [name, answer] of Object.entries(answers)) {
          graph.output(groupName(name, i), layOut?.(graph, answer, picture) ?? answer);
        }
      }
    }
  });
  return graph;
}

function placesOf(groups: readonly PictureGroup[]): { readonly picture: Size; readonly place: BatchPlace }[] {
  const batch = groups.reduce((sum, { count }) => sum + count, 0);
  let first = 0;
  return groups.map(({ picture, count }) => {
    const place = { first, count, batch };
    first += count;
    return { picture, place };
  });
}

function answersAtPicture(
  graph: Graph,
  { config, output, head }: DecoderStages,
  way: PictureWay,
  scores: PredictOptions["scores"],
): Readonly<Record<string, Tensor>> {
  const { task } = config;
  if (task !== "segmentation") return { [task]: (head.atPicture ?? depthAtPicture)(graph, output, way) };
  const upsampled = { ...way, upsampled: logitsSize(output, config.head) };
  const labels = labelsAtPicture(graph, output, upsampled);
  return { labels, ...(scores && { scores: scores(graph, output, upsampled) }) };
}

/** f32 whatever the precision of the model, so that logits of windows add up whichever layers were kept in f32 meanwhile. */
function inF32Storage(graph: Graph, tensor: Tensor): Tensor {
  const { shape, dtype } = tensor;
  return dtype === "f32" ? tensor : graph.run(cast({ shape, from: dtype as Precision, to: "f32" }), tensor);
}
