import { describe, expect, test } from "vitest";
import { type PatchEmbedParams, patchEmbed } from "../../src/kernels/patch-embed.ts";
import { packLinear, packVector } from "../../src/kernels/shared/pack.ts";
import { concatenate } from "../../src/model/weights/fold.ts";
import { expectClose } from "../expect-close.ts";
import { randomNormal } from "../random.ts";
import { patchOffsets, patchProducts } from "../reference/patch-embed.ts";
import { runFloat } from "../run-kernel.ts";
import { sumTolerance } from "./sum-tolerance.ts";

type Sizes = Omit<PatchEmbedParams, "precision">;

/** Each token filled up to a multiple of 4. */
function packTokens(tokens: Float32Array, channels: number): Float32Array {
  const count = tokens.length / channels;
  const rows = Array.from({ length: count }, (_, i) => packVector(tokens.subarray(i * channels, (i + 1) * channels)));
  return concatenate(rows);
}

async function check(sizes: Sizes, change: (pixels: Float32Array, leading: Float32Array) => void = () => {}) {
  const { batch, channelsIn, height, width, patch, channelsOut, leading: count = 1 } = sizes;
  const depth = channelsIn * patch * patch;
  const patches = Math.floor(height / patch) * Math.floor(width / patch);
  const pixels = randomNormal(batch * channelsIn * height * width, 1);
  const weight = randomNormal(channelsOut * depth, 2);
  const [bias, leading] = [randomNormal(channelsOut, 3), randomNormal(count * channelsOut, 4)];
  const { positions: hasPositions = true } = sizes;
  const positions = hasPositions ? randomNormal(patches * channelsOut, 5) : new Float32Array(patches * channelsOut);
  change(pixels, leading);

  const kernel = patchEmbed({ ...sizes, precision: "f32" });
  const vectors = [packVector(bias), packTokens(leading, channelsOut), ...(hasPositions ? [positions] : [])];
  const got = await runFloat(kernel, pixels, packLinear(weight, channelsOut, depth), ...vectors);
  const add = (products: Float64Array, offsets: Float64Array) => products.map((product, i) => product + offsets[i]!);
  const want = add(patchProducts(pixels, weight, sizes), patchOffsets(bias, leading, positions, sizes));
  const [absBias, absToken, absPositions] = [bias, leading, positions].map((v) => v.map(Math.abs));
  const magnitudes = add(
    patchProducts(pixels.map(Math.abs), weight.map(Math.abs), sizes),
    patchOffsets(absBias!, absToken!, absPositions!, sizes),
  );
  expectClose(got, want, kernel.output.shape, sumTolerance(magnitudes, depth, want, {}), kernel.label);
}

describe("the loops say what DPTViTEmbeddings says", () => {
  const sizes = { batch: 1, channelsIn: 1, height: 2, width: 4, patch: 2, channelsOut: 1 };

  test("patches in rows, taps in rows", () => {
    const y = patchProducts([1, 2, 3, 4, 5, 6, 7, 8], [1, 10, 100, 1000], sizes);
    expect([...y]).toEqual([0, 6521, 8743]);
  });

  test("channels, batches and what is left over", () => {
    const more = { ...sizes, batch: 2, channelsIn: 2, height: 3, width: 1, patch: 1, channelsOut: 1 };
    const x = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
    expect([...patchProducts(x, [1, 100], more)]).toEqual([0, 401, 502, 603, 0, 1007, 1108, 1209]);
    expect([...patchProducts(x, [1, 0, 0, 0], { ...sizes, height: 3, width: 3 })]).toEqual([0, 1]);
  });

  test("registers after the class token", () => {
    const more = { ...sizes, leading: 2 };
    expect([...patchProducts([1, 2, 3, 4, 5, 6, 7, 8], [1, 10, 100, 1000], more)]).toEqual([0, 0, 6521, 8743]);
    expect([...patchOffsets([1], [30, 40], [100, 200], more)]).toEqual([30, 40, 101, 201]);
  });

  test("class token first", () => {
    const y = patchOffsets([1, 2], [30, 40], [100, 200, 300, 400], { ...sizes, batch: 2, channelsOut: 2 });
    expect([...y]).toEqual([30, 40, 101, 202, 301, 402, 30, 40, 101, 202, 301, 402]);
  });
});

