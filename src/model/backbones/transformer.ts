import type { Activation } from "../../kernels/shared/activation.ts";
import type { Tensor } from "../../runtime/graph/graph.ts";
import type { Linear, Norm } from "../network/layers.ts";
import type { Ops } from "../network/ops.ts";
import type { swiglu } from "./operators/swiglu.ts";

/** `W₂ act(W₁ x + b₁) + b₂`. */
export interface Mlp {
  readonly kind: "mlp";
  readonly up: Linear;
  readonly down: Linear;
  readonly activation: Activation;
}

/** `W₂ (silu(x₁) · x₂) + b₂` with `[x₁ x₂] = W₁ x + b₁`. */
export interface SwigluMlp {
  readonly kind: "swiglu";
  readonly up: Linear;
  readonly down: Linear;
  /** The operator between, which few models have. */
  readonly swiglu: typeof swiglu;
}

/** A pre-norm transformer block. */
export interface BlockWeights {
  readonly norm1: Norm;
  /** Query, key and value side by side: one product of x instead of three. */
  readonly qkv: Linear;
  /** Bound to be q8 at the coarsest: a twelfth of the block's weights, it brings a sixth of the error of q4. */
  readonly attentionOutput: Linear;
  readonly norm2: Norm;
  readonly mlp: Mlp | SwigluMlp;
}

/**
 * Equations 2 and 3 of the ViT paper: `z' = MSA(LN(z)) + z`, `z'' = MLP(LN(z')) + z'`, on tokens `[N, T, D]`.
 * @param bias `[heads, T, T]`, added to the scores
 */
function transformerBlock(ops: Ops, z: Tensor, block: BlockWeights, heads: number, bias?: Tensor): Tensor {
  const qkv = ops.linear(ops.layerNorm(z, block.norm1), block.qkv);
  const attended = ops.linear(ops.attention(qkv, heads, { bias }), block.attentionOutput, { residuals: [z] });
  const hidden = mlpHidden(ops, ops.layerNorm(attended, block.norm2), block.mlp);
  return ops.linear(hidden, block.mlp.down, { residuals: [attended] });
}

function mlpHidden(ops: Ops, x: Tensor, mlp: Mlp | SwigluMlp): Tensor {
  if (mlp.kind === "swiglu") return mlp.swiglu(ops, ops.linear(x, mlp.up));
  return ops.linear(x, mlp.up, { activation: mlp.activation });
}

/** The tokens after some of the blocks, in order. */
export function encoderTaps(
  ops: Ops,
  tokens: Tensor,
  blocks: readonly BlockWeights[],
  heads: number,
  /** Indices of blocks, ascending; those after the last are never run. */
  taps: readonly number[],
  /** What a block adds to the scores of its attention, by the block's index. */
  biasOf: (block: number) => Tensor | undefined = () => undefined,
): Tensor[] {
  const tapped: Tensor[] = [];
  let z = tokens;
  for (const [i, block] of blocks.entries()) {
    if (i > taps.at(-1)!) break;
    z = transformerBlock(ops, z, block, heads, biasOf(i));
    if (taps.includes(i)) tapped.push(z);
  }
  return tapped;
}
