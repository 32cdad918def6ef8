import { convTranspose2d } from "../../../../src/kernels/conv-transpose2d.ts";
import { conv2d } from "../../../../src/kernels/conv2d.ts";
import { matmul } from "../../../../src/kernels/matmul.ts";
import type { Activation } from "../../../../src/kernels/shared/activation.ts";
import type { Epilogue } from "../../../../src/kernels/shared/epilogue.ts";
import {
  packConv2d,
  packConvTranspose2d,
  packedShape,
  packLinear,
  packVector,
} from "../../../../src/kernels/shared/pack.ts";
import { quantize } from "../../../../src/kernels/shared/quantize.ts";
import { QUANTIZED_STORAGE } from "../../../../src/kernels/shared/quantized-storage.ts";
import { windowedRows } from "../../../../src/kernels/shared/windows.ts";
import { elementCount } from "../../../../src/runtime/graph/tensor.ts";
import { expectProduct } from "../../../kernels/check-product.ts";
import { sumTolerance } from "../../../kernels/sum-tolerance.ts";
import { convTranspose2d as convTranspose2dLoop } from "../../../reference/conv-transpose2d.ts";
import { conv2d as conv2dLoop } from "../../../reference/conv2d.ts";
import { dequantize } from "../../../reference/dequantize.ts";
import { epilogue as finish } from "../../../reference/epilogue.ts";
import { matmul as matmulLoop } from "../../../reference/matmul.ts";
import type { Choices } from "../choices.ts";
import type { Operator } from "../trial.ts";
import { WEBNN_ACTIVATION, WEBNN_ULPS } from "../webnn.ts";

const ACTIVATIONS: readonly Activation[] = ["none", "relu", "gelu", "geluTanh", "quickGelu", "silu", "sigmoid"];

/** Positive numbers pass nothing on the way that could cancel. */
function epilogueOf(choose: Choices, isPositive: boolean): Epilogue {
  const activation = choose.chance(0.5) ? "none" : choose.pick(ACTIVATIONS);
  if (isPositive) return { activation };
  const bias = choose.pick([undefined, "channel", "image"] as const);
  return { activation, residuals: choose.pick([0, 0, 1, 2] as const), ...(bias && { bias }) };
}

/** What x or the weight has in common with matrices of that shape. */
function cutOf(choose: Choices, rows: number) {
  const how = choose.pick(["whole", "whole", "select", "windows"] as const);
  if (how === "select") {
    const first = choose.whole(2, 0);
    return { rows, select: { of: rows + first + choose.whole(2, 0), first } };
  }
  if (how === "whole") return { rows };
  const [height, width, window] = [choose.whole(7), choose.whole(7), choose.whole(4)];
  return { rows: height * width, windows: windowedRows({ height, width, window, shift: choose.whole(window - 1, 0) }) };
}

/** Linear layers and 1×1 convolutions, by any path, with any epilogue. */
export const matmulTrial: Operator = async (choose, { precisions, traits }) => {
  const precision = choose.pick(precisions);
  const isPositive = choose.chance(0.5);
  const cut = cutOf(choose, choose.whole(70));
  const [channelsIn, channelsOut] = [choose.whole(choose.chance(0.1) ? 700 : 60), choose.whole(70)];
  const quantized = !isPositive && choose.chance(0.2) ? choose.pick(["q8", "q4"] as const) : undefined;
  const epilogue = epilogueOf(choose, isPositive);
  const params = { batch: choose.whole(3), ...cut, channelsIn, channelsOut, ...epilogue, precision };
  const kernel = matmul({ ...params, quantized: quantized && QUANTIZED_STORAGE[quantized] });
  const x = choose.normal(elementCount(kernel.inputs[0]!.shape), precision, { isPositive });
  const weight = choose.normal(channelsOut * channelsIn, precision, { isPositive });
  const packed = packLinear(weight, channelsOut, channelsIn);
  const columns = packedShape(1, channelsIn, channelsOut)[1]!;
  const words = quantized && quantize(quantized, packed, columns, "weight");
  const values = quantized && dequantize(quantized, words!, packed.length / columns, columns);
  const stored = values
    ? weight.map((_, i) => values[(i % channelsIn) * columns + Math.floor(i / channelsIn)]!)
    : weight;
  const reference = (a: Float32Array, b: Float32Array) => matmulLoop(a, b, params);
  const product = { kernel, x, weight: stored, packed: words ?? packed, reference, depth: channelsIn, epilogue };
  const path = await choose.path(kernel, traits);
  const webnn = WEBNN_ULPS.matmul(channelsIn) + WEBNN_ACTIVATION[epilogue.activation ?? "none"];
  return {
    operator: quantized ? `matmul ${quantized}` : "matmul",
    parameters: { ...params, path: path.name },
    stages: path.stages,
    ...expectProduct(product),
    webnn: isPositive ? { ulps: webnn } : undefined,
  };
};

