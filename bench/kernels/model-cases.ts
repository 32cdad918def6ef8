import type { BackboneConfig, DecoderConfig, ModelConfig } from "../../src/model/config/config.ts";
import { UsageError } from "../../src/runtime/errors.ts";
import type { Precision } from "../../src/runtime/graph/tensor.ts";
import { attentionCase } from "./cases/attention-case.ts";
import { convTranspose2dCase } from "./cases/conv-transpose2d-case.ts";
import { conv2dCases } from "./cases/conv2d-cases.ts";
import { layerNormCase } from "./cases/layer-norm-case.ts";
import { matmulCase } from "./cases/matmul-case.ts";
import { resizeCase } from "./cases/resize-case.ts";
import type { KernelCase } from "./kernel-case.ts";

/**
 * A case for each matrix product, convolution, attention, norm and upsampling of a model, coarse to fine.
 * @throws UsageError for a backbone without one width
 */
export function modelCases(config: ModelConfig, size: number, precision: Precision): KernelCase[] {
  const grid = Math.floor(size / config.backbone.patch);
  return [
    ...backboneCases(config, grid, precision),
    ...config.decoders.flatMap((decoder) => [
      ...reassembleCases(config.backbone, decoder, grid, precision),
      ...fusionCases(decoder, grid, precision),
      ...headCases(config.backbone, decoder, size, precision),
    ]),
  ];
}

function backboneCases({ backbone }: ModelConfig, grid: number, precision: Precision): KernelCase[] {
  if (backbone.kind === "swinv2") {
    throw new UsageError(
      "bench: want a ViT, got swinv2. Its operators have other sizes in each stage: bench the model.",
    );
  }
  const { hiddenSize: d, heads, activation } = backbone;
  const inner = "mlpRatio" in backbone ? d * backbone.mlpRatio : backbone.intermediateSize;
  const tokens = 1 + (backbone.kind === "tipsv2" ? backbone.registers : 0) + grid * grid;
  return [
    layerNormCase("norms of a block", tokens, d, precision),
    matmulCase("query, key, value", tokens, d, 3 * d, {}, precision),
    attentionCase("attention", tokens, heads, d / heads, precision),
    matmulCase("attention's output", tokens, d, d, { residuals: 1 }, precision),
    matmulCase("MLP, up", tokens, d, inner, { activation }, precision),
    matmulCase("MLP, down", tokens, inner, d, { residuals: 1 }, precision),
  ];
}

function reassembleCases(
  { hiddenSize: d }: BackboneConfig,
  { reassemble }: DecoderConfig,
  grid: number,
  precision: Precision,
): KernelCase[] {
  const { activation, readout } = reassemble;
  const square = { height: grid, width: grid };
  const mixed = [
    matmulCase("readout, class token", 1, d, d, {}, precision),
    matmulCase("readout", grid * grid, d, d, { activation }, precision),
  ];
  const stages = reassemble.channels.flatMap((channels, i) => {
    if (reassemble.ignored.includes(i)) return [];
    const factor = reassemble.factors[i]!;
    const projection = matmulCase("reassemble, projection", grid * grid, d, channels, {}, precision);
    if (factor === 1) return [projection];
    if (factor > 1) {
      const role = `reassemble, ${factor} times the grid`;
      return [projection, convTranspose2dCase(role, square, channels, factor, precision)];
    }
    const shape = { ...square, channelsIn: channels, channelsOut: channels, stride: 1 / factor, bias: true };
    return [projection, ...conv2dCases(`reassemble, 1/${1 / factor} of the grid`, shape, precision)];
  });
  return readout === "project" ? [...mixed, ...stages] : stages;
}

function fusionCases({ reassemble, fusion }: DecoderConfig, grid: number, precision: Precision): KernelCase[] {
  const { channels: f, growth } = fusion;
  const bias = fusion.bias || fusion.batchNorm;
  const sides = reassemble.factors.map((factor) => mapSide(grid, factor));
  const narrowed = reassemble.channels.flatMap((channelsIn, i) => {
    const shape = { height: sides[i]!, width: sides[i]!, channelsIn, channelsOut: f, bias: false };
    return conv2dCases("to the fusion's channels", shape, precision);
  });
  let side = sides.at(-1)!;
  const blocks = sides.toReversed().flatMap((_, i, coarseToFine) => {
    const from = { height: side, width: side };
    const shape = { ...from, channelsIn: f, channelsOut: f, bias };
    side = (growth === "next" ? coarseToFine[i + 1] : undefined) ?? 2 * side;
    return [
      ...conv2dCases("residual unit, first", { ...shape, relu: true, activation: "relu" }, precision),
      ...conv2dCases("residual unit, second", { ...shape, residuals: 1 }, precision),
      ...conv2dCases("residual unit, second, merged", { ...shape, residuals: 2 }, precision),
      matmulCase("fusion's projection", from.height * from.width, f, f, {}, precision),
      resizeCase("fusion's upsampling", from, { height: side, width: side }, f, precision),
    ];
  });
  return [...narrowed, ...blocks];
}

/** Channels before the last 1×1 convolution of DPT's own depth head. */
const DEPTH_CHANNELS = 32;

function headCases(
  backbone: BackboneConfig,
  { reassemble, fusion, head }: DecoderConfig,
  size: number,
  precision: Precision,
): KernelCase[] {
  const { channels: f } = fusion;
  const grid = Math.floor(size / backbone.patch);
  const [finest, coarsest] = [reassemble.factors[0]!, reassemble.factors.at(-1)!];
  // Doubled in every fusion block, an odd grid's maps outgrow those that are merged in.
  const doubled = 2 ** reassemble.factors.length * mapSide(grid, coarsest);
  const side = fusion.growth === "next" ? 2 * mapSide(grid, finest) : doubled;
  const square = { height: side, width: side };
  if (head.kind === "segmentation") {
    const shape = { ...square, channelsIn: f, channelsOut: f, activation: "relu", bias: true } as const;
    return [
      ...conv2dCases("head", shape, precision),
      matmulCase("head, classes", side * side, f, head.labels.length, {}, precision),
      resizeCase("logits' upsampling", square, { height: 2 * side, width: 2 * side }, head.labels.length, precision),
    ];
  }
  switch (head.kind) {
    case "tips-segmentation":
      return conv2dCases("head", { ...square, channelsIn: f, channelsOut: head.labels.length, bias: true }, precision);
    case "tips-normals":
      return conv2dCases("head", { ...square, channelsIn: f, channelsOut: 3, bias: true }, precision);
    case "tips-depth": {
      const shape = { ...square, channelsIn: f, channelsOut: f, activation: head.activation, bias: true };
      const bins = matmulCase("head, bins", side * side, f, head.bins, {}, precision);
      return [...conv2dCases("head", shape, precision), bins];
    }
  }
  const half = Math.floor(f / 2);
  const [whole, channels] = head.kind === "depth" ? [2 * side, DEPTH_CHANNELS] : [grid * backbone.patch, head.channels];
  const large = { height: whole, width: whole };
  const last = { ...large, channelsIn: half, channelsOut: channels, activation: "relu", bias: true } as const;
  return [
    ...conv2dCases("head, first", { ...square, channelsIn: f, channelsOut: half, bias: true }, precision),
    resizeCase("head's upsampling", square, large, half, precision),
    ...conv2dCases("head, second", last, precision),
    matmulCase("head, last", whole * whole, channels, 1, { activation: "relu" }, precision),
  ];
}

function mapSide(grid: number, factor: number): number {
  return factor < 1 ? Math.floor((grid - 1) * factor) + 1 : grid * factor;
}
