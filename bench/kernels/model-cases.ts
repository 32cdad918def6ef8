import { attention } from "../../src/kernels/attention.ts";
import { convTranspose2d } from "../../src/kernels/conv-transpose2d.ts";
import { conv2d } from "../../src/kernels/conv2d.ts";
import { layerNorm } from "../../src/kernels/layer-norm.ts";
import { matmul } from "../../src/kernels/matmul.ts";
import { resize } from "../../src/kernels/resize.ts";
import { packConv2d, packConvTranspose2d, packedShape, packLinear, packVector } from "../../src/kernels/shared/pack.ts";
import { chooseWinograd, winogradFilters, winogradPoints } from "../../src/kernels/shared/winograd.ts";
import type { ModelConfig } from "../../src/model/config.ts";
import { winograd } from "../../src/model/winograd.ts";
import { randomNormal } from "../../test/random.ts";
import { attention as attentionLoop } from "../../test/reference/attention.ts";
import { convTranspose2d as convTranspose2dLoop } from "../../test/reference/conv-transpose2d.ts";
import { conv2d as conv2dLoop } from "../../test/reference/conv2d.ts";
import { epilogue } from "../../test/reference/epilogue.ts";
import { layerNorm as layerNormLoop } from "../../test/reference/layer-norm.ts";
import { matmul as matmulLoop } from "../../test/reference/matmul.ts";
import { resize as resizeLoop } from "../../test/reference/resize.ts";
import type { KernelCase, Sequence } from "./kernel-case.ts";

const precision = "f32";

/** The kernels that take a model's time, at the shapes they have for a picture of `size × size` pixels. */
export function modelCases(config: ModelConfig, size: number): KernelCase[] {
  const { hiddenSize: d, heads, patch } = config.backbone;
  const inner = config.backbone.kind === "vit" ? config.backbone.intermediateSize : d * config.backbone.mlpRatio;
  const f = config.fusion.channels;
  const [fine = 64, , , coarse = 384] = config.reassemble.channels;
  const grid = Math.floor(size / patch);
  const tokens = 1 + grid * grid;
  return [
    layerNormCase("norms of a block", tokens, d),
    matmulCase("query, key, value", tokens, d, 3 * d, {}),
    attentionCase("attention", tokens, heads, d / heads),
    matmulCase("attention's output", tokens, d, d, { residuals: 1 }),
    matmulCase("MLP, up", tokens, d, inner, { activation: "gelu" }),
    matmulCase("MLP, down", tokens, inner, d, { residuals: 1 }),
    convTranspose2dCase("reassemble, 4 times the grid", grid, fine, 4),
    ...conv2dCases("reassemble, half the grid", grid, coarse, coarse, { stride: 2 }),
    ...conv2dCases("to the fusion's channels", 4 * grid, fine, f, {}),
    ...conv2dCases("residual unit, first", 4 * grid, f, f, { relu: true, activation: "relu" }),
    ...conv2dCases("residual unit, second", 4 * grid, f, f, { residuals: 1 }),
    matmulCase("fusion's projection", 16 * grid * grid, f, f, {}),
    resizeCase("fusion's upsampling", 4 * grid, f),
    ...conv2dCases("head", 8 * grid, f, config.head.kind === "segmentation" ? f : f / 2, {}),
  ];
}

interface Finish {
  readonly activation?: "gelu" | "relu";
  readonly residuals?: 1;
}

function layerNormCase(role: string, rows: number, channels: number): KernelCase {
  const params = { rows, channels, epsilon: 1e-6 };
  const [x, weight, bias] = [random(rows * channels), random(channels), random(channels)];
  return {
    role,
    kernel: layerNorm({ ...params, precision }),
    inputs: [x, weight, bias],
    expected: () => layerNormLoop(x, weight, bias, params.epsilon),
  };
}

function matmulCase(role: string, rows: number, channelsIn: number, channelsOut: number, finish: Finish): KernelCase {
  const sizes = { batch: 1, rows, channelsIn, channelsOut };
  const [x, weight, bias] = [random(rows * channelsIn), weights(channelsOut, channelsIn), random(channelsOut)];
  const residuals = finish.residuals ? [random(rows * channelsOut)] : [];
  return {
    role,
    kernel: matmul({ ...sizes, precision, bias: "channel", ...finish }),
    inputs: [x, packLinear(weight, channelsOut, channelsIn), packVector(bias), ...residuals],
    expected: () => epilogue(matmulLoop(x, weight, sizes), channelsOut, { ...finish, bias, residuals }),
  };
}

