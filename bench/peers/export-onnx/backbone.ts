import type { BackboneConfig } from "../../../src/model/config/config.ts";
import type { Extent } from "../../../src/model/network/ops.ts";
import { UsageError } from "../../../src/runtime/errors.ts";
import type { OnnxValue } from "./onnx-graph.ts";
import type { OnnxOps } from "./onnx-ops.ts";

/** How attention is written: as PyTorch's exporter does, or as ONNX Runtime's own operator. */
export type AttentionForm = "plain" | "fused";

/** The kinds that the peers are given. */
type Exported = Extract<BackboneConfig, { readonly kind: "vit" | "dinov2" }>;

/**
 * Pixels `[N, 3, H, W]` to what the neck receives, tokens `[N, 1 + h·w, D]` from four depths.
 * @throws UsageError for a backbone that has not been written in ONNX's operators
 */
export function backbone(
  ops: OnnxOps,
  pixels: OnnxValue,
  config: BackboneConfig,
  grid: Extent,
  form: AttentionForm,
): OnnxValue[] {
  if (config.kind !== "vit" && config.kind !== "dinov2") {
    throw new UsageError(`export: want the backbone vit or dinov2, got ${config.kind}. Compare one of these.`);
  }
  const path = config.kind === "vit" ? "dpt" : "backbone";
  const block = config.kind === "vit" ? vitBlock : dinov2Block;
  const taps: OnnxValue[] = [];
  let z = embeddings(ops, pixels, `${path}.embeddings`, config, grid);
  for (let i = 0; i <= config.taps.at(-1)!; i++) {
    z = block(ops, z, `${path}.encoder.layer.${i}`, config, form);
    if (config.taps.includes(i)) taps.push(z);
  }
  const hasNorm = config.kind === "dinov2" && config.normTaps;
  return hasNorm ? taps.map((tap) => ops.layerNorm(tap, `${path}.layernorm`, config.epsilon)) : taps;
}

function embeddings(
  ops: OnnxOps,
  pixels: OnnxValue,
  path: string,
  { patch, grid: trained, hiddenSize: d, interpolation }: Exported,
  grid: Extent,
): OnnxValue {
  const batch = pixels.shape[0]!;
  const count = grid.height * grid.width;
  const map = ops.conv2d(pixels, `${path}.patch_embeddings.projection`, { stride: patch });
  const patches = ops.transpose(ops.reshape(map, [batch, d, count]), [0, 2, 1]);
  const classToken = ops.expand(ops.weight(`${path}.cls_token`), [batch, 1, d]);
  const tokens = ops.concatenate([classToken, patches], 1);

  // In f32 up to here: ONNX Runtime folds it all into one constant when it loads, which it cannot in f16.
  const table = ops.weight(`${path}.position_embeddings`, "f32");
  const square = ops.reshape(ops.slice(table, 1, 1, 1 + trained * trained), [1, trained, trained, d]);
  const resized = ops.resize(ops.transpose(square, [0, 3, 1, 2]), grid, interpolation, { alignCorners: false });
  const positions = ops.transpose(ops.reshape(resized, [1, d, count]), [0, 2, 1]);
  const all = ops.concatenate([ops.slice(table, 1, 0, 1), positions], 1);
  return ops.add(tokens, ops.graph.toPrecision(all));
}

function vitBlock(ops: OnnxOps, z: OnnxValue, path: string, config: Exported, form: AttentionForm): OnnxValue {
  const attended = attention(ops, ops.layerNorm(z, `${path}.layernorm_before`, config.epsilon), path, config, form);
  const middle = ops.add(attended, z);
  const normed = ops.layerNorm(middle, `${path}.layernorm_after`, config.epsilon);
  const hidden = ops.activation(ops.linear(normed, `${path}.intermediate.dense`), config.activation);
  return ops.add(ops.linear(hidden, `${path}.output.dense`), middle);
}

function dinov2Block(ops: OnnxOps, z: OnnxValue, path: string, config: Exported, form: AttentionForm): OnnxValue {
  const attended = attention(ops, ops.layerNorm(z, `${path}.norm1`, config.epsilon), path, config, form);
  const middle = ops.add(ops.multiply(attended, ops.weight(`${path}.layer_scale1.lambda1`)), z);
  const normed = ops.layerNorm(middle, `${path}.norm2`, config.epsilon);
  const mlp =
    config.kind === "dinov2" && config.swiglu ? swiglu(ops, normed, path) : plainMlp(ops, normed, path, config);
  return ops.add(ops.multiply(mlp, ops.weight(`${path}.layer_scale2.lambda1`)), middle);
}

function plainMlp(ops: OnnxOps, x: OnnxValue, path: string, { activation }: Exported): OnnxValue {
  return ops.linear(ops.activation(ops.linear(x, `${path}.mlp.fc1`), activation), `${path}.mlp.fc2`);
}

function swiglu(ops: OnnxOps, x: OnnxValue, path: string): OnnxValue {
  const both = ops.linear(x, `${path}.mlp.weights_in`);
  const width = both.shape[2]! / 2;
  const gate = ops.activation(ops.slice(both, 2, 0, width), "silu");
  return ops.linear(ops.multiply(gate, ops.slice(both, 2, width, 2 * width)), `${path}.mlp.weights_out`);
}

function attention(
  ops: OnnxOps,
  x: OnnxValue,
  path: string,
  { heads, qkvBias }: Exported,
  form: AttentionForm,
): OnnxValue {
  const [q, k, v] = ["query", "key", "value"].map((name) =>
    ops.linear(x, `${path}.attention.attention.${name}`, { bias: qkvBias }),
  ) as [OnnxValue, OnnxValue, OnnxValue];
  const mixed = form === "fused" ? fusedAttention(ops, q, k, v, heads) : plainAttention(ops, q, k, v, heads);
  return ops.linear(mixed, `${path}.attention.output.dense`);
}

function fusedAttention(ops: OnnxOps, q: OnnxValue, k: OnnxValue, v: OnnxValue, heads: number): OnnxValue {
  return ops.graph.node("MultiHeadAttention", [q, k, v], q.shape, { num_heads: { int: heads } }, "com.microsoft");
}

function plainAttention(ops: OnnxOps, q: OnnxValue, k: OnnxValue, v: OnnxValue, heads: number): OnnxValue {
  const [batch, tokens, d] = q.shape as [number, number, number];
  const split = (value: OnnxValue) => ops.reshape(value, [batch, tokens, heads, d / heads]);
  const scaled = ops.multiply(ops.transpose(split(q), [0, 2, 1, 3]), ops.scalar((d / heads) ** -0.5));
  const square = [batch, heads, tokens, tokens];
  const scores = ops.graph.node("MatMul", [scaled, ops.transpose(split(k), [0, 2, 3, 1])], square);
  const weights = ops.graph.node("Softmax", [scores], square, { axis: { int: -1 } });
  const perHead = ops.graph.node("MatMul", [weights, ops.transpose(split(v), [0, 2, 1, 3])], scaled.shape);
  return ops.reshape(ops.transpose(perHead, [0, 2, 1, 3]), [batch, tokens, d]);
}
