import type { Tensor } from "../../runtime/graph/graph.ts";
import type { BackboneOutput } from "../backbones/backbone.ts";
import type { ReassembleConfig } from "../config/config.ts";
import type { WeightScope } from "../weights/weights.ts";
import type { Conv, Linear } from "./layers.ts";
import type { NeckNames } from "./neck-names.ts";
import type { Extent, Ops } from "./ops.ts";

/** One stage of the reassemble operation. */
export interface StageWeights {
  /** The two halves of the readout projection: for each token, and for the class token. */
  readonly readout: readonly [Linear, Linear] | undefined;
  readonly projection: Linear;
  /** A transposed convolution above the patch grid, a strided one below it. */
  readonly resize: Conv | undefined;
}

/** Binds the stages of a neck; undefined for one that passes as it is. */
export function reassembleWeights(
  scope: WeightScope,
  names: NeckNames,
  config: ReassembleConfig,
  hiddenSize: number,
): (StageWeights | undefined)[] {
  return config.factors.map((factor, i) => {
    if (config.ignored.includes(i)) return undefined;
    const channels = config.channels[i]!;
    const readout = config.readout === "project" ? scope.split(names.readout(i), hiddenSize, hiddenSize) : undefined;
    const projection = scope.linear(names.projection(i), hiddenSize, channels, {
      stored: [channels, hiddenSize, 1, 1],
      coarsest: "q8",
    });
    return { readout, projection, resize: resizeWeights(scope, names.resize(i), channels, factor) };
  });
}

function resizeWeights(scope: WeightScope, name: string, channels: number, factor: number): Conv | undefined {
  if (factor > 1) return scope.convTranspose2d(name, channels, channels, factor);
  if (factor < 1) return scope.conv2d(name, channels, channels, 3, { stride: Math.trunc(1 / factor) });
  return undefined;
}

/** Section 3.1 of the paper, `Reassemble = Resample ∘ Concatenate ∘ Read`: tokens to maps `[N, f·h, f·w, C]`. */
export function reassemble(
  ops: Ops,
  { taps, grid, leading = 1 }: BackboneOutput,
  stages: readonly (StageWeights | undefined)[],
  config: ReassembleConfig,
): Tensor[] {
  return stages.map((stage, i) => {
    if (!stage) return taps[i]!;
    const map = read(ops, taps[i]!, grid, leading, stage, config);
    if (!stage.resize) return map;
    const factor = config.factors[i]!;
    return factor > 1 ? ops.convTranspose2d(map, stage.resize) : ops.conv2d(map, stage.resize);
  });
}

/** Tokens `[N, R + h·w, D]` to a map `[N, h, w, C]`: the class token mixed in, then the 1×1 projection. */
function read(
  ops: Ops,
  tokens: Tensor,
  { height, width }: Extent,
  leading: number,
  { readout, projection }: StageWeights,
  { readout: kind, activation }: ReassembleConfig,
): Tensor {
  const batch = tokens.shape[0]!;
  const patches = { first: leading, count: height * width };
  const classToken = { first: 0, count: 1 };
  const asMap = (x: Tensor) => ops.graph.reshape(x, [batch, height, width, projection.channelsOut]);
  switch (kind) {
    case "ignore":
      return asMap(ops.linear(tokens, projection, { rows: patches }));
    case "add": {
      // P(t + c) + b = Pt + (Pc + b): the bracket is one vector for each image.
      const imageBias = ops.linear(tokens, projection, { rows: classToken });
      return asMap(ops.linear(tokens, projection, { rows: patches, imageBias }));
    }
    case "project": {
      // W[t; c] + b = W₁t + (W₂c + b): half the work, since the bracket is one vector for each image.
      const [forPatch, forClass] = readout!;
      const imageBias = ops.linear(tokens, forClass, { rows: classToken });
      const mixed = ops.linear(tokens, forPatch, { rows: patches, imageBias, activation });
      return asMap(ops.linear(mixed, projection));
    }
  }
}
