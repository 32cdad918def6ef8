import { packConv2d, packedShape } from "../../kernels/shared/pack.ts";
import { quantize } from "../../kernels/shared/quantize.ts";
import { QUANTIZED_STORAGE } from "../../kernels/shared/quantized-storage.ts";
import type { QuantizedFormat } from "../../kernels/shared/weight-format.ts";
import { bandSizes, planWinograd } from "../../kernels/shared/winograd-plan.ts";
import { winogradFilters, winogradPoints } from "../../kernels/shared/winograd-transforms.ts";
import { winogradInput } from "../../kernels/winograd-input.ts";
import { winogradOutput } from "../../kernels/winograd-output.ts";
import { winogradProduct } from "../../kernels/winograd-product.ts";
import { winogradWeight } from "../../kernels/winograd-weight.ts";
import type { Path } from "../../runtime/graph/kernel.ts";
import type { Precision } from "../../runtime/graph/tensor.ts";
import { allPaths, type DoctorCase, ownPath } from "./doctor-case.ts";
import { numbers } from "./numbers.ts";

/** With tiles enough to fill one of a product. */
export const WINOGRAD = { side: 4, batch: 1, height: 21, width: 18, channelsIn: 12, channelsOut: 20 } as const;

const plan = planWinograd(WINOGRAD);

/** Three kernels, of which the one in the middle has several ways. */
function around(product: Path, precision: Precision): Path {
  const begin = { kernel: winogradInput({ ...plan, precision }), inputs: [0, 1] };
  // Inputs 0 to 2 of the whole are map, sizes and filters, 3 is what the first stage gives, and 4 and up what the
  // product's stages give. The product itself counts its two inputs as 0 and 1, and its stages from 2.
  const moved = (input: number) => (input === 0 ? 3 : input === 1 ? 2 : input + 2);
  const middle = product.stages.map(({ kernel, inputs }) => ({ kernel, inputs: inputs.map(moved) }));
  const end = { kernel: winogradOutput({ ...plan, precision }), inputs: [3 + middle.length, 1] };
  return { name: product.name, stages: [begin, ...middle, end] };
}

/** The transform of a weight that is quantised. */
const weightCase = (format: QuantizedFormat): DoctorCase => {
  const { channelsIn, channelsOut } = WINOGRAD;
  const packed = packConv2d(numbers(channelsOut * channelsIn * 9, 43), channelsOut, channelsIn, 9);
  const quantized = QUANTIZED_STORAGE[format];
  return {
    name: `winograd weight ${format}`,
    // As activations are where weights are quantised.
    precisions: ["f32"],
    paths: async () => [ownPath(winogradWeight({ ...WINOGRAD, quantized }))],
    inputs: [quantize(format, packed, packedShape(9, channelsIn, channelsOut)[1]!, "self-test")],
  };
};

/** A 3×3 convolution by Winograd's algorithm. */
const WHOLE: DoctorCase = {
  name: "winograd",
  // Its filters are no whole 64ths, so that f16 would round them.
  precisions: ["f32"],
  paths: async (precision, traits) => {
    const products = await allPaths(winogradProduct({ ...plan, precision }), traits);
    return products.map((product) => around(product, precision));
  },
  inputs: [
    numbers(WINOGRAD.height * WINOGRAD.width * WINOGRAD.channelsIn, 41),
    bandSizes(plan, 0),
    packConv2d(
      winogradFilters(numbers(WINOGRAD.channelsOut * WINOGRAD.channelsIn * 9, 42), WINOGRAD.side),
      WINOGRAD.channelsOut,
      WINOGRAD.channelsIn,
      winogradPoints(WINOGRAD.side),
    ),
  ],
};

/** Convolutions by Winograd's algorithm. */
export const WINOGRAD_CASES: readonly DoctorCase[] = [WHOLE, weightCase("q8"), weightCase("q4")];
