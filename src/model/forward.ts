import { UsageError } from "../runtime/errors.ts";
import { Graph, type Tensor } from "../runtime/graph.ts";
import type { NamedTensor } from "../runtime/read-tensors.ts";
import { loadFloats } from "../runtime/store-floats.ts";
import { elementCount, type Precision, type Shape } from "../runtime/tensor.ts";
import type { ModelConfig } from "./config.ts";
import { type DptWeights, dpt } from "./dpt.ts";
import { upsampledLogits } from "./heads.ts";
import { type InF32, Ops } from "./ops.ts";

export interface ForwardOptions {
  /** Whether `backbone.I` (what the neck receives) and `neck.I` (the fused maps) come out too. */
  readonly stages?: boolean;
  readonly inF32?: InF32 | undefined;
}

/**
 * The network alone, from `pixel_values` `[N, 3, H, W]` to `logits` or `predicted_depth`, for whoever prepares pictures
 * otherwise and for checking against PyTorch.
 * @throws UsageError for a shape that is no batch of pictures of at least one patch
 */
export function forwardGraph(
  config: ModelConfig,
  weights: DptWeights,
  precision: Precision,
  shape: Shape,
  { stages = false, inF32 }: ForwardOptions = {},
): Graph {
  const { channelsIn, patch } = config.backbone;
  const [batch = 0, channels, height = 0, width = 0] = shape;
  if (shape.length !== 4 || channels !== channelsIn || batch < 1 || height < patch || width < patch) {
    const want = `want pixel_values [batch, ${channelsIn}, height, width] of at least one ${patch}x${patch} patch`;
    throw new UsageError(`forward: ${want}, got [${shape.join(", ")}]. Resize the picture first.`);
  }
  const graph = new Graph();
  const ops = new Ops(graph, precision, inF32);
  const pixels = graph.input("pixel_values", { shape, dtype: precision });
  const { backbone, neck, output } = dpt(ops, pixels, weights, config, { all: stages });
  if (stages) {
    for (const [i, tap] of backbone.entries()) graph.output(`backbone.${i}`, tap);
    for (const [i, map] of neck.entries()) graph.output(`neck.${i}`, map);
  }
  if (config.head.kind === "segmentation") {
    graph.output(
      "logits",
      graph.part("head", () => upsampledLogits(ops, output)),
    );
  } else graph.output("predicted_depth", graph.reshape(output, output.shape.slice(0, 3)));
  return graph;
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
