import { describe, expect, test } from "vitest";
import { channelMoments } from "../../src/kernels/channel-moments.ts";
import { type GroupNormParams, groupNorm } from "../../src/kernels/group-norm.ts";
import { groupStatistics } from "../../src/kernels/group-statistics.ts";
import { expectClose } from "../expect-close.ts";
import { randomNormal } from "../random.ts";
import { groupNorm as reference } from "../reference/group-norm.ts";
import { runFloat } from "../run-kernel.ts";
import { checkGroupNorm } from "./check-group-norm.ts";

type Shape = readonly [batch: number, height: number, width: number, channels: number, groups: number];

const sizes = ([batch, height, width, channels, groups]: Shape): GroupNormParams => {
  return { batch, height, width, channels, groups, precision: "f32" };
};
const countOf = ({ batch, height, width, channels }: GroupNormParams) => batch * height * width * channels;

async function check(params: GroupNormParams, of: { mean?: number; deviation?: number } = {}, epsilon = 1e-5) {
  await checkGroupNorm(params, randomNormal(countOf(params), 1, of), { epsilon });
}

test("the loop says what torch.nn.GroupNorm says", () => {
  // Two pixels of four channels in two groups: 1 2 5 6 and 5 6, which vary by 5/4 and 20.
  const y = reference([1, 5, 1, 5, 3, 7, 7, 11], [1, 2, 4], 2, [1, 1, 1, 2], [0, 0, 0, 1], 0);
  const [a, b] = [1 / Math.sqrt(5), 1 / Math.sqrt(13)];
  expectClose(y, [-3 * a, a, -5 * b, 1 - 2 * b, -a, 3 * a, b, 1 + 10 * b], [2, 4], 1e-15);
});

describe("normalises groups of channels over an image", () => {
  // Groups of 1 to 32 channels, that begin in the middle of four or not; up to 31, 32, 33 and many pixels in a part.
  const shapes: readonly Shape[] = [
    [1, 1, 1, 1, 1],
    [1, 1, 2, 4, 1],
    [2, 3, 1, 4, 4],
    [3, 5, 7, 6, 2],
    [1, 4, 8, 12, 4],
    [2, 3, 11, 12, 2],
    [1, 31, 1, 10, 5],
    [2, 9, 13, 64, 32],
    [1, 16, 17, 20, 2],
    [2, 6, 5, 256, 32],
    [1, 7, 5, 7, 7],
    [1, 8, 9, 132, 4],
    [1, 2, 3, 1024, 32],
    [1, 97, 89, 8, 2],
  ];
  test.each(shapes)("[%i, %i, %i, %i] of %i", async (...shape) => {
    await check(sizes(shape), { mean: 0.5, deviation: 2 });
  });

  test("over more than 65,535 workgroups", async () => {
    await check(sizes([1, 2048, 2050, 1, 1]));
    await check(sizes([65_537, 1, 1, 2, 1]));
  });
});

describe("with an activation and a residual", () => {
  test.each([
    [2, 5, 7, 12, 3],
    [1, 6, 6, 10, 2],
  ] as const)("[%i, %i, %i, %i] of %i", async (...shape) => {
    const params = sizes(shape);
    const x = randomNormal(countOf(params), 1);
    const residual = randomNormal(countOf(params), 4);
    await checkGroupNorm({ ...params, activation: "relu" }, x);
    await checkGroupNorm(params, x, { residual });
    await checkGroupNorm({ ...params, activation: "relu" }, x, { residual });
    await checkGroupNorm({ ...params, activation: "silu" }, x, { residual });
  });
});

test.each([
  [2, 9, 13, 64, 32],
  [1, 5, 5, 9, 3],
] as const)("keeps a small spread around a large mean, [%i, %i, %i, %i] of %i", async (...shape) => {
  await check(sizes(shape), { mean: 1000, deviation: 0.1 });
});

test("keeps small spreads around means that differ from image to image, and from group to group", async () => {
  const params = sizes([3, 7, 6, 10, 2]);
  const x = randomNormal(countOf(params), 1, { deviation: 0.1 });
  for (const i of x.keys()) x[i]! += 1000 * Math.floor(i / 420) - 3000 * Math.floor((i % 10) / 5);
  await checkGroupNorm(params, x);
});

