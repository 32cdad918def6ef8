import type { WeightScope } from "../weights/weights.ts";
import type { Backbone } from "./backbone.ts";
import { swigluSize } from "./dinov2.ts";
import { embed, embeddingWeights } from "./embeddings.ts";
import { resizeAntialiased } from "./operators/resize-antialiased.ts";
import { swiglu } from "./operators/swiglu.ts";
import type { Tipsv2Config } from "./tipsv2-config.ts";
import { type BlockWeights, encoderTaps, type Mlp, type SwigluMlp } from "./transformer.ts";

/** Binds the names of published checkpoints, under `vision_encoder`: tokens after four blocks, normalised as DINOv2's. */
export function tipsv2(scope: WeightScope, config: Tipsv2Config): Backbone {
  const { hiddenSize: d, epsilon, qkvBias, registers } = config;
  const block = (layer: WeightScope): BlockWeights => ({
    norm1: layer.norm("norm1", d, epsilon),
    qkv: layer.linear("attn.qkv", d, 3 * d, { bias: qkvBias }),
    attentionOutput: layer.linear("attn.proj", d, d, { scale: "ls1.gamma", coarsest: "q8" }),
    norm2: layer.norm("norm2", d, epsilon),
    mlp: mlpWeights(layer, config),
  });
  const embeddings = embeddingWeights(scope, config, {
    patches: "patch_embed.proj",
    classToken: "cls_token",
    positions: "pos_embed",
    ...(registers > 0 && { registers: { name: "register_tokens", count: registers } }),
  });
  const blocks = Array.from({ length: config.layers }, (_, i) => block(scope.at(`blocks.${i}`)));
  const norm = config.normTaps ? scope.norm("norm", d, epsilon) : undefined;
  return (ops, pixels) => {
    const { tokens, grid } = embed(ops, pixels, embeddings, config, resizeAntialiased);
    const taps = encoderTaps(ops, tokens, blocks, config.heads, config.taps);
    return { taps: norm ? taps.map((tap) => ops.layerNorm(tap, norm)) : taps, grid, leading: 1 + registers };
  };
}

function mlpWeights(
  layer: WeightScope,
  { hiddenSize: d, mlpRatio, swiglu: isGated, activation }: Tipsv2Config,
): Mlp | SwigluMlp {
  const hidden = Math.trunc(d * mlpRatio);
  const scale = "ls2.gamma";
  if (isGated) {
    const gated = swigluSize(hidden);
    const down = layer.linear("mlp.w3", gated, d, { scale });
    return { kind: "swiglu", up: layer.linear("mlp.w12", d, 2 * gated), down, swiglu };
  }
  const down = layer.linear("mlp.c_proj", hidden, d, { scale });
  return { kind: "mlp", up: layer.linear("mlp.c_fc", d, hidden), down, activation };
}
