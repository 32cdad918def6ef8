import { describe, expect, test } from "vitest";
import { Pace } from "../../../src/runtime/submits/pace.ts";
import { type Portion, SubmitPlan } from "../../../src/runtime/submits/submit-plan.ts";

/** A device whose dispatches take that many seconds, in one run of a plan: seconds and portions of each submit. */
function simulate(plan: SubmitPlan, seconds: readonly number[]) {
  const submits: { readonly seconds: number; readonly portions: readonly Portion[] }[] = [];
  const run = plan.begin();
  for (let portions = run.next(); portions.length > 0; portions = run.next()) {
    const took = portions.reduce((sum, { step, parts }) => sum + seconds[step]! / parts, 0);
    plan.learn(portions, took);
    submits.push({ seconds: took, portions });
  }
  return submits;
}

const longest = (submits: ReturnType<typeof simulate>) => Math.max(...submits.map(({ seconds }) => seconds));
const step = (slowSeconds: number, mostParts = 1000) => ({ slowSeconds, mostParts });

test("every part of every step is run once, in order", () => {
  const plan = new SubmitPlan([step(0.001), step(3), step(0.001), step(0)], new Pace(false), 100);
  for (const seconds of [
    [0.001, 5, 0.001, 0],
    [0.001, 0.001, 0.001, 0],
  ]) {
    const portions = simulate(plan, seconds).flatMap((submit) => submit.portions);
    const want = [0, 1, 2, 3].flatMap((i) => {
      const { parts } = portions.find(({ step: n }) => n === i)!;
      return Array.from({ length: parts }, (_, part) => ({ step: i, part, parts }));
    });
    expect(portions).toEqual(want);
  }
});

describe("no submit takes longer than it may", () => {
  // 200 dispatches, some a hundred times as long as others, on devices from as slow as one can expect to much faster.
  const slow = Array.from({ length: 200 }, (_, i) => (i % 7 === 0 ? 0.4 : i % 50 === 0 ? 3 : 0.004));

  test.each([1, 0.3, 0.01, 0.0001])(
    "where all takes %f of what a slow adapter takes, from the first run on",
    (speed) => {
      const plan = new SubmitPlan(
        slow.map((seconds) => step(seconds)),
        new Pace(false),
        100,
      );
      const seconds = slow.map((each) => each * speed);
      const [first, second] = [simulate(plan, seconds), simulate(plan, seconds)];
      expect(longest(first)).toBeLessThan(0.1);
      expect(longest(second)).toBeLessThan(0.1);
      // Nor is it cut more than it has to be.
      const total = seconds.reduce((sum, each) => sum + each);
      expect(second.length).toBeLessThanOrEqual(Math.ceil((total / 0.1) * 4) + 2);
    },
  );

  test("once it is learned, where kernels are far slower than one can tell from their sizes", () => {
    const plan = new SubmitPlan(
      slow.map((seconds) => step(seconds)),
      new Pace(false),
      100,
    );
    const seconds = slow.map((each, i) => (i % 3 === 0 ? 20 : 0.5) * each);
    simulate(plan, seconds);
    const runs = [1, 2, 3].map(() => longest(simulate(plan, seconds)));
    expect(runs.at(-1)).toBeLessThan(0.1);
  });

  test("but for a dispatch that cannot be cut further", () => {
    const plan = new SubmitPlan([step(0.001), step(1, 1), step(1, 3), step(0.001)], new Pace(false), 100);
    const submits = simulate(plan, [0.001, 1, 1, 0.001]);
    expect(submits.map(({ portions }) => portions.map((portion) => portion.step))).toEqual([
      [0],
      [1],
      [2],
      [2],
      [2],
      [3],
    ]);
  });
});

test("one measurement that is far off does little harm", () => {
  const plan = new SubmitPlan([step(0.01), step(0.01)], new Pace(false), 100);
  simulate(plan, [0.01, 0.01]);
  // The machine slept.
  plan.learn([{ step: 0, part: 0, parts: 1 }], 1000);
  expect(simulate(plan, [0.01, 0.01]).length).toBeLessThan(6);
  simulate(plan, [0.01, 0.01]);
  expect(simulate(plan, [0.01, 0.01])).toHaveLength(1);
});

test("what one session has learned, the next one on the device begins with", () => {
  const pace = new Pace(false);
  const steps = Array.from({ length: 50 }, () => step(0.04));
  const seconds = steps.map(() => 0.0004);
  const first = simulate(new SubmitPlan(steps, pace, 100), seconds).length;
  expect(first).toBeGreaterThan(1);
  expect(simulate(new SubmitPlan(steps, pace, 100), seconds)).toHaveLength(1);
});

test("100 ms on a GPU and a second where the CPU does the work, unless it is said", () => {
  expect(new Pace(false).budget).toBe(100);
  expect(new Pace(true).budget).toBe(1000);
});

test("submits that take next to nothing do not make a device slow", () => {
  const pace = new Pace(false);
  pace.learn(1, 0.01);
  expect(pace.guess(1)).toBeCloseTo(0.01);
  pace.learn(1e-6, 0.002);
  expect(pace.guess(1)).toBeCloseTo(0.01);
  pace.learn(1, 0.001);
  expect(pace.guess(1)).toBeCloseTo(0.001);
});
