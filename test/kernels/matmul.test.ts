import { describe, expect, test } from "vitest";
import { type MatmulParams, matmul } from "../../src/kernels/matmul.ts";
import type { Activation } from "../../src/kernels/shared/activation.ts";
import { packLinear } from "../../src/kernels/shared/pack.ts";
import { windowedRows } from "../../src/kernels/shared/windows.ts";
import { elementCount } from "../../src/runtime/graph/tensor.ts";
import { expectClose } from "../expect-close.ts";
import { randomNormal } from "../random.ts";
import { activation as activations, erf } from "../reference/activation.ts";
import { matmul as reference } from "../reference/matmul.ts";
import { runFloat } from "../run-kernel.ts";
import { checkProduct } from "./check-product.ts";

type Params = Omit<MatmulParams, "precision">;

async function check(params: Params, change: (x: Float32Array, weight: Float32Array) => void = () => {}) {
  const { channelsIn: k, channelsOut: n } = params;
  const kernel = matmul({ ...params, precision: "f32" });
  const x = randomNormal(elementCount(kernel.inputs[0]!.shape), 1);
  const weight = randomNormal(n * k, 2);
  change(x, weight);
  await checkProduct({
    kernel,
    x,
    weight,
    packed: packLinear(weight, n, k),
    reference: (x, weight) => reference(x, weight, params),
    depth: k,
    epilogue: params,
  });
}

describe("the loops say what PyTorch says", () => {
  test("torch.nn.Linear", () => {
    const sizes = { batch: 1, rows: 2, channelsIn: 3, channelsOut: 2 };
    // [1 2 3; 4 5 6] times the columns [1 0 -1] and [2 1 0].
    expect([...reference([1, 2, 3, 4, 5, 6], [1, 0, -1, 2, 1, 0], sizes)]).toEqual([-2, 4, -2, 13]);
    const last = { ...sizes, rows: 1, select: { of: 2, first: 1 } };
    expect([...reference([1, 2, 3, 4, 5, 6], [1, 0, -1, 2, 1, 0], last)]).toEqual([-2, 13]);
  });

  test("torch.erf", () => {
    const [x, y] = [
      [0, 0.1, 0.5, 1, 2, 3, -1, 5.9, 7, -30],
      [0, 0.1124629160182849, 0.5204998778130465, 0.8427007929497149, 0.9953222650189527, 0.9999779095030014],
    ];
    expectClose(x.map(erf), [...y, -0.8427007929497149, 1, 1, -1], [10], 5e-16);
  });

  test.each([
    ["relu", [-1, 0, 2], [0, 0, 2]],
    ["gelu", [-1, 0.5, 1, 3], [-0.15865525393145707, 0.34573123063700656, 0.8413447460685429, 2.99595030590511]],
    ["geluTanh", [-1, 1, 3], [-0.15880800939172324, 0.8411919906082768, 2.996362607918227]],
    ["quickGelu", [-1, 1, 2], [-0.1542042340671787, 0.8457957659328212, 1.9356586231442083]],
    ["silu", [-1, 1, 2], [-0.2689414213699951, 0.7310585786300049, 1.7615941559557649]],
    ["sigmoid", [-1, 0, 2], [0.2689414213699951, 0.5, 0.8807970779778823]],
  ] as const)("%s", (name, x, y) => {
    expectClose(x.map(activations[name]), y, [x.length], 2e-15);
  });
});

describe("multiplies batch · rows, K, N", () => {
  // Tiles have 1 row below 16 rows, 4 below 512, then 8; 4 columns up to N = 4, then 8; 1 to 8 of them side by side.
  const shapes = [
    [1, 1, 1, 1],
    [1, 1, 4, 4],
    [1, 1, 1031, 3],
    [3, 1, 7, 5],
    [1, 15, 8, 8],
    [1, 16, 5, 4],
    [2, 17, 13, 12],
    [1, 19, 64, 16],
    [1, 31, 17, 63],
    [1, 37, 3, 64],
    [1, 33, 7, 65],
    [3, 23, 12, 131],
    [1, 255, 2, 20],
    [1, 511, 3, 5],
    [1, 512, 4, 4],
    [1, 513, 5, 9],
    [3, 171, 6, 67],
    [2, 263, 20, 64],
    [1, 577, 33, 129],
  ] as const;
  test.each(shapes)("%i · %i, %i, %i", async (batch, rows, channelsIn, channelsOut) => {
    await check({ batch, rows, channelsIn, channelsOut });
  });

  test("over more than 65,535 workgroups", async () => {
    await check({ batch: 1, rows: 1, channelsIn: 1, channelsOut: 64 * 65_536 + 1 });
  });
});

