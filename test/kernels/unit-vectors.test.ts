import { describe, expect, test } from "vitest";
import { unitVectors } from "../../src/kernels/unit-vectors.ts";
import { expectClose } from "../expect-close.ts";
import { randomNormal } from "../random.ts";
import { unitVectors as reference } from "../reference/unit-vectors.ts";
import { runFloat } from "../run-kernel.ts";

async function check(x: Float32Array, batch: number, height: number, width: number, channels: number) {
  const kernel = unitVectors({ batch, height, width, channels, precision: "f32" });
  // Numbers up to 1, of a sum, a root and a quotient.
  const tolerance = 2 ** -24 * (channels + 8);
  expectClose(await runFloat(kernel, x), reference(x, channels), kernel.output.shape, tolerance, kernel.label);
}

test("the loop says what normalize says", () => {
  expectClose(reference([3, 0, -4, 0, 0, 0], 3), [0.6, 0, -0.8, 0, 0, 0], [2, 3], 1e-15);
});

describe("[N, H, W, C]", () => {
  const shapes = [
    [1, 1, 1, 1],
    [1, 1, 1, 3],
    [2, 5, 7, 3],
    [1, 9, 13, 4],
    [1, 3, 2, 5],
    [2, 1, 3, 67],
  ] as const;
  test.each(shapes)("[%i, %i, %i, %i]", async (batch, height, width, channels) => {
    await check(randomNormal(batch * height * width * channels, 7, { mean: 1 }), batch, height, width, channels);
  });

  test("over more than 65,535 workgroups", async () => {
    const width = 64 * 65_536 + 1;
    await check(randomNormal(width, 2), 1, 1, width, 1);
  });

  test("of no length, and hardly any", async () => {
    await check(Float32Array.of(0, 0, 0, 1e-15, 0, 0, 1e-8, 1e-8, 0), 1, 1, 3, 3);
  });
});

// The last is finite itself, and its square is not.
test.each([Number.NaN, Number.POSITIVE_INFINITY, 1e20])(
  "a pixel with %f is not finite, and no other",
  async (value) => {
    const x = randomNormal(9, 3);
    x[4] = value;
    const got = await runFloat(unitVectors({ batch: 1, height: 1, width: 3, channels: 3, precision: "f32" }), x);
    expect(Array.from(got, Number.isFinite)).toEqual([true, true, true, false, false, false, true, true, true]);
  },
);

test("answers in f32 whatever it reads", () => {
  const { inputs, output } = unitVectors({ batch: 1, height: 2, width: 3, channels: 3, precision: "f16" });
  expect(inputs[0]).toEqual({ shape: [1, 2, 3, 3], dtype: "f16" });
  expect(output).toEqual({ shape: [1, 2, 3, 3], dtype: "f32" });
});
