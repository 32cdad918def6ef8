import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Pipelines } from "../../../src/runtime/device/pipelines.ts";
import { type Step, StepRunner } from "../../../src/runtime/submits/step-runner.ts";
import { SubmitClock } from "../../../src/runtime/submits/submit-clock.ts";
import { kernelOf } from "../kernel-of.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/**
 * A device on the timers' clock: a submit is half of the latency on its way there and half back, and each dispatch takes as
 * many milliseconds as it has workgroups.
 */
function simulatedDevice(latency: number) {
  const submits: number[] = [];
  let free = 0;
  const until = (time: number) => new Promise<undefined>((resolve) => setTimeout(resolve, time - performance.now()));
  const device = {
    adapterInfo: { architecture: "", device: "", description: "" },
    lost: new Promise(() => {}),
    pushErrorScope: () => {},
    popErrorScope: async () => null,
    createCommandEncoder: () => {
      let work = 0;
      const pass = {
        setPipeline: () => {},
        setBindGroup: () => {},
        dispatchWorkgroups: (count: number) => {
          work += count;
        },
        end: () => {},
      };
      return { beginComputePass: () => pass, finish: () => work };
    },
    queue: {
      submit: ([work]: readonly number[]) => {
        if (work! > 0) submits.push(work!);
        free = Math.max(free, performance.now() + latency / 2) + work!;
      },
      onSubmittedWorkDone: () => until(free + latency / 2),
    },
  };
  return { device: device as unknown as GPUDevice, submits };
}

/** Milliseconds of work of each submit in the last of some runs of 150 dispatches. */
async function submitsOf(latency: number): Promise<readonly number[]> {
  const { device, submits } = simulatedDevice(latency);
  // 50 GFLOP/s, as a slow adapter is believed to have.
  const kernel = (ms: number) => ({ ...kernelOf([], 1), flops: ms * 5e7, workgroups: [ms, 1, 1] as const });
  const steps = Array.from({ length: 150 }, (_, i) => ({
    kernel: kernel(1 + (i % 9)),
    inputs: [],
    output: { shape: [1], dtype: "f32" },
  }));
  const runner = new StepRunner(device, {} as Pipelines, steps as unknown as Step[], 100);
  for (let i = 0; i < 4; i++) {
    submits.length = 0;
    const run = runner.run(() => {}, {});
    await vi.runAllTimersAsync();
    await run;
  }
  return submits.slice();
}

test.each([0, 1, 10, 40, 80])("with a latency of %d ms submits have the work that they may have", async (latency) => {
  const submits = await submitsOf(latency);
  const total = submits.reduce((sum, ms) => sum + ms);
  expect(total).toBeGreaterThan(700);
  // A submit is planned for 50 ms.
  expect(submits.length).toBeLessThanOrEqual(Math.ceil(total / 50) + 2);
  expect(Math.max(...submits)).toBeLessThan(100);
});

test("of what is seen of a submit a part counts as work, however long the latency is believed to be", () => {
  const clock = new SubmitClock(() => 1);
  expect(clock.done(0, 160)).toEqual({ seconds: 0.16, work: 0.01 });
  // Sent before the first was done.
  expect(clock.done(10, 1500)).toEqual({ seconds: 1.34, work: 0.49 });
});