function attentionCase(role: string, tokens: number, heads: number, headSize: number): KernelCase {
  const params = { batch: 1, tokens, heads, headSize, scale: headSize ** -0.5 };
  const qkv = random(tokens * 3 * heads * headSize);
  return {
    role,
    kernel: attention({ ...params, precision }),
    inputs: [qkv],
    expected: () => attentionLoop(qkv, params),
  };
}

/** A convolution directly, and by Winograd's algorithm where the model takes it. */
function conv2dCases(
  role: string,
  side: number,
  channelsIn: number,
  channelsOut: number,
  { stride = 1, relu = false, ...finish }: Finish & { stride?: number; relu?: boolean },
): KernelCase[] {
  const sizes = { batch: 1, height: side, width: side, channelsIn, channelsOut, size: 3, stride, padding: 1 };
  const [x, weight, bias] = [
    random(side * side * channelsIn),
    weights(channelsOut, 9 * channelsIn),
    random(channelsOut),
  ];
  const residuals = finish.residuals ? [random(side * side * channelsOut)] : [];
  const kernel = conv2d({ ...sizes, relu, precision, bias: "channel", ...finish });
  const packed = (values: Float32Array, taps: number) => packConv2d(values, channelsOut, channelsIn, taps);
  const added = [packVector(bias), ...residuals];
  let made: Float64Array | undefined;
  const expected = () => {
    const passed = relu ? x.map((value) => Math.max(value, 0)) : x;
    made ??= epilogue(conv2dLoop(passed, weight, sizes), channelsOut, { ...finish, bias, residuals });
    return made;
  };
  const directly: KernelCase = { role, kernel, inputs: [x, packed(weight, 9), ...added], expected };
  const tile = chooseWinograd({ ...sizes, precision }, "auto");
  if (tile === undefined) return [directly];
  const transformed = packed(winogradFilters(weight, tile), winogradPoints(tile));
  const how = { ...finish, side: tile, channelsOut, relu, precision, bias: "channel" } as const;
  const [map, , ...rest] = kernel.inputs;
  const sequence: Sequence = {
    label: `${kernel.label} by F(${tile}×${tile})`,
    inputs: [map!, { shape: packedShape(winogradPoints(tile), channelsIn, channelsOut), dtype: precision }, ...rest],
    output: kernel.output,
    flops: kernel.flops,
    record: (graph, [first, second, ...others]) => winograd(graph, how, first!, second!, others),
  };
  return [directly, { role, kernel: sequence, inputs: [x, transformed, ...added], expected }];
}

function convTranspose2dCase(role: string, side: number, channels: number, size: number): KernelCase {
  const sizes = { batch: 1, height: side, width: side, channelsIn: channels, channelsOut: channels, size };
  const taps = size * size;
  const [x, weight, bias] = [random(side * side * channels), weights(channels, channels * taps), random(channels)];
  return {
    role,
    kernel: convTranspose2d({ ...sizes, precision }),
    inputs: [x, packConvTranspose2d(weight, channels, channels, taps), packVector(bias, taps)],
    expected: () => epilogue(convTranspose2dLoop(x, weight, sizes), channels, { bias }),
  };
}

function resizeCase(role: string, side: number, channels: number): KernelCase {
  const x = random(side * side * channels);
  const how = { mode: "bilinear", alignCorners: true } as const;
  const [from, to] = [side, 2 * side];
  return {
    role,
    kernel: resize({ batch: 1, height: from, width: from, channels, outHeight: to, outWidth: to, ...how, precision }),
    inputs: [x],
    expected: () => resizeLoop(x, [from, from, channels], [to, to], how),
  };
}

function random(length: number): Float32Array {
  return randomNormal(length, length);
}

/** A matrix whose products with a random vector stay near 1. */
function weights(rows: number, columns: number): Float32Array {
  return randomNormal(rows * columns, rows, { deviation: columns ** -0.5 });
}
