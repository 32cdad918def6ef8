import type { FusionConfig, ReassembleConfig } from "../../../src/model/config/config.ts";
import type { Extent } from "../../../src/model/network/ops.ts";
import type { OnnxValue } from "./onnx-graph.ts";
import type { OnnxOps } from "./onnx-ops.ts";

/** DPTReassembleStage and the neck's convolutions: tokens `[N, 1 + h·w, D]` to maps `[N, F, f·h, f·w]`. */
export function reassemble(
  ops: OnnxOps,
  taps: readonly OnnxValue[],
  grid: Extent,
  config: ReassembleConfig,
): OnnxValue[] {
  return taps.map((tokens, i) => {
    const path = `neck.reassemble_stage.layers.${i}`;
    const [batch, , d] = tokens.shape as [number, number, number];
    const mixed = readout(ops, tokens, `neck.reassemble_stage.readout_projects.${i}.0`, config);
    const map = ops.reshape(ops.transpose(mixed, [0, 2, 1]), [batch, d, grid.height, grid.width]);
    const projected = ops.conv2d(map, `${path}.projection`);
    return ops.conv2d(resample(ops, projected, `${path}.resize`, config.factors[i]!), `neck.convs.${i}`, {
      padding: 1,
      bias: false,
    });
  });
}

function readout(ops: OnnxOps, tokens: OnnxValue, path: string, config: ReassembleConfig): OnnxValue {
  const count = tokens.shape[1]!;
  const patches = ops.slice(tokens, 1, 1, count);
  if (config.readout === "ignore") return patches;
  const classToken = ops.slice(tokens, 1, 0, 1);
  if (config.readout === "add") return ops.add(patches, classToken);
  const pairs = ops.concatenate([patches, ops.expand(classToken, patches.shape)], 2);
  return ops.activation(ops.linear(pairs, path), config.activation);
}

function resample(ops: OnnxOps, x: OnnxValue, path: string, factor: number): OnnxValue {
  if (factor > 1) return ops.convTranspose2d(x, path);
  return factor < 1 ? ops.conv2d(x, path, { stride: 1 / factor, padding: 1 }) : x;
}

/** DPTFeatureFusionStage: maps fine to coarse, to the fused maps coarse to fine, up to the last one that is needed. */
export function fusion(ops: OnnxOps, maps: readonly OnnxValue[], config: FusionConfig, last: number): OnnxValue[] {
  const coarseToFine = maps.toReversed();
  const fused: OnnxValue[] = [];
  for (const [i, map] of coarseToFine.slice(0, last + 1).entries()) {
    const path = `neck.fusion_stage.layers.${i}`;
    const before = fused.at(-1);
    const merged = before ? merge(ops, before, map, path, config) : map;
    const refined = residualUnit(ops, merged, `${path}.residual_layer2`, config);
    const next = config.growth === "next" ? coarseToFine[i + 1] : undefined;
    const { height, width } = extent(refined);
    const to = next ? extent(next) : { height: 2 * height, width: 2 * width };
    fused.push(ops.conv2d(ops.resize(refined, to, "bilinear", { alignCorners: true }), `${path}.projection`));
  }
  return fused;
}

function merge(ops: OnnxOps, x: OnnxValue, map: OnnxValue, path: string, config: FusionConfig): OnnxValue {
  const resized = ops.resize(map, extent(x), "bilinear", { alignCorners: false });
  return ops.add(x, residualUnit(ops, resized, `${path}.residual_layer1`, config));
}

function residualUnit(ops: OnnxOps, x: OnnxValue, path: string, { batchNorm, bias }: FusionConfig): OnnxValue {
  const half = (input: OnnxValue, i: 1 | 2) => {
    const y = ops.conv2d(ops.activation(input, "relu"), `${path}.convolution${i}`, { padding: 1, bias });
    return batchNorm ? ops.batchNorm(y, `${path}.batch_norm${i}`) : y;
  };
  return ops.add(half(half(x, 1), 2), x);
}

function extent({ shape }: OnnxValue): Extent {
  return { height: shape[2]!, width: shape[3]! };
}