/** Convolutions of any window, stride and padding, by any path. */
export const conv2dTrial: Operator = async (choose, { precisions, traits }) => {
  const precision = choose.pick(precisions);
  const isPositive = choose.chance(0.5);
  const size = choose.whole(4);
  const side = () => choose.whole(size - 1, 0);
  const padding = { top: side(), bottom: side(), left: side(), right: side() };
  const [height, width] = [choose.whole(12, size), choose.whole(12, size)];
  const [channelsIn, channelsOut] = [choose.whole(24), choose.whole(40)];
  const epilogue = epilogueOf(choose, isPositive);
  const relu = choose.chance(0.3);
  const sizes = {
    batch: choose.whole(2),
    height,
    width,
    channelsIn,
    channelsOut,
    size,
    stride: choose.whole(3),
    padding,
  };
  const kernel = conv2d({ ...sizes, relu, ...epilogue, precision });
  const depth = size * size * channelsIn;
  const x = choose.normal(sizes.batch * height * width * channelsIn, precision, { isPositive });
  const weight = choose.normal(channelsOut * depth, precision, { isPositive });
  const packed = packConv2d(weight, channelsOut, channelsIn, size * size);
  const reference = (a: Float32Array, b: Float32Array) =>
    conv2dLoop(relu ? a.map((value) => Math.max(value, 0)) : a, b, sizes);
  const path = await choose.path(kernel, traits);
  return {
    operator: "conv2d",
    parameters: { ...sizes, relu, ...epilogue, precision, path: path.name },
    stages: path.stages,
    ...expectProduct({ kernel, x, weight, packed, reference, depth, epilogue }),
    webnn: isPositive
      ? { ulps: WEBNN_ULPS.conv2d(depth) + WEBNN_ACTIVATION[epilogue.activation ?? "none"] }
      : undefined,
  };
};

/** Transposed convolutions whose stride is their window, by any path. */
export const convTranspose2dTrial: Operator = async (choose, { precisions, traits }) => {
  const precision = choose.pick(precisions);
  const isPositive = choose.chance(0.5);
  const [batch, height, width] = [choose.whole(2), choose.whole(9), choose.whole(9)];
  const [channelsIn, channelsOut, size] = [choose.whole(40), choose.whole(16), choose.whole(4)];
  const sizes = { batch, height, width, channelsIn, channelsOut, size };
  const kernel = convTranspose2d({ ...sizes, precision });
  const x = choose.normal(batch * height * width * channelsIn, precision, { isPositive });
  const weight = choose.normal(channelsIn * channelsOut * size ** 2, precision, { isPositive });
  const bias = choose.normal(channelsOut, "f32", { isPositive });
  const want = finish(convTranspose2dLoop(x, weight, sizes), channelsOut, { bias });
  const products = convTranspose2dLoop(x.map(Math.abs), weight.map(Math.abs), sizes);
  const magnitudes = finish(products, channelsOut, { bias: bias.map(Math.abs) });
  const path = await choose.path(kernel, traits);
  return {
    operator: "convTranspose2d",
    parameters: { ...sizes, precision, path: path.name },
    stages: path.stages,
    inputs: [x, packConvTranspose2d(weight, channelsIn, channelsOut, size ** 2), packVector(bias, size ** 2)],
    want,
    bound: sumTolerance(magnitudes, channelsIn, want, {}),
    webnn: isPositive ? { ulps: WEBNN_ULPS.conv2d(channelsIn) + WEBNN_ULPS.add } : undefined,
  };
};
