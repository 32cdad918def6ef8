import { conv2d } from "../../../src/kernels/conv2d.ts";
import { chooseWinograd } from "../../../src/kernels/shared/choose-convolution.ts";
import { packConv2d, packedShape, packVector } from "../../../src/kernels/shared/pack.ts";
import { winogradFilters, winogradPoints } from "../../../src/kernels/shared/winograd-transforms.ts";
import { winograd } from "../../../src/model/network/winograd.ts";
import type { Precision } from "../../../src/runtime/graph/tensor.ts";
import { conv2d as conv2dLoop } from "../../../test/reference/conv2d.ts";
import type { CaseData, Expected, KernelCase, Sequence } from "../kernel-case.ts";
import { randomValues, randomWeights } from "../random-values.ts";
import { sample, takeRows } from "../sample.ts";
import { type Finish, finished } from "./finish.ts";

export interface Conv2dShape extends Finish {
  readonly height: number;
  readonly width: number;
  readonly channelsIn: number;
  readonly channelsOut: number;
  readonly stride?: number;
  /** Whether x passes a ReLU on the way in. */
  readonly relu?: boolean;
  readonly bias: boolean;
}

/** A convolution with a 3×3 window: directly, and by Winograd's algorithm where the model takes it. */
export function conv2dCases(role: string, shape: Conv2dShape, precision: Precision): KernelCase[] {
  const { height, width, channelsIn, channelsOut, stride = 1, relu = false, residuals, activation } = shape;
  const finish = { ...(residuals && { residuals }), ...(activation && { activation }) };
  const sizes = { batch: 1, height, width, channelsIn, channelsOut, size: 3, stride, padding: 1 };
  const epilogue = { ...finish, ...(shape.bias && { bias: "channel" as const }) };
  const kernel = conv2d({ ...sizes, relu, precision, ...epilogue });
  const data = (pack: (weight: Float32Array) => Float32Array) => (): CaseData => {
    const x = randomValues(height * width * channelsIn, precision);
    const weight = randomWeights(channelsOut, 9 * channelsIn, precision);
    const bias = shape.bias ? randomValues(channelsOut, precision) : undefined;
    const pixels = kernel.output.shape[1]! * kernel.output.shape[2]!;
    const added = Array.from({ length: residuals ?? 0 }, () => randomValues(pixels * channelsOut, precision));
    return {
      inputs: [x, pack(weight), ...(bias ? [packVector(bias)] : []), ...added],
      expected: () => expected(shape, x, weight, bias, added),
    };
  };
  const packed = (values: Float32Array, taps: number) => packConv2d(values, channelsOut, channelsIn, taps);
  const directly: KernelCase = {
    role,
    recordedAs: kernel.label,
    kernel,
    data: data((weight) => packed(weight, 9)),
  };
  const tile = chooseWinograd({ ...sizes, precision }, "auto");
  if (tile === undefined) return [directly];
  const points = winogradPoints(tile);
  const how = { ...epilogue, side: tile, channelsOut, relu, precision };
  const [map, , ...rest] = kernel.inputs;
  const sequence: Sequence = {
    label: `${kernel.label} by F(${tile}×${tile})`,
    inputs: [map!, { shape: packedShape(points, channelsIn, channelsOut), dtype: precision }, ...rest],
    output: kernel.output,
    flops: kernel.flops,
    record: (graph, [first, second, ...others]) => winograd(graph, how, first!, second!, others),
  };
  const transformed = data((weight) => packed(winogradFilters(weight, tile), points));
  return [directly, { role, recordedAs: kernel.label, kernel: sequence, data: transformed }];
}

/** From windows of the map, each a map of its own. */
function expected(
  shape: Conv2dShape,
  x: Float32Array,
  weight: Float32Array,
  bias: Float32Array | undefined,
  residuals: readonly Float32Array[],
): Expected {
  const { height, width, channelsIn, channelsOut, stride = 1, relu = false } = shape;
  const outWidth = Math.floor((width - 1) / stride) + 1;
  const pixels = outWidth * (Math.floor((height - 1) / stride) + 1);
  const where = sample(pixels, channelsOut, 9 * channelsIn);
  const windows = new Float32Array(where.rows.length * 9 * channelsIn);
  for (const [i, pixel] of where.rows.entries()) {
    const [top, left] = [Math.floor(pixel / outWidth) * stride - 1, (pixel % outWidth) * stride - 1];
    for (let tap = 0; tap < 9; tap++) {
      const [row, column] = [top + Math.floor(tap / 3), left + (tap % 3)];
      if (row < 0 || row >= height || column < 0 || column >= width) continue;
      const from = (row * width + column) * channelsIn;
      windows.set(x.subarray(from, from + channelsIn), (9 * i + tap) * channelsIn);
    }
  }
  const passed = relu ? windows.map((value) => Math.max(value, 0)) : windows;
  const window = { height: 3, width: 3, size: 3, stride: 1, padding: 0 };
  const sizes = { ...window, batch: where.rows.length, channelsIn, channelsOut: where.columns.length };
  const sums = conv2dLoop(passed, takeRows(weight, where.columns, 9 * channelsIn), sizes);
  return finished(sums, where, channelsOut, shape, bias, residuals);
}
