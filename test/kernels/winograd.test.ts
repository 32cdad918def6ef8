import { describe, expect, test } from "vitest";
import { chooseConvolution, chooseWinograd, leastPixels } from "../../src/kernels/shared/choose-convolution.ts";
import type { Epilogue } from "../../src/kernels/shared/epilogue.ts";
import { packConv2d, packVector } from "../../src/kernels/shared/pack.ts";
import { planWinograd } from "../../src/kernels/shared/winograd-plan.ts";
import {
  WINOGRAD,
  type WinogradSide,
  winogradFilters,
  winogradPoints,
} from "../../src/kernels/shared/winograd-transforms.ts";
import { winogradInput } from "../../src/kernels/winograd-input.ts";
import { winogradOutput } from "../../src/kernels/winograd-output.ts";
import { winogradProduct } from "../../src/kernels/winograd-product.ts";
import { winograd } from "../../src/model/network/winograd.ts";
import { Graph } from "../../src/runtime/graph/graph.ts";
import { Engine } from "../../src/runtime/session/engine.ts";
import { testDevice } from "../device.ts";
import { expectClose } from "../expect-close.ts";
import { LEAST_TRAITS } from "../least-traits.ts";
import { randomNormal } from "../random.ts";
import { conv2d as reference } from "../reference/conv2d.ts";
import { type EpilogueValues, epilogue as finish } from "../reference/epilogue.ts";
import { magnitudesOf, winograd as slowly } from "../reference/winograd.ts";
import { runGraph } from "../run-graph.ts";
import { sumTolerance } from "./sum-tolerance.ts";

const SIDES = [2, 4] as const;
const WINDOW = { size: 3, stride: 1, padding: 1 };

interface Sizes {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channelsIn: number;
  readonly channelsOut: number;
}

interface Case extends Sizes, Epilogue {
  readonly side: WinogradSide;
  readonly relu?: boolean;
  /** Bytes of a band; then it runs as a session, since `runGraph` fills a tensor with garbage for each of its parts. */
  readonly bandBytes?: number;
}

/** Runs the three kernels on random numbers; the answer is what they make, what is right, and how far off they may be. */
async function run(test: Case, change: (x: Float32Array) => void = () => {}) {
  const { batch, height, width, channelsIn, channelsOut, side, relu = false, bandBytes } = test;
  const x = randomNormal(batch * height * width * channelsIn, 1);
  const weight = randomNormal(channelsOut * channelsIn * 9, 2);
  change(x);
  const shape = [batch, height, width, channelsOut];
  const length = batch * height * width * channelsOut;
  const bias = test.bias && randomNormal(test.bias === "image" ? batch * channelsOut : channelsOut, 20);
  const residuals = Array.from({ length: test.residuals ?? 0 }, (_, i) => randomNormal(length, 30 + i));
  const packed = packConv2d(winogradFilters(weight, side), channelsOut, channelsIn, winogradPoints(side));

  const graph = new Graph();
  const input = (name: string, shape: readonly number[]) => graph.input(name, { shape, dtype: "f32" });
  const y = winograd(
    graph,
    { ...test, precision: "f32" },
    input("x", [batch, height, width, channelsIn]),
    input("weight", [packed.length / (4 * Math.ceil(channelsOut / 4)), 4 * Math.ceil(channelsOut / 4)]),
    [
      ...(test.bias === "channel" ? [input("bias", [4 * Math.ceil(channelsOut / 4)])] : []),
      ...(test.bias === "image" ? [input("bias", [batch, 1, channelsOut])] : []),
      ...residuals.map((_, i) => input(`residual${i}`, shape)),
    ],
  );
  graph.output("y", y);
  const data = {
    x,
    weight: packed,
    ...(bias && { bias: test.bias === "channel" ? packVector(bias) : bias }),
    ...Object.fromEntries(residuals.map((values, i) => [`residual${i}`, values])),
  };
  const bytes = bandBytes === undefined ? await runGraph(graph, data) : await runSession(graph, data);

  const passed = relu ? x.map((value) => (value < 0 ? 0 : value)) : x;
  const values: EpilogueValues = { ...test, bias, residuals };
  const want = finish(reference(passed, weight, { ...test, ...WINDOW }), channelsOut, values);
  const sums = slowly(passed.map(Math.abs), weight.map(Math.abs), test, magnitudesOf(WINOGRAD[side]));
  const magnitudes = finish(sums, channelsOut, { bias: bias?.map(Math.abs) });
  // The stated bound: that of a sum of C products, of these magnitudes, and 8 roundings more for the two transforms.
  const tolerance = sumTolerance(magnitudes, channelsIn + 8, want, values);
  return { got: new Float32Array(bytes.get("y")!), want, tolerance, shape, dispatches: graph.dispatches.length };
}