describe("takes some rows of each image", () => {
  const selections = [
    [3, 1, { of: 5, first: 0 }],
    [3, 4, { of: 5, first: 1 }],
    [2, 20, { of: 37, first: 3 }],
    [2, 300, { of: 301, first: 1 }],
  ] as const;
  test.each(selections)("batch %i, %i rows of %o", async (batch, rows, select) => {
    for (const channelsIn of [7, 8]) await check({ batch, rows, select, channelsIn, channelsOut: 6, bias: "image" });
  });
});

describe("finds its rows in windows", () => {
  const maps = [
    [1, { height: 1, width: 1, window: 1, shift: 0 }],
    [2, { height: 4, width: 6, window: 2, shift: 0 }],
    [2, { height: 8, width: 4, window: 4, shift: 2 }],
    [3, { height: 5, width: 7, window: 3, shift: 1 }],
    [1, { height: 2, width: 3, window: 7, shift: 3 }],
    [2, { height: 17, width: 31, window: 8, shift: 4 }],
  ] as const;
  test.each(maps)("batch %i, %o", async (batch, windows) => {
    const rows = windows.height * windows.width;
    for (const channelsIn of [7, 8]) {
      await check({
        batch,
        rows,
        windows: windowedRows(windows),
        channelsIn,
        channelsOut: 6,
        bias: "channel",
        residuals: 1,
      });
    }
  });
});

const activationNames = ["none", "relu", "gelu", "geluTanh", "quickGelu", "silu", "sigmoid"] as const;

describe("finishes its sums", () => {
  const sizes = { batch: 3, rows: 7, channelsIn: 9 };
  const options = ([undefined, "channel", "image"] as const).flatMap((bias) =>
    ([0, 1, 2] as const).map((residuals) => ({ bias, residuals })),
  );
  test.each(options)("%o", async (option) => {
    for (const channelsOut of [5, 8]) await check({ ...sizes, channelsOut, ...option });
  });

  test.each(activationNames)("%s", async (activation) => {
    await check({ ...sizes, channelsOut: 6, activation, bias: "image", scale: 20, residuals: 2 });
    await check({ batch: 2, rows: 300, channelsIn: 3, channelsOut: 12, activation, bias: "channel", scale: -0.5 });
  });

  test.each(activationNames)("%s of small and of huge numbers", async (activation) => {
    const x = Float32Array.from([0, 1e-30, 1e-3, 0.1, 1, 5, 10, 20, 89, 100, 1e4, 1e13, 1e20].flatMap((v) => [v, -v]));
    const params = { batch: 1, rows: x.length, channelsIn: 1, channelsOut: 1, activation };
    const got = await runFloat(matmul({ ...params, precision: "f32" }), x, Float32Array.of(1, 0, 0, 0));
    const want = Float64Array.from(x, activations[activation]);
    // Units of 2^-24 of the argument, as in sum-tolerance.ts; sigmoid's are of 1.
    const tolerance = want.map((_, i) => 16 * 2 ** -24 * (activation === "sigmoid" ? 1 : Math.abs(x[i]!)));
    expectClose(got, want, [x.length], tolerance, activation);
  });
});

