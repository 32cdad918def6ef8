import type { NamedTensor } from "../../runtime/checkpoints/read-tensors.ts";
import { UsageError } from "../../runtime/errors.ts";
import { Graph, type Tensor } from "../../runtime/graph/graph.ts";
import { elementCount, type Precision, type Shape } from "../../runtime/graph/tensor.ts";
import { loadFloats } from "../../runtime/session/store-floats.ts";
import type { ModelConfig, Task } from "../config/config.ts";
import { type DecoderStages, type DptWeights, dpt } from "../network/dpt.ts";
import { upsampledLogits } from "../network/heads.ts";
import { type InF32, Ops } from "../network/ops.ts";

export interface ForwardGraphOptions {
  /**
   * Whether `backbone.I` (what the necks receive) and `neck.I` (the fused maps) come out too; `segmentation_neck.I` and
   * the like where there are several.
   */
  readonly stages?: boolean;
  readonly inF32?: InF32 | undefined;
}

/**
 * The network alone, from `pixel_values` `[N, 3, H, W]` to `logits`, `predicted_depth` or `normals` (of any length), for whoever
 * prepares pictures otherwise and for checking against PyTorch. Logits beside other answers are `segmentation_logits`.
 * @throws UsageError for a shape that is no batch of pictures of at least one patch
 */
export function forwardGraph(
  config: ModelConfig,
  weights: DptWeights,
  precision: Precision,
  shape: Shape,
  { stages = false, inF32 }: ForwardGraphOptions = {},
): Graph {
  const { channelsIn, patch } = config.backbone;
  const [batch = 0, channels, height = 0, width = 0] = shape;
  if (
    shape.length !== 4 ||
    !shape.every(Number.isInteger) ||
    channels !== channelsIn ||
    batch < 1 ||
    height < patch ||
    width < patch
  ) {
    const want = `want pixel_values [batch, ${channelsIn}, height, width] of at least one ${patch}x${patch} patch`;
    throw new UsageError(`forward: ${want}, got [${shape.join(", ")}]. Resize the picture first.`);
  }
  const graph = new Graph();
  const ops = new Ops(graph, precision, inF32);
  const pixels = graph.input("pixel_values", { shape, dtype: precision });
  const { backbone, decoders } = dpt(ops, pixels, weights, config, { all: stages });
  if (stages) for (const [i, tap] of backbone.entries()) graph.output(`backbone.${i}`, tap);
  const isAlone = decoders.length === 1;
  for (const decoder of decoders) {
    const { task } = decoder.config;
    const neck = isAlone ? "neck" : `${task}_neck`;
    if (stages) for (const [i, map] of decoder.neck.entries()) graph.output(`${neck}.${i}`, map);
    graph.output(isAlone && task === "segmentation" ? "logits" : ANSWERS[task], answer(ops, decoder));
  }
  return graph;
}

/** What transformers calls the answers of a model with several decoders; logits alone are `logits`. */
const ANSWERS: Readonly<Record<Task, string>> = {
  segmentation: "segmentation_logits",
  depth: "predicted_depth",
  normals: "normals",
};

/** A decoder's output in the shape that PyTorch's has, but for its layout. */
function answer(ops: Ops, { config, output }: DecoderStages): Tensor {
  const { task, head } = config;
  if (task === "segmentation") return ops.graph.part("head", () => upsampledLogits(ops, output, head));
  return task === "depth" ? ops.graph.reshape(output, output.shape.slice(0, 3)) : output;
}

/** An output of the forward graph as PyTorch lays it out: maps `[N, H, W, C]` become `[N, C, H, W]`. */
export function inPyTorchLayout(tensor: Tensor, bytes: ArrayBuffer): NamedTensor {
  const { shape } = tensor;
  const data = loadFloats(bytes, tensor.dtype as Precision, elementCount(shape));
  if (shape.length !== 4) return { shape, data };
  const [batch, height, width, channels] = shape as [number, number, number, number];
  const moved = new Float32Array(data.length);
  const pixels = height * width;
  for (let n = 0; n < batch; n++) {
    for (let pixel = 0; pixel < pixels; pixel++) {
      const from = (n * pixels + pixel) * channels;
      for (let c = 0; c < channels; c++) moved[(n * channels + c) * pixels + pixel] = data[from + c]!;
    }
  }
  return { shape: [batch, channels, height, width], data: moved };
}
