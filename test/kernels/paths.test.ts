import { describe, expect, test } from "vitest";
import { convTranspose2d } from "../../src/kernels/conv-transpose2d.ts";
import { type Conv2dParams, conv2d } from "../../src/kernels/conv2d.ts";
import { type MatmulParams, matmul } from "../../src/kernels/matmul.ts";
import { packConv2d, packConvTranspose2d, packedShape, packLinear, packVector } from "../../src/kernels/shared/pack.ts";
import { quantize } from "../../src/kernels/shared/quantize.ts";
import { QUANTIZED_STORAGE } from "../../src/kernels/shared/quantized-storage.ts";
import { samePadding } from "../../src/kernels/shared/uneven-padding.ts";
import { windowedRows } from "../../src/kernels/shared/windows.ts";
import { planWinograd } from "../../src/kernels/shared/winograd-plan.ts";
import { winogradProduct } from "../../src/kernels/winograd-product.ts";
import { traitsOf } from "../../src/runtime/device/device.ts";
import type { ConstantData } from "../../src/runtime/graph/graph.ts";
import type { Kernel, Path } from "../../src/runtime/graph/kernel.ts";
import { elementCount, type Precision } from "../../src/runtime/graph/tensor.ts";
import type { Traits } from "../../src/runtime/graph/traits.ts";
import { loadFloats, storeFloats } from "../../src/runtime/session/store-floats.ts";
import { LEAST_TRAITS } from "../least-traits.ts";
import { pathDevice } from "../path-device.ts";
import { randomNormal } from "../random.ts";
import { convTranspose2d as convTranspose2dLoop } from "../reference/conv-transpose2d.ts";
import { conv2d as conv2dLoop } from "../reference/conv2d.ts";
import { dequantize } from "../reference/dequantize.ts";
import { matmul as matmulLoop } from "../reference/matmul.ts";
import { roundToHalf } from "../round-to-half.ts";
import { runPath } from "../run-path.ts";
import { checkProduct, type Product } from "./check-product.ts";

const device = await pathDevice();
/** As a GPU would be treated that has what this adapter has. */
const traits: Traits = { ...traitsOf(device), software: false };
// SwiftShader, which has no f16, runs them in f32; so whatever has it need not.
const precision: Precision = traits.f16 ? "f16" : "f32";

/** lavapipe takes up to a minute for the text of a large tile of subgroup matrices; a smaller one differs in counts alone. */
const isQuick = ({ name }: Path) => !/^subgroup matrices (64|128)×/.test(name) || / (64×64×\d+)$/.test(name);

const numbers = (precision: Precision, length: number, seed: number) => {
  const values = randomNormal(length, seed);
  return precision === "f16" ? roundToHalf(values) : values;
};

type Cased = Omit<MatmulParams, "precision">;

function matmulCase(precision: Precision, params: Cased): Product {
  const { channelsIn: k, channelsOut: n, quantized } = params;
  const kernel = matmul({ ...params, precision });
  const weight = numbers(precision, n * k, 2);
  const packed = packLinear(weight, n, k);
  const base = {
    kernel,
    x: numbers(precision, elementCount(kernel.inputs[0]!.shape), 1),
    reference: (x: Float32Array, w: Float32Array) => matmulLoop(x, w, params),
    depth: k,
    epilogue: params,
  };
  if (!quantized) return { ...base, weight, packed };
  const columns = packedShape(1, k, n)[1]!;
  const words = quantize(quantized.format, packed, columns, "w");
  const values = dequantize(quantized.format, words, packed.length / columns, columns);
  return { ...base, weight: weight.map((_, i) => values[(i % k) * columns + Math.floor(i / k)]!), packed: words };
}

function conv2dCase(precision: Precision, params: Omit<Conv2dParams, "precision">): Product {
  const { batch, height, width, channelsIn, channelsOut, size, relu = false } = params;
  const weight = numbers(precision, channelsOut * channelsIn * size * size, 2);
  return {
    kernel: conv2d({ ...params, precision }),
    x: numbers(precision, batch * height * width * channelsIn, 1),
    weight,
    packed: packConv2d(weight, channelsOut, channelsIn, size * size),
    reference: (x, w) => conv2dLoop(relu ? x.map((value) => Math.max(value, 0)) : x, w, params),
    depth: size * size * channelsIn,
    epilogue: params,
  };
}