async function runSession(graph: Graph, data: Readonly<Record<string, Float32Array>>) {
  const engine = await Engine.open({ device: await testDevice() });
  const session = await engine.compile(graph);
  const { outputs } = await session.run(data);
  session.dispose();
  return outputs;
}

async function check(test: Case): Promise<void> {
  const { got, want, tolerance, shape } = await run(test);
  expectClose(got, want, shape, tolerance, `F(${test.side}×${test.side})`);
}

describe.each(SIDES)("the transforms of F(%i, 3)", (side) => {
  const { input, filter, output } = WINOGRAD[side];

  test("filter a line of numbers, every unit at every place", () => {
    for (let at = 0; at < side + 2; at++) {
      for (let tap = 0; tap < 3; tap++) {
        const products = input.map((row, i) => row[at]! * filter[i]![tap]!);
        const made = output.map((row) => row.reduce((sum, value, i) => sum + value * products[i]!, 0));
        // y[k] = Σ d[k + tap] g[tap].
        const want = made.map((_, k) => (k + tap === at ? 1 : 0));
        expectClose(made, want, [side], 1e-15, `d${at} g${tap}`);
      }
    }
  });

  test("are without rounding in float32 where maps pass them", () => {
    for (const value of [...input, ...output].flat()) expect(Math.fround(value)).toBe(value);
  });

  test("make the convolution, in double precision", () => {
    const sizes = { batch: 2, height: 5, width: 7, channelsIn: 3, channelsOut: 2 };
    const [x, weight] = [randomNormal(210, 1), randomNormal(54, 2)];
    const made = slowly(x, weight, sizes, WINOGRAD[side]);
    expectClose(made, reference(x, weight, { ...sizes, ...WINDOW }), [2, 5, 7, 2], 1e-12);
  });

  test("are what a weight is packed by", () => {
    const weight = randomNormal(4 * 9, 3);
    const want = Array.from({ length: 4 }, (_, f) =>
      filter.flatMap((row) =>
        filter.map((column) =>
          row.reduce(
            (sum, a, i) => sum + column.reduce((inner, b, j) => inner + a * b * weight[9 * f + 3 * i + j]!, 0),
            0,
          ),
        ),
      ),
    );
    expectClose(winogradFilters(weight, side), want.flat(), [4, winogradPoints(side)], 1e-6);
  });
});

test("the paper's F(2, 3), but for signs that cancel", () => {
  const { input, filter, output } = WINOGRAD[2];
  expect(input).toEqual([
    [-1, 0, 1, 0],
    [0, 1, 1, 0],
    [0, -1, 1, 0],
    [0, -1, 0, 1],
  ]);
  expect(filter).toEqual([
    [-1, -0, -0],
    [0.5, 0.5, 0.5],
    [0.5, -0.5, 0.5],
    [0, 0, 1],
  ]);
  expect(output).toEqual([
    [1, 1, 1, 0],
    [0, 1, -1, 1],
  ]);
});

