import { channelMoments } from "../../src/kernels/channel-moments.ts";
import { type GroupNormParams, groupNorm } from "../../src/kernels/group-norm.ts";
import { groupStatistics } from "../../src/kernels/group-statistics.ts";
import { momentParts } from "../../src/kernels/shared/norm-groups.ts";
import type { Stage } from "../../src/runtime/graph/kernel.ts";
import { expectClose } from "../expect-close.ts";
import { randomNormal } from "../random.ts";
import { activation } from "../reference/activation.ts";
import { groupNorm as reference } from "../reference/group-norm.ts";
import { halfRounding } from "../round-to-half.ts";
import { runFloat } from "../run-kernel.ts";

/** The kernels as stages of a path, what goes in, and what is right. */
export interface ExpectedNorm {
  readonly stages: readonly Stage[];
  readonly inputs: readonly Float32Array[];
  readonly want: Float64Array;
  /** Largest error of each value before it is stored. */
  readonly bound: Float64Array;
}

interface Options {
  readonly epsilon?: number;
  readonly residual?: Float32Array;
}

/** The three kernels of a group norm, random weight and bias for them, and what the loop makes of these. */
export function expectGroupNorm(
  params: GroupNormParams,
  x: Float32Array,
  { epsilon = 1e-5, residual }: Options = {},
): ExpectedNorm {
  const { batch, height, width, channels, groups } = params;
  const [weight, bias] = [randomNormal(channels, 2, { mean: 1 }), randomNormal(channels, 3)];
  const added = residual ? [residual] : [];
  const first = 3 + added.length;
  const stages = [
    { kernel: channelMoments(params), inputs: [0] },
    { kernel: groupStatistics({ ...params, epsilon }), inputs: [first] },
    {
      kernel: groupNorm({ ...params, residual: residual !== undefined }),
      inputs: [0, first + 1, 1, 2, ...added.map(() => 3)],
    },
  ];
  const act = activation[params.activation ?? "none"];
  const normed = reference(x, [batch, height * width, channels], groups, weight, bias, epsilon);
  const error = tolerance(params, x, epsilon);
  const bound = normed.map((y, i) => {
    const c = i % channels;
    const size = Math.abs(y) + Math.abs(bias[c]!) + Math.abs(residual?.[i] ?? 0);
    // No activation is steeper than 1.13; those that are not ReLU err by 12 units themselves.
    return 1.13 * (error(i) * Math.abs(weight[c]!) + 16 * 2 ** -24 * size);
  });
  const want = normed.map((y, i) => act(y + (residual?.[i] ?? 0)));
  return { stages, inputs: [x, weight, bias, ...added], want, bound };
}

/** Runs the three kernels of a group norm on random weight and bias, and compares their answer with the loop. */
export async function checkGroupNorm(
  params: GroupNormParams,
  x: Float32Array,
  options: Options = {},
  run = runFloat,
): Promise<void> {
  const { stages, inputs, want, bound } = expectGroupNorm(params, x, options);
  const answers: Float32Array[] = [...inputs];
  for (const { kernel, inputs: from } of stages) answers.push(await run(kernel, ...from.map((n) => answers[n]!)));
  const { output, label } = stages.at(-1)!.kernel;
  const within = want.map((y, i) => bound[i]! + (params.precision === "f16" ? halfRounding(y) : 0));
  expectClose(answers.at(-1)!, want, output.shape, within, label);
}

/**
 * Largest error of a normalised value. Sums chain a part's pixels, then parts and channels of the group over 64
 * invocations, then these; each addition errs by 2^-24 of the sum of magnitudes, which are differences to the pivot, here
 * the largest of them in standard deviations. 16 more for the single operations.
 */
function tolerance(params: GroupNormParams, x: Float32Array, epsilon: number): (i: number) => number {
  const { batch, height, width, channels, groups } = params;
  const [pixels, size] = [height * width, channels / groups];
  const units = momentParts(params).pixels + Math.ceil((momentParts(params).parts * size) / 64) + 64 + 16;
  const errors = Float64Array.from({ length: batch * groups }, (_, group) => {
    const [n, first] = [Math.floor(group / groups), (group % groups) * size];
    const values = Array.from({ length: pixels * size }, (_, i) => {
      return x[(n * pixels + Math.floor(i / size)) * channels + first + (i % size)]!;
    });
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    const farthest = values.reduce((most, value) => Math.max(most, Math.abs(value - values[0]!)), 0);
    return units * 2 ** -24 * (1 + farthest / Math.sqrt(variance + epsilon));
  });
  return (i) => errors[Math.floor(i / (pixels * channels)) * groups + Math.floor((i % channels) / size)]!;
}