function convTranspose2dCase(precision: Precision): Product {
  const params = { batch: 2, height: 5, width: 7, channelsIn: 40, channelsOut: 12, size: 2 };
  const weight = numbers(precision, 40 * 12 * 4, 2);
  return {
    kernel: convTranspose2d({ ...params, precision }),
    x: numbers(precision, 2 * 35 * 40, 1),
    weight,
    packed: packConvTranspose2d(weight, 40, 12, 4),
    reference: (x, w) => convTranspose2dLoop(x, w, params),
    depth: 40,
    epilogue: { bias: "channel" },
  };
}

/** Matrices one below the other; x is f32 whatever the model stores. */
function winogradCase(precision: Precision): Product {
  const plan = planWinograd({ side: 2, batch: 1, height: 13, width: 15, channelsIn: 36, channelsOut: 40 });
  const weight = numbers(precision, 16 * 36 * 40, 2);
  const rows = plan.band;
  return {
    kernel: winogradProduct({ ...plan, precision }),
    x: randomNormal(16 * rows * 36, 1),
    weight,
    packed: weight,
    // Each weight is [36, 40] as it lies.
    reference: (x, w) => {
      const y = new Float64Array(16 * rows * 40);
      for (let matrix = 0; matrix < 16; matrix++) {
        const own = w.subarray(matrix * 36 * 40, (matrix + 1) * 36 * 40);
        const transposed = Float32Array.from(own, (_, i) => own[(i % 36) * 40 + Math.floor(i / 36)]!);
        const sizes = { batch: 1, rows, channelsIn: 36, channelsOut: 40 };
        y.set(
          matmulLoop(x.subarray(matrix * rows * 36, (matrix + 1) * rows * 36), transposed, sizes),
          matrix * rows * 40,
        );
      }
      return y;
    },
    depth: 36,
  };
}

const sizes = { batch: 1, rows: 70, channelsIn: 68, channelsOut: 72 };
const map = { batch: 2, height: 9, width: 10, channelsIn: 40, channelsOut: 72, size: 3, stride: 1, padding: 1 };

const cases: Readonly<Record<string, (precision: Precision) => Product>> = {
  "sizes that fill no tile": (p) =>
    matmulCase(p, { batch: 1, rows: 131, channelsIn: 35, channelsOut: 71, bias: "channel", activation: "gelu" }),
  "rows taken out of images, a bias for each": (p) =>
    matmulCase(p, { ...sizes, batch: 2, rows: 39, select: { of: 40, first: 1 }, bias: "image", residuals: 2 }),
  "rows looked up in windows": (p) =>
    matmulCase(p, {
      ...sizes,
      batch: 2,
      rows: 35,
      windows: windowedRows({ height: 5, width: 7, window: 3, shift: 1 }),
      residuals: 1,
    }),
  "one row and a long sum": (p) =>
    matmulCase(p, { batch: 1, rows: 1, channelsIn: 530, channelsOut: 40, bias: "channel", residuals: 1 }),
  "a convolution of a map that passes a ReLU": (p) =>
    conv2dCase(p, { ...map, relu: true, bias: "channel", residuals: 1 }),
  "a convolution of stride 2": (p) => conv2dCase(p, { ...map, batch: 1, channelsOut: 33, stride: 2, bias: "channel" }),
  "a convolution with zeros on two sides": (p) =>
    conv2dCase(p, { ...map, height: 10, width: 13, stride: 2, padding: samePadding(10, 13, 3, 2), bias: "channel" }),
  "a scattered store": convTranspose2dCase,
  "several matrices": winogradCase,
};
const quantized: typeof cases = {
  "a weight in q8": (p) => matmulCase(p, { ...sizes, bias: "channel", quantized: QUANTIZED_STORAGE.q8 }),
  "a weight in q4": (p) =>
    matmulCase(p, { ...sizes, rows: 33, channelsIn: 300, quantized: QUANTIZED_STORAGE.q4, residuals: 1 }),
};

/** `run` of {@link checkProduct} by another path; what is stored in f16 is given as floats. */
const by =
  (path: Path) =>
  async (kernel: Kernel, ...inputs: ConstantData[]) => {
    const stored = inputs.map((data, i) => {
      const { shape, dtype } = kernel.inputs[i]!;
      if (dtype === "f16") return storeFloats(data as Float32Array, dtype);
      // A scattered store has its bias once for each tap.
      const times = Math.floor(elementCount(shape) / data.length);
      return times > 1 ? packVector(data as Float32Array, times) : data;
    });
    const bytes = await runPath(device, path, stored);
    return loadFloats(bytes, kernel.output.dtype as Precision, elementCount(kernel.output.shape));
  };