describe("keeps what is not finite in its place", () => {
  // With K = 7 rows do not start at a multiple of 4, and the fourth number after the last whole vec4 is the next row's.
  test.each([7, 8])("in one row, K = %i", async (channelsIn) => {
    for (const rows of [5, 40, 520]) {
      await check({ batch: 1, rows, channelsIn, channelsOut: 5 }, (x) => {
        x.fill(Number.NaN, channelsIn, 2 * channelsIn);
        x[3 * channelsIn] = Number.POSITIVE_INFINITY;
      });
    }
  });

  test.each(activationNames)("through %s", async (activation) => {
    const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
    await check({ batch: 1, rows: 3, channelsIn: 5, channelsOut: 8, activation, residuals: 1 }, (x) => {
      x[7] = nan;
    });
    const params = { batch: 1, rows: 3, channelsIn: 1, channelsOut: 1, activation };
    const x = Float32Array.of(nan, infinity, -infinity);
    const got = await runFloat(matmul({ ...params, precision: "f32" }), x, Float32Array.of(1, 0, 0, 0));
    expect([...got.subarray(0, 2)]).toEqual([nan, infinity]);
    // GELU and SiLU make NaN of it, as PyTorch's do; a ReLU 0 and a sigmoid 0 there, but a number too large is no 0.
    expect(Number.isFinite(got[2])).toBe(false);
    // NaN with its sign set, as x86 makes it.
    const negative = new Float32Array(Uint32Array.of(0xffc00000).buffer);
    const one = matmul({ ...params, rows: 1, precision: "f32" });
    expect([...(await runFloat(one, negative, Float32Array.of(1, 0, 0, 0)))]).toEqual([nan]);
  });

  test("beside the rows that are taken", async () => {
    const select = { of: 4, first: 1 };
    await check({ batch: 2, rows: 2, select, channelsIn: 7, channelsOut: 3 }, (x) => {
      for (let at = 0; at < x.length; at++) if (at % 28 < 7 || at % 28 >= 21) x[at] = Number.NaN;
    });
  });

  test.each([5, 8])("in one channel, N = %i", async (channelsOut) => {
    await check({ batch: 1, rows: 20, channelsIn: 6, channelsOut }, (_, weight) => {
      weight[2 * 6 + 3] = Number.NaN;
      weight[4 * 6] = Number.POSITIVE_INFINITY;
    });
  });
});

describe("plans", () => {
  const params = {
    batch: 1,
    rows: 901,
    channelsIn: 1024,
    channelsOut: 4096,
    bias: "channel",
    activation: "gelu",
    precision: "f32",
  } as const;

  test("one text for equal shapes", () => {
    const kernel = matmul(params);
    expect(kernel.label).toBe("matmul [901, 1024]·[1024, 4096] + bias + gelu");
    expect(kernel.flops).toBe(2 * 901 * 1024 * 4096);
    expect(matmul({ ...params }).code).toBe(kernel.code);
    const others: Partial<MatmulParams>[] = [
      { rows: 902 },
      { channelsIn: 1028 },
      { bias: "image" },
      { activation: "geluTanh" satisfies Activation },
      { scale: 2 },
      { residuals: 1 },
      { select: { of: 902, first: 1 } },
    ];
    const codes = others.map((other) => matmul({ ...params, ...other }).code);
    expect(new Set([kernel.code, ...codes]).size).toBe(others.length + 1);
  });

  test("shapes of what it reads and writes", () => {
    const { inputs, output } = matmul({ ...params, batch: 2, rows: 5, channelsIn: 7, channelsOut: 6, residuals: 1 });
    expect(inputs.map(({ shape }) => shape)).toEqual([[2, 5, 7], [8, 8], [8], [2, 5, 6]]);
    expect(output.shape).toEqual([2, 5, 6]);
  });

  test("f16 storage with f32 sums and bias", () => {
    const { code, inputs, output } = matmul({ ...params, residuals: 2, precision: "f16" });
    expect(code).toMatch(/^enable f16;/);
    expect(code.replace("enable f16;", "").replaceAll("f16", "f32").trim()).toBe(
      matmul({ ...params, residuals: 2 }).code,
    );
    for (const name of ["x", "weight", "residual0", "residual1", "y"])
      expect(code).toContain(`${name}: array<vec4<f16>`);
    expect(code).toContain("bias: array<vec4<f32>");
    expect(code).not.toMatch(/var sum.*f16/);
    expect([...inputs, output].map(({ dtype }) => dtype)).toEqual(["f16", "f16", "f32", "f16", "f16", "f16"]);
  });
});
