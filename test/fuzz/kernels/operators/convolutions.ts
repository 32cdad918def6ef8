import { patchEmbed } from "../../../../src/kernels/patch-embed.ts";
import { packConv2d, packedShape, packLinear, packVector } from "../../../../src/kernels/shared/pack.ts";
import { quantize } from "../../../../src/kernels/shared/quantize.ts";
import { QUANTIZED_STORAGE } from "../../../../src/kernels/shared/quantized-storage.ts";
import { bandSizes, planWinograd } from "../../../../src/kernels/shared/winograd-plan.ts";
import {
  WINOGRAD,
  type WinogradSide,
  winogradFilters,
  winogradPoints,
} from "../../../../src/kernels/shared/winograd-transforms.ts";
import { winogradInput } from "../../../../src/kernels/winograd-input.ts";
import { winogradOutput } from "../../../../src/kernels/winograd-output.ts";
import { winogradProduct } from "../../../../src/kernels/winograd-product.ts";
import { type WinogradWeightParams, winogradWeight } from "../../../../src/kernels/winograd-weight.ts";
import { concatenate } from "../../../../src/model/weights/fold.ts";
import { sumTolerance } from "../../../kernels/sum-tolerance.ts";
import { conv2d as conv2dLoop } from "../../../reference/conv2d.ts";
import { dequantize } from "../../../reference/dequantize.ts";
import { epilogue as finish } from "../../../reference/epilogue.ts";
import { patchOffsets, patchProducts } from "../../../reference/patch-embed.ts";
import { magnitudesOf, winograd as winogradLoop } from "../../../reference/winograd.ts";
import type { Operator } from "../trial.ts";

/** The kernels of a Winograd convolution, in f32: three, and one more where its weight is transformed at run. */
export const winogradTrial: Operator = async (choose, { traits }) => {
  const precision = "f32";
  const side = choose.pick([2, 4] as const);
  const sizes = {
    batch: choose.whole(2),
    height: choose.whole(11),
    width: choose.whole(11),
    channelsIn: choose.whole(12),
    channelsOut: choose.whole(20),
  };
  const { batch, height, width, channelsIn, channelsOut } = sizes;
  const [relu, hasBias, residuals] = [choose.chance(0.3), choose.chance(0.5), choose.pick([0, 1] as const)];
  const plan = planWinograd({ side, ...sizes });
  const x = choose.normal(batch * height * width * channelsIn);
  const weight = choose.normal(channelsOut * channelsIn * 9);
  const bias = hasBias ? choose.normal(channelsOut) : undefined;
  const added = Array.from({ length: residuals }, () => choose.normal(batch * height * width * channelsOut));
  const how = choose.pick(["at load", "f32", "q8", "q4"] as const);
  const transform = how === "at load" ? undefined : transformed(how, weight, side, sizes);
  const packed = packConv2d(winogradFilters(weight, side), channelsOut, channelsIn, winogradPoints(side));
  const inputs = [x, bandSizes(plan, 0), transform?.packed ?? packed, ...(bias ? [packVector(bias)] : []), ...added];
  const path = await choose.path(winogradProduct({ ...plan, precision }), traits);
  const [filters, map] = transform ? [inputs.length, inputs.length + 1] : [2, inputs.length];
  const matrices = map + path.stages.length;
  const epilogue = { residuals, ...(hasBias && { bias: "channel" as const }) };
  // Of a path's inputs the first two are the map and the weight; what is beyond them are its own stages.
  const product = path.stages.map((stage) => ({
    ...stage,
    inputs: stage.inputs.map((n) => (n === 0 ? map : n === 1 ? filters : map + n - 1)),
  }));

  const passed = relu ? x.map((value) => Math.max(value, 0)) : x;
  const values = { bias, residuals: added };
  const want = finish(
    conv2dLoop(passed, transform?.weight ?? weight, { ...sizes, size: 3, stride: 1, padding: 1 }),
    channelsOut,
    values,
  );
  const sums = winogradLoop(
    passed.map(Math.abs),
    (transform?.weight ?? weight).map(Math.abs),
    sizes,
    magnitudesOf(WINOGRAD[side]),
  );
  const magnitudes = finish(sums, channelsOut, { bias: bias?.map(Math.abs) });
  return {
    operator: "winograd",
    parameters: { side, how, ...sizes, relu, ...epilogue, path: path.name },
    stages: [
      ...(transform ? [{ kernel: transform.kernel, inputs: [2] }] : []),
      { kernel: winogradInput({ ...plan, relu, precision }), inputs: [0, 1] },
      ...product,
      {
        kernel: winogradOutput({ ...plan, ...epilogue, precision }),
        inputs: [matrices, 1, ...inputs.slice(3).map((_, i) => 3 + i)],
      },
    ],
    inputs,
    want,
    // Eight roundings more than a sum of C products, for the two transforms, and eight for that of a weight at run.
    bound: sumTolerance(magnitudes, channelsIn + (transform ? 16 : 8), want, values),
  };
};