describe.each(SIDES)("tiles of side %i: convolves [N, H, W, C] with O windows", (side) => {
  const shapes = [
    [1, 1, 1, 1, 1],
    [3, 1, 5, 7, 3],
    [2, 3, 2, 4, 13],
    [1, 2, 17, 5, 4],
    [2, 7, 3, 8, 64],
    [1, 14, 5, 6, 33],
    [1, 17, 14, 3, 8],
    [2, 4, 8, 12, 20],
    [3, 7, 14, 9, 6],
    [1, 47, 43, 4, 5],
  ] as const;
  test.each(shapes)("[%i, %i, %i, %i], %i", async (batch, height, width, channelsIn, channelsOut) => {
    await check({ batch, height, width, channelsIn, channelsOut, side });
  });

  test("a ReLU before, an activation and residuals behind", async () => {
    const sizes = { batch: 2, height: 5, width: 6 };
    for (const [channelsIn, channelsOut] of [
      [4, 8],
      [5, 7],
    ] as const) {
      const unit = { ...sizes, channelsIn, channelsOut, side, relu: true } as const;
      await check(unit);
      await check({ ...unit, bias: "channel", activation: "relu" });
      await check({ ...unit, bias: "channel", residuals: 2 });
      await check({ ...unit, bias: "image", activation: "gelu", scale: 3, residuals: 1 });
      await check({ ...unit, relu: false, activation: "sigmoid", scale: 20 });
    }
  });

  test("band by band, the last one shorter, over the images' borders", async () => {
    const sizes = { batch: 2, height: 37, width: 41, channelsIn: 7, channelsOut: 6, side } as const;
    const unit = {
      ...sizes,
      relu: true,
      bias: "channel",
      residuals: 1,
      bandBytes: 4 * winogradPoints(side) * 8 * 64,
    } as const;
    const { got, want, tolerance, shape, dispatches } = await run(unit);
    expect(dispatches).toBe(3 * Math.ceil((2 * Math.ceil(37 / side) * Math.ceil(41 / side)) / 64));
    expect(dispatches).toBeGreaterThan(6);
    expectClose(got, want, shape, tolerance);
  });

  // A tile's outputs are sums over all of its m + 2 rows and columns, in which what does not belong cancels; NaN does
  // not. So it reaches the tiles that see its pixel, up to m + 1 pixels far instead of 1, and no other.
  test.each([4, 5])("keeps NaN in the tiles that see it, %i channels", async (channels) => {
    const sizes = { batch: 2, height: 13, width: 11, channelsIn: channels, channelsOut: 6, side, relu: true } as const;
    const [row, column] = [6, 5];
    const { got, want, tolerance, shape } = await run(sizes, (x) => {
      x[((13 + row) * 11 + column) * channels] = Number.NaN;
    });
    const sees = (at: number, pixel: number) => {
      const first = Math.floor(at / side) * side - 1;
      return first <= pixel && pixel <= first + side + 1;
    };
    const clean = { got: got.slice(), want: want.slice(), tolerance: tolerance.slice() };
    let reached = 0;
    for (let i = 0; i < got.length; i++) {
      const pixel = Math.floor(i / 6);
      const isNear = pixel >= 143 && sees(Math.floor(pixel / 11) % 13, row) && sees(pixel % 11, column);
      if (Number.isNaN(want[i]!)) expect(got[i]).toBeNaN();
      if (!isNear) continue;
      reached++;
      clean.got[i] = clean.want[i] = clean.tolerance[i] = 0;
    }
    expect(reached).toBeLessThan(got.length / 2);
    expectClose(clean.got, clean.want, shape, clean.tolerance);
  });
});

/** Root mean square of the error over the largest value, of F(2×2), F(4×4) and the direct sum in float32. */
async function errors(channels: number, positive: boolean) {
  const sizes = { batch: 1, height: 12, width: 12, channelsIn: channels, channelsOut: 16 };
  const change = (x: Float32Array) => {
    if (positive) for (const [i, value] of x.entries()) x[i] = Math.max(0, value);
  };
  const of = (got: ArrayLike<number>, want: Float64Array) => {
    const most = want.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
    return Math.sqrt(want.reduce((sum, value, i) => sum + (got[i]! - value) ** 2, 0) / want.length) / most;
  };
  const [two, four] = [await run({ ...sizes, side: 2 }, change), await run({ ...sizes, side: 4 }, change)];
  return { two: of(two.got, two.want), four: of(four.got, four.want) };
}

// The direct kernel errs by 0.8e-7 to 1.9e-7, F(2×2) by 0.7e-7 to 1.2e-7 and F(4×4) by 2e-7 to 3.5e-7.
test.each([
  [64, false],
  [64, true],
  [256, false],
  [256, true],
])("%i channels, all positive: %s: errs by less than 7e-7 of the largest value", async (channels, positive) => {
  const { two, four } = await errors(channels, positive);
  expect(two).toBeLessThan(2.5e-7);
  expect(four).toBeLessThan(7e-7);
});