describe(`in ${precision}, every path of`, () => {
  const all = precision === "f32" ? { ...cases, ...quantized } : cases;
  describe.each(Object.entries(all))("%s", async (_, make) => {
    const product = make(precision);
    const paths = (await product.kernel.paths!(traits)).filter(isQuick);
    test.each(paths.map((path) => [path.name, path] as const))("%s", async (_, path) => {
      await checkProduct(product, by(path));
    });
  });
});

describe("paths", () => {
  const { kernel } = matmulCase("f32", { ...sizes, rows: 901, channelsIn: 1024, channelsOut: 1024, bias: "channel" });
  const names = async (given: Traits, of: Kernel = kernel) => (await of.paths!(given)).map(({ name }) => name);
  const kinds = async (given: Traits, of?: Kernel) =>
    new Set((await names(given, of)).map((name) => name.replace(/ \d.*/, "")));

  test("are of every kind that the device can do", async () => {
    const everywhere = ["registers", "workgroup tiles"];
    expect(await kinds(LEAST_TRAITS)).toEqual(new Set(everywhere));
    expect(await kinds({ ...LEAST_TRAITS, subgroups: true })).toEqual(new Set([...everywhere, "subgroup swaps"]));
    const matrix = { M: 16, N: 16, K: 16, componentType: "f16", resultComponentType: "f32" };
    const nvidia = { ...LEAST_TRAITS, f16: true, subgroups: true, subgroupSize: 32, subgroupMatrices: [matrix] };
    const half = matmul({ ...sizes, rows: 901, channelsIn: 1024, precision: "f16" });
    expect(await kinds(nvidia, half)).toContain("subgroup matrices");
    // The sums of those are f32, and so is what they are made of.
    expect(await kinds(nvidia)).not.toContain("subgroup matrices");
    expect(
      await kinds({ ...nvidia, subgroupMatrices: [{ ...matrix, resultComponentType: "f16" }] }, half),
    ).not.toContain("subgroup matrices");
    // Without a fixed size nobody knows which invocations hold a matrix.
    expect(await kinds({ ...nvidia, subgroupSize: undefined }, half)).not.toContain("subgroup matrices");
  });

  test("begin with the kernel's own where the CPU does the work, and with larger tiles elsewhere", async () => {
    expect((await names({ ...LEAST_TRAITS, software: true }))[0]).toBe(kernel.path);
    expect((await names(LEAST_TRAITS))[0]).toMatch(/^workgroup tiles/);
  });

  test("have names of their own, and one is the kernel's own", async () => {
    const all = await names({ ...LEAST_TRAITS, subgroups: true, workgroupBytes: 65536, invocations: 1024 });
    expect(new Set(all).size).toBe(all.length);
    expect(all).toContain(kernel.path);
    const own = (await kernel.paths!(LEAST_TRAITS)).find(({ name }) => name === kernel.path)!;
    expect(own.stages.map((stage) => stage.kernel.code)).toEqual([kernel.code]);
  });

  test("fit into the memory and the invocations that a workgroup may have", async () => {
    for (const limits of [LEAST_TRAITS, { ...LEAST_TRAITS, workgroupBytes: 8192, invocations: 128 }]) {
      for (const { stages } of await kernel.paths!(limits)) {
        for (const { code } of stages.map((stage) => stage.kernel)) {
          const invocations = /@workgroup_size\((.*?)\)/
            .exec(code)![1]!
            .split(",")
            .reduce((a, b) => a * Number(b), 1);
          const shared = [...code.matchAll(/var<workgroup> \w+: array<vec4<f32>, (\d+)>/g)];
          expect(invocations).toBeLessThanOrEqual(limits.invocations);
          expect(shared.reduce((bytes, [, count]) => bytes + 16 * Number(count), 0)).toBeLessThanOrEqual(
            limits.workgroupBytes,
          );
        }
      }
    }
  });

  test("cut the sum into parts where there are too few tiles, and only there", async () => {
    const small = matmul({ batch: 1, rows: 64, channelsIn: 4096, channelsOut: 128, precision: "f32" });
    expect((await names(LEAST_TRAITS, small))[0]).toMatch(/ in \d parts$/);
    expect((await names(LEAST_TRAITS)).filter((name) => /parts/.test(name))).toEqual([]);
    const short = matmul({ batch: 1, rows: 64, channelsIn: 128, channelsOut: 128, precision: "f32" });
    expect((await names(LEAST_TRAITS, short)).filter((name) => /parts/.test(name))).toEqual([]);
  });
});
