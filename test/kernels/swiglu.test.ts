import { describe, expect, test } from "vitest";
import { swiglu } from "../../src/kernels/swiglu.ts";
import { expectClose } from "../expect-close.ts";
import { randomNormal } from "../random.ts";
import { swiglu as reference } from "../reference/swiglu.ts";
import { runFloat } from "../run-kernel.ts";

async function check(x: Float32Array, batch: number, rows: number, channels: number) {
  const kernel = swiglu({ batch, rows, channels, precision: "f32" });
  const want = reference(x, channels);
  // silu errs by 12 units of 2^-24 of its argument (see sum-tolerance.ts), the product by one more.
  const tolerance = want.map((y, i) => {
    const at = Math.floor(i / channels) * 2 * channels + (i % channels);
    const within = 2 ** -24 * (12 * Math.abs(x[at]! * x[at + channels]!) + Math.abs(y));
    return Number.isFinite(within) ? within : 0;
  });
  expectClose(await runFloat(kernel, x), want, kernel.output.shape, tolerance, kernel.label);
}

test("the loop says what Dinov2SwiGLUFFN says", () => {
  // silu(0) = 0, silu(1) = 0.7310585786300049, silu(-2) = -0.2384058440442351.
  const y = reference([0, 1, 5, 10, -2, 1, 3, 0], 2);
  expectClose(y, [0, 7.310585786300049, -0.7152175321327054, 0], [2, 2], 2e-15);
});

describe("gates [N, T, 2 · H]", () => {
  const shapes = [
    [1, 1, 1],
    [1, 1, 4],
    [2, 3, 5],
    [1, 17, 31],
    [3, 7, 8],
    [1, 63, 64],
    [2, 5, 2730],
    [1, 65, 2732],
  ] as const;
  test.each(shapes)("batch %i, %i rows of %i", async (batch, rows, channels) => {
    await check(randomNormal(batch * rows * 2 * channels, 1, { deviation: 3 }), batch, rows, channels);
  });

  test("over more than 65,535 workgroups", async () => {
    await check(randomNormal(2 * (64 * 65_536 + 1), 2), 1, 64 * 65_536 + 1, 1);
  });

  test("large numbers", async () => {
    const gates = [0, 1, -1, 20, -20, 89, -89, 1e3, -1e3, 1e20, -1e20];
    await check(Float32Array.from(gates.flatMap((gate) => [gate, 2])), 1, gates.length, 1);
  });
});

test.each([3, 4])("keeps what is not finite in its place, %i channels", async (channels) => {
  const x = randomNormal(4 * 2 * channels, 3);
  x[2 * channels] = Number.NaN;
  x[5 * channels + 1] = Number.POSITIVE_INFINITY;
  await check(x, 2, 2, channels);
});

describe("plans", () => {
  const params = { batch: 2, rows: 1370, channels: 4096, precision: "f32" } as const;

  test("one text for equal shapes", () => {
    const kernel = swiglu(params);
    expect(kernel.label).toBe("swiglu [2740, 4096]");
    expect(kernel.flops).toBe(5 * 2 * 1370 * 4096);
    expect(kernel.output.shape).toEqual([2, 1370, 4096]);
    expect(swiglu({ ...params }).code).toBe(kernel.code);
    expect(swiglu({ ...params, channels: 4092 }).code).not.toBe(kernel.code);
  });

  test("f16 storage", () => {
    const { code, inputs, output } = swiglu({ ...params, precision: "f16" });
    expect(code).toMatch(/^enable f16;/);
    expect(code.replace("enable f16;", "").replaceAll("f16", "f32").trim()).toBe(swiglu(params).code);
    expect(code).toContain("x: array<vec4<f16>");
    expect(code).toContain("y: array<vec4<f16>");
    expect([...inputs, output].map(({ dtype }) => dtype)).toEqual(["f16", "f16"]);
  });
});