describe("plans", () => {
  const sizes = { side: 4, batch: 1, height: 240, width: 240, channelsIn: 256, channelsOut: 256 } as const;

  test("bands of whole blocks that keep transformed maps small", () => {
    const plan = planWinograd(sizes);
    expect(plan).toMatchObject({ tilesDown: 60, tilesAcross: 60, tiles: 3600 });
    expect(plan.band % 64).toBe(0);
    expect(plan.band * plan.bands).toBeGreaterThanOrEqual(3600);
    expect(plan.band * (plan.bands - 1)).toBeLessThan(3600);
    const bytes = ({ shape }: { shape: readonly number[] }) => 4 * shape[0]! * shape[1]!;
    const params = { ...plan, precision: "f32" } as const;
    expect(bytes(winogradInput(params).output)).toBeLessThanOrEqual(16 * 2 ** 20);
    expect(winogradProduct(params).output).toEqual(winogradInput(params).output);
    expect(winogradOutput(params).output.shape).toEqual([1, 240, 240, 256]);
    expect(winogradProduct(params).workgroups[2]).toBe(36);
  });

  test("a small map as one band", () => {
    expect(planWinograd({ ...sizes, height: 5, width: 6 })).toMatchObject({ tiles: 4, band: 4, bands: 1 });
    // However little may be taken at once.
    expect(planWinograd({ ...sizes, bandBytes: 1 }).band).toBe(64);
  });

  test("the same three texts for all bands", () => {
    const graph = new Graph();
    const input = (shape: readonly number[]) => graph.input("x", { shape, dtype: "f32" });
    const params = { side: 4, channelsOut: 256, precision: "f32" } as const;
    winograd(graph, params, input([1, 240, 240, 256]), input([36 * 256, 256]), []);
    expect(graph.dispatches.length).toBeGreaterThan(3);
    expect(new Set(graph.dispatches.map(({ kernel }) => kernel.code)).size).toBe(3);
  });

  test("Winograd for 3×3 windows of stride 1 and enough channels", () => {
    const layer = { size: 3, stride: 1, channelsIn: 64, channelsOut: 64, precision: "f32" } as const;
    expect(chooseWinograd(layer, "auto")).toBe(4);
    expect(chooseWinograd({ ...layer, precision: "f16" }, "auto")).toBe(2);
    expect(chooseWinograd(layer, "direct")).toBeUndefined();
    for (const other of [{ size: 1 }, { size: 5 }, { stride: 2 }]) {
      expect(chooseWinograd({ ...layer, ...other }, "winograd")).toBeUndefined();
    }
    expect(chooseWinograd({ ...layer, channelsIn: 8 }, "auto")).toBeUndefined();
    expect(chooseWinograd({ ...layer, channelsOut: 8 }, "auto")).toBeUndefined();
    expect(chooseWinograd({ ...layer, channelsOut: 8 }, "winograd")).toBe(4);
  });

  test("Winograd with weights transformed at each run from 16² pixels on, unless asked for", () => {
    expect([undefined, "auto", "winograd"].map((how) => leastPixels(how as "auto"))).toEqual([256, 256, 1]);
  });

  test("directly where subgroup matrices multiply f16, unless asked otherwise", () => {
    const matrix = { M: 16, N: 16, K: 16, componentType: "f16", resultComponentType: "f32" };
    const fast = { ...LEAST_TRAITS, f16: true, subgroupMatrices: [matrix] };
    expect(chooseConvolution(undefined, "f16", fast)).toBe("direct");
    expect(chooseConvolution("winograd", "f16", fast)).toBe("winograd");
    expect(chooseConvolution("auto", "f32", fast)).toBe("auto");
    expect(chooseConvolution("auto", "f16", { ...fast, software: true })).toBe("auto");
    expect(chooseConvolution("auto", "f16", LEAST_TRAITS)).toBe("auto");
    const halfSums = { ...fast, subgroupMatrices: [{ ...matrix, resultComponentType: "f16" }] };
    expect(chooseConvolution("auto", "f16", halfSums)).toBe("auto");
  });

  test("f16 for map and weight, f32 between", () => {
    const plan = { ...planWinograd({ ...sizes, side: 2 }), bias: "channel", residuals: 1 } as const;
    for (const kernel of [winogradInput, winogradProduct, winogradOutput]) {
      const { code } = kernel({ ...plan, precision: "f16" });
      expect(code).toMatch(/^enable f16;/);
      expect(code.replace("enable f16;", "").replaceAll("f16", "f32").trim()).toBe(
        kernel({ ...plan, precision: "f32" }).code,
      );
    }
    const product = winogradProduct({ ...plan, precision: "f16" });
    expect([...product.inputs, product.output].map(({ dtype }) => dtype)).toEqual(["f32", "f16", "f32"]);
  });
});