describe("embeds [N, C, H, W] in patches of a size to D", () => {
  const shapes = [
    [1, 1, 1, 1, 1, 1],
    [2, 3, 5, 7, 2, 5],
    [1, 3, 14, 28, 14, 8],
    [3, 3, 33, 20, 16, 12],
    [1, 3, 16, 64, 16, 7],
    [2, 1, 9, 6, 3, 65],
    [1, 3, 48, 48, 4, 20],
    [2, 3, 36, 62, 2, 9],
    [1, 2, 73, 28, 2, 6],
  ] as const;
  test.each(shapes)("[%i, %i, %i, %i], %i to %i", async (batch, channelsIn, height, width, patch, channelsOut) => {
    await check({ batch, channelsIn, height, width, patch, channelsOut });
  });

  test("without positions", async () => {
    await check({ batch: 2, channelsIn: 3, height: 9, width: 14, patch: 4, channelsOut: 6, positions: false });
    await check({ batch: 1, channelsIn: 3, height: 48, width: 48, patch: 4, channelsOut: 20, positions: false });
  });

  test.each([
    [2, 1, 3, 5, 7, 2, 5],
    [2, 2, 3, 28, 42, 14, 24],
    [5, 1, 3, 36, 62, 2, 9],
  ])("%i tokens before the patches", async (leading, batch, channelsIn, height, width, patch, channelsOut) => {
    await check({ batch, channelsIn, height, width, patch, channelsOut, leading });
  });

  test("over more than 65,535 workgroups", async () => {
    await check({ batch: 1, channelsIn: 1, height: 1, width: 1, patch: 1, channelsOut: 32 * 65_536 + 1 });
  });
});

test("keeps what is not finite in its patch, and the class token apart from the first", async () => {
  await check({ batch: 2, channelsIn: 3, height: 6, width: 9, patch: 3, channelsOut: 6 }, (pixels) => {
    pixels[0] = Number.NaN;
    // K = 27 is filled up to 28: the tap after the last would be the next image's.
    pixels[3 * 54 + 6] = Number.POSITIVE_INFINITY;
  });
  await check({ batch: 2, channelsIn: 3, height: 6, width: 9, patch: 3, channelsOut: 6, leading: 2 }, (_, leading) => {
    leading.fill(Number.NaN);
  });
});

test("does not read pixels beyond whole patches", async () => {
  await check({ batch: 2, channelsIn: 1, height: 5, width: 7, patch: 2, channelsOut: 4 }, (pixels) => {
    for (let i = 0; i < pixels.length; i++) if (i % 7 === 6 || Math.floor(i / 7) % 5 === 4) pixels[i] = Number.NaN;
  });
});

describe("plans", () => {
  const sizes = { batch: 2, channelsIn: 3, height: 480, width: 640, patch: 16, channelsOut: 1024 };
  const params = { ...sizes, precision: "f32" } as const;

  test("one text for equal shapes", () => {
    const kernel = patchEmbed(params);
    expect(kernel.label).toBe("patchEmbed [2,3,480,640] 16×16 → 1024");
    expect(kernel.flops).toBe(2 * 2 * 1200 * 768 * 1024);
    const shapes = [[2, 3, 480, 640], [768, 1024], [1024], [1, 1024], [1, 30, 40, 1024]];
    expect(kernel.inputs.map(({ shape }) => shape)).toEqual(shapes);
    expect(kernel.output.shape).toEqual([2, 1201, 1024]);
    expect(patchEmbed({ ...params }).code).toBe(kernel.code);
    expect(patchEmbed({ ...params, height: 640, width: 480 }).code).not.toBe(kernel.code);
    expect(patchEmbed({ ...params, positions: false }).inputs.map(({ shape }) => shape)).toEqual(shapes.slice(0, 4));
  });

  test("f16 storage with f32 sums, bias and class token", () => {
    const { code, inputs, output } = patchEmbed({ ...params, precision: "f16" });
    expect(code).toMatch(/^enable f16;/);
    expect(code.replace("enable f16;", "").replaceAll("f16", "f32").trim()).toBe(patchEmbed(params).code);
    expect(code).toContain("x: array<f16");
    for (const name of ["weight", "positions", "y"]) expect(code).toContain(`${name}: array<vec4<f16>`);
    expect(code).not.toMatch(/var sum.*f16/);
    expect([...inputs, output].map(({ dtype }) => dtype)).toEqual(["f16", "f16", "f32", "f32", "f16", "f16"]);
  });
});
