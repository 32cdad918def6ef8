import { expect, test } from "vitest";
import { type Clocks, DispatchTimer } from "../../../src/runtime/paths/dispatch-timer.ts";

const never = async (): Promise<number> => {
  throw new Error("nobody looks at this clock");
};

/** A clock that notes how many dispatches it was asked about. */
function noted(seconds: (repeats: number, call: number) => number) {
  const asked: number[] = [];
  const clock = async (repeats: number) => seconds(repeats, asked.push(repeats) - 1);
  return { asked, clock };
}

test("repeats a short dispatch until a timestamp's rounding no longer matters", async () => {
  const { asked, clock } = noted((repeats) => Math.round(repeats * 0.17) * 1e-4);
  const seconds = await new DispatchTimer(true).time({ stamped: clock, wall: never });
  expect(seconds / 1.7e-5).toBeCloseTo(1, 1);
  expect(asked[0]).toBe(1);
  expect(asked.at(-1)! * 1.7e-5).toBeGreaterThan(0.004);
});

test("without timestamps, what the submit costs drops out", async () => {
  const { clock } = noted((repeats) => 0.03 + repeats * 0.002);
  expect(await new DispatchTimer(false).time({ stamped: never, wall: clock })).toBeCloseTo(0.002, 9);
});

test("without timestamps, a run that other work held up makes no path the fastest", async () => {
  const { clock } = noted((repeats, call) => (call === 0 ? 0.5 : 0.01 + repeats * 0.06));
  expect(await new DispatchTimer(false).time({ stamped: never, wall: clock })).toBeCloseTo(0.065, 9);
});

test("is the median of three", async () => {
  const { asked, clock } = noted((_, call) => [0.02, 0.03, 0.01][call]!);
  expect(await new DispatchTimer(true).time({ stamped: clock, wall: never })).toBe(0.02);
  expect(asked).toEqual([1, 1, 1]);
});

test.each([
  ["clearly slower than the best is seen once", 0.02, 0.015, 1],
  ["hardly slower is seen three times", 0.02, 0.019, 3],
  ["long work is seen once", 0.2, undefined, 1],
])("%s", async (_, seconds, best, times) => {
  const { asked, clock } = noted(() => seconds);
  expect(await new DispatchTimer(true).time({ stamped: clock, wall: never }, best)).toBe(seconds);
  expect(asked).toHaveLength(times);
});

test("timestamps that stand still are given up for good", async () => {
  const timer = new DispatchTimer(true);
  const still = noted(() => 0);
  const clocks: Clocks = { stamped: still.clock, wall: async (repeats) => 0.03 + repeats * 0.002 };
  expect(await timer.time(clocks)).toBeCloseTo(0.002, 9);
  const looked = still.asked.length;
  expect(await timer.time(clocks)).toBeCloseTo(0.002, 9);
  expect(still.asked).toHaveLength(looked);
});
