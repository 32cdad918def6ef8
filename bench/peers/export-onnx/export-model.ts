import type { HeadConfig, ModelConfig } from "../../../src/model/config/config.ts";
import type { Extent } from "../../../src/model/network/ops.ts";
import type { Precision, Shape } from "../../../src/runtime/graph/tensor.ts";
import { type AttentionForm, backbone } from "./backbone.ts";
import { fusion, reassemble } from "./neck.ts";
import { OnnxGraph, type OnnxValue } from "./onnx-graph.ts";
import { OnnxOps, type TensorLookup } from "./onnx-ops.ts";

export interface ExportOptions {
  /** Of `pixel_values`: `[N, 3, H, W]`, at least one patch. */
  readonly shape: Shape;
  readonly precision: Precision;
  readonly attention: AttentionForm;
}

/**
 * A model of transformers as an ONNX graph in its own order of operations, none of this project's rewrites in it:
 * what PyTorch's exporter would give at a fixed size. `pixel_values` in, `logits` or `predicted_depth` out, both f32.
 */
export function exportModel(config: ModelConfig, tensor: TensorLookup, options: ExportOptions): OnnxGraph {
  const { shape, precision } = options;
  const graph = new OnnxGraph(precision);
  const ops = new OnnxOps(graph, tensor);
  const { patch } = config.backbone;
  const grid = { height: Math.floor(shape[2]! / patch), width: Math.floor(shape[3]! / patch) };
  const pixels = graph.input("pixel_values", shape);
  const taps = backbone(ops, graph.toPrecision(pixels), config.backbone, grid, options.attention);
  const { task, ...decoder } = config.decoders[0]!;
  const maps = reassemble(ops, taps, grid, decoder.reassemble);
  const fused = fusion(ops, maps, decoder.fusion, decoder.headInput);
  const whole = { height: grid.height * patch, width: grid.width * patch };
  const y = head(ops, fused[decoder.headInput]!, decoder.head, whole);
  const name = task === "segmentation" ? "logits" : "predicted_depth";
  graph.output(name, "Cast", [y], y.shape, { to: { int: 1 } });
  return graph;
}

function head(ops: OnnxOps, x: OnnxValue, config: HeadConfig, whole: Extent): OnnxValue {
  switch (config.kind) {
    case "segmentation":
      return segmentationHead(ops, x);
    case "depth": {
      const projected = config.addProjection
        ? ops.activation(ops.conv2d(x, "head.projection", { padding: 1 }), "relu")
        : x;
      const narrow = ops.conv2d(projected, "head.head.0", { padding: 1 });
      const hidden = ops.conv2d(doubled(ops, narrow), "head.head.2", { padding: 1 });
      return withoutChannel(ops, ops.activation(lastConvolution(ops, hidden, "head.head.4"), "relu"));
    }
    case "depth-anything": {
      const narrow = ops.conv2d(x, "head.conv1", { padding: 1 });
      const large = ops.resize(narrow, whole, "bilinear", { alignCorners: true });
      const y = lastConvolution(ops, ops.conv2d(large, "head.conv2", { padding: 1 }), "head.conv3");
      const depth = ops.activation(y, config.metric ? "sigmoid" : "relu");
      return withoutChannel(ops, ops.multiply(depth, ops.scalar(config.maxDepth)));
    }
    default:
      throw new Error(`export: want a head of DPT or Depth Anything, got ${config.kind}. Choose another model.`);
  }
}

function segmentationHead(ops: OnnxOps, x: OnnxValue): OnnxValue {
  const normed = ops.batchNorm(ops.conv2d(x, "head.head.0", { padding: 1, bias: false }), "head.head.1");
  return doubled(ops, ops.conv2d(ops.activation(normed, "relu"), "head.head.4"));
}

function lastConvolution(ops: OnnxOps, x: OnnxValue, name: string): OnnxValue {
  return ops.conv2d(ops.activation(x, "relu"), name);
}

function doubled(ops: OnnxOps, x: OnnxValue): OnnxValue {
  const [, , height, width] = x.shape as [number, number, number, number];
  return ops.resize(x, { height: 2 * height, width: 2 * width }, "bilinear", { alignCorners: true });
}

/** `[N, 1, H, W]` → `[N, H, W]`. */
function withoutChannel(ops: OnnxOps, x: OnnxValue): OnnxValue {
  return ops.reshape(x, [x.shape[0]!, x.shape[2]!, x.shape[3]!]);
}