test("keeps a large mean of a group whose first number is far off", async () => {
  const params = sizes([1, 12, 11, 8, 2]);
  const x = randomNormal(countOf(params), 1, { mean: 30 });
  x[0] = -1000;
  await checkGroupNorm(params, x);
});

test("gives the bias for groups that do not vary", async () => {
  const params = sizes([2, 3, 5, 6, 2]);
  await checkGroupNorm(params, new Float32Array(countOf(params)).fill(0.1));
});

test("adds epsilon to the variance", async () => {
  await check(sizes([1, 4, 5, 8, 2]), { deviation: 0.01 }, 1e-3);
});

test("keeps groups apart: a NaN, or an infinity, stays in its group and its image", async () => {
  const params = sizes([2, 3, 4, 6, 2]);
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
    // The first of all numbers of a group is what the others are counted from.
    for (const [at, image] of [
      [12 * 6 + 5 * 6 + 4, 1],
      [3, 0],
    ] as const) {
      const x = randomNormal(countOf(params), 1);
      x[at] = value;
      const moments = await runFloat(channelMoments(params), x);
      const statistics = await runFloat(groupStatistics({ ...params, epsilon: 1e-5 }), moments);
      const y = await runFloat(groupNorm(params), x, statistics, new Float32Array(6).fill(1), new Float32Array(6));
      const isOfGroup = Array.from(y, (_, i) => Math.floor(i / (12 * 6)) === image && i % 6 >= 3);
      expect(Array.from(y, Number.isNaN)).toEqual(isOfGroup);
    }
  }
});

test.each([1e20, 1e25, 1e38])(
  "squares past f32's largest, of numbers about %f: nothing finite comes of it",
  async (size) => {
    const params = sizes([1, 3, 4, 6, 2]);
    const x = randomNormal(countOf(params), 1).map((value, i) => (i % 6 < 3 ? value : size * value));
    const moments = await runFloat(channelMoments(params), x);
    const statistics = await runFloat(groupStatistics({ ...params, epsilon: 1e-5 }), moments);
    const y = await runFloat(
      groupNorm(params),
      x,
      statistics,
      new Float32Array(6).fill(1),
      new Float32Array(6).fill(0.5),
    );
    expect(Array.from(y, Number.isFinite)).toEqual(Array.from(y, (_, i) => i % 6 < 3));
  },
);

describe("plans", () => {
  const params = { ...sizes([1, 96, 96, 256, 32]), activation: "relu", residual: true } as const;
  const all = (of: GroupNormParams) => [channelMoments(of), groupStatistics({ ...of, epsilon: 1e-5 }), groupNorm(of)];

  test("one text for equal shapes", () => {
    expect(all(params).map(({ label }) => label)).toEqual([
      "channelMoments [1, 96, 96, 256]",
      "groupStatistics [1, 288, 256] of 32",
      "groupNorm [1, 96, 96, 256] of 32 + residual + relu",
    ]);
    expect(all({ ...params }).map(({ code }) => code)).toEqual(all(params).map(({ code }) => code));
    const others = [{ activation: "none" }, { residual: false }, { groups: 16 }, { height: 48 }] as const;
    const codes = [params, ...others].map((other) => groupNorm({ ...params, ...other }).code);
    expect(new Set(codes).size).toBe(codes.length);
  });

  test("f16 storage with f32 statistics, weight and bias", () => {
    const kernels = all({ ...params, precision: "f16" });
    for (const [i, { code }] of kernels.entries()) {
      expect(code.replace("enable f16;", "").replaceAll("f16", "f32").trim()).toBe(all(params)[i]!.code.trim());
    }
    expect(kernels.map(({ inputs, output }) => [...inputs, output].map(({ dtype }) => dtype))).toEqual([
      ["f16", "f32"],
      ["f32", "f32"],
      ["f16", "f32", "f32", "f32", "f16", "f16"],
    ]);
  });
});
