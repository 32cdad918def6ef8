import { gram } from "../../kernels/gram.ts";
import type { Checkpoint } from "../../runtime/checkpoints/checkpoint.ts";
import type { Graph } from "../../runtime/graph/graph.ts";
import { inMemory, type PictureSource, takePicture } from "../../runtime/pictures/picture.ts";
import type { Engine } from "../../runtime/session/engine.ts";
import type { ModelConfig } from "../config/config.ts";
import { dptWeights, IGNORED_TENSORS } from "../network/dpt.ts";
import { networkSize } from "../pictures/network-size.ts";
import type { Processor } from "../pictures/processor.ts";
import { predictGraph } from "../runs/predict.ts";
import { checkWeights } from "./check-weights.ts";
import type { Moments, PackedWeight } from "./quantized-weight.ts";

/**
 * What the weights of a model meet in some pictures: `Σ x xᵀ` of the inputs of each matrix of its blocks that q4 rounds, by
 * the matrix's label. The model runs in f32.
 */
export async function inputMoments(
  engine: Engine,
  config: ModelConfig,
  processor: Processor,
  checkpoint: Checkpoint,
  pictures: Iterable<PictureSource>,
): Promise<Moments> {
  const weights = await dptWeights(config, "f32", "direct");
  await checkWeights(checkpoint.tensors, weights.leaves, IGNORED_TENSORS, checkpoint.layout);
  const coarse: readonly PackedWeight[] = (await dptWeights(config, "f32", "direct", { format: "q4", stored: false }))
    .leaves;
  const labels = new Set(coarse.flatMap(({ label, quantized }) => (quantized?.format === "q4" ? [label] : [])));
  const store = await engine.loadWeights(checkpoint, weights.leaves);
  const moments = new Map<string, Float32Array>();
  try {
    for (const source of pictures) {
      const { words, ...picture } = await inMemory(await takePicture(source));
      const network = networkSize(processor, picture);
      const graph = predictGraph(config, weights, "f32", { processor, picture, network });
      observe(graph, labels);
      const session = await engine.compile(graph, store);
      try {
        const { outputs } = await session.run({ pixels: words });
        for (const [label, bytes] of outputs) add(moments, label, new Float32Array(bytes));
      } finally {
        session.dispose();
      }
    }
  } finally {
    store.dispose();
  }
  return moments;
}

/** Puts a look at the tokens that each of the weights multiplies into the graph; the looks become its outputs. */
function observe(graph: Graph, labels: ReadonlySet<string>): void {
  graph.outputs.clear();
  for (const { inputs } of [...graph.dispatches]) {
    const [x, weight] = inputs;
    // Tokens, and not maps, whose products with a window's taps are others.
    if (x?.shape.length !== 3 || weight?.role !== "weight" || !labels.has(weight.label)) continue;
    const channels = x.shape[2]!;
    const rows = x.shape[0]! * x.shape[1]!;
    graph.output(weight.label, graph.run(gram({ rows, channels }), graph.reshape(x, [rows, channels])));
  }
}

function add(moments: Map<string, Float32Array>, label: string, more: Float32Array): void {
  const sum = moments.get(label);
  if (!sum) moments.set(label, more);
  else for (const [i, value] of more.entries()) sum[i]! += value;
}