/** A weight that is transformed at run: the kernel, the weight as that wants it, and what it stands for. */
function transformed(
  how: "f32" | "q8" | "q4",
  weight: Float32Array,
  side: WinogradSide,
  { channelsIn, channelsOut }: Pick<WinogradWeightParams, "channelsIn" | "channelsOut">,
) {
  const packed = packConv2d(weight, channelsOut, channelsIn, 9);
  const quantized = how === "f32" ? undefined : QUANTIZED_STORAGE[how];
  const kernel = winogradWeight({ side, channelsIn, channelsOut, quantized });
  if (how === "f32") return { kernel, packed, weight };
  const [rows, columns] = packedShape(9, channelsIn, channelsOut) as [number, number];
  const words = quantize(how, packed, columns, "weight");
  const values = dequantize(how, words, rows, columns);
  const stored = weight.map((_, i) => {
    const [tap, c, o] = [i % 9, Math.floor(i / 9) % channelsIn, Math.floor(i / 9 / channelsIn)];
    return values[((tap * rows) / 9 + c) * columns + o]!;
  });
  return { kernel, packed: words, weight: stored };
}

/** Patches of a picture as tokens, after class token and registers. */
export const patchEmbedTrial: Operator = (choose, { precisions }) => {
  const precision = choose.pick(precisions);
  const patch = choose.whole(6);
  const [height, width] = [choose.whole(20, patch), choose.whole(20, patch)];
  const [batch, channelsIn, channelsOut, leading] = [
    choose.whole(2),
    choose.whole(4),
    choose.whole(40),
    choose.whole(5),
  ];
  const sizes = { batch, channelsIn, height, width, patch, channelsOut, leading };
  const depth = channelsIn * patch * patch;
  const patches = Math.floor(height / patch) * Math.floor(width / patch);
  const pixels = choose.normal(batch * channelsIn * height * width, precision);
  const weight = choose.normal(channelsOut * depth, precision);
  const [bias, tokens] = [choose.normal(channelsOut), choose.normal(leading * channelsOut)];
  const positions = choose.normal(patches * channelsOut, precision);
  const embed = (abs: (values: Float32Array) => Float32Array) => {
    const offsets = patchOffsets(abs(bias), abs(tokens), abs(positions), sizes);
    return patchProducts(abs(pixels), abs(weight), sizes).map((value, i) => value + offsets[i]!);
  };
  const want = embed((values) => values);
  const rows = Array.from({ length: leading }, (_, i) =>
    packVector(tokens.subarray(i * channelsOut, (i + 1) * channelsOut)),
  );
  const inputs = [pixels, packLinear(weight, channelsOut, depth), packVector(bias), concatenate(rows), positions];
  return {
    operator: "patchEmbed",
    parameters: { ...sizes, precision },
    stages: [{ kernel: patchEmbed({ ...sizes, precision }), inputs: [0, 1, 2, 3, 4] }],
    inputs,
    want,
    bound: sumTolerance(
      embed((values) => values.map(Math.abs)),
      depth,
      want,
      {},
    ),
  };
};
