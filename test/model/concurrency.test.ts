import { afterEach, describe, expect, test } from "vitest";
import { gpuObjects } from "../../src/runtime/device/gpu-objects.ts";
import { testDevice } from "../device.ts";
import { type DeviceEvent, faultyAdapters } from "../faulty-device.ts";
import { tinyRunner } from "./tiny-runner.ts";

const opened: (() => void)[] = [];
afterEach(() => {
  for (const dispose of opened.splice(0)) dispose();
});

type Tiny = Awaited<ReturnType<typeof tinyRunner>>;

async function onOneDevice(): Promise<Tiny> {
  const tiny = await tinyRunner({ device: await testDevice() });
  opened.push(tiny.dispose);
  return tiny;
}

const inputs = Array.from({ length: 8 }, (_, i) => new Float32Array(1000).map((_, k) => Math.sin(k * (i + 1))));

test("calls on one model run in the order in which they were made, each with its own numbers", async () => {
  const { run, calls } = await onOneDevice();
  const want: number[][] = [];
  for (const x of inputs) want.push(await run(x));
  expect(new Set(want.map(String)).size).toBe(inputs.length);
  const order: number[] = [];
  const got = await Promise.all(
    inputs.map(async (x, i) => {
      // All but one of a size that is compiled.
      const y = await run(x, i === 3 ? "another size" : "x");
      order.push(i);
      return y;
    }),
  );
  expect(got).toEqual(want);
  expect(order).toEqual(inputs.map((_, i) => i));
  await calls.idle();
});

describe("several models at once answer as one alone", () => {
  const answers = async (models: readonly Tiny[]) => {
    const [alone] = models;
    const want: number[][] = [];
    for (const x of inputs) want.push(await alone!.run(x));
    const got = await Promise.all(models.map(({ run }) => Promise.all(inputs.map((x, i) => run(x, `${i % 2}`)))));
    for (const each of got) expect(each).toEqual(want);
  };

  test("on one device", async () => {
    await answers([await onOneDevice(), await onOneDevice(), await onOneDevice()]);
  });

  test("on devices of their own", async () => {
    const { adapter } = faultyAdapters();
    const models = [await tinyRunner({ adapter }), await tinyRunner({ adapter }), await onOneDevice()];
    opened.push(models[0]!.dispose, models[1]!.dispose);
    await answers(models);
  });
});

test("disposing of a model in a call rejects its calls and no other model's, and frees its memory alone", async () => {
  const [one, other] = [await onOneDevice(), await onOneDevice()];
  const want = await other.run(inputs[0]!);
  await one.run(inputs[0]!);
  const device = await testDevice();
  const before = gpuObjects(device);
  const mine = inputs.map((x) => one.run(x));
  const theirs = inputs.map(() => other.run(inputs[0]!));
  one.dispose();
  for (const call of mine) await expect(call).rejects.toThrow("disposed");
  for (const call of theirs) expect(await call).toEqual(want);
  await expect.poll(() => gpuObjects(device).buffers).toBe(before.buffers - 2 - 5);
});

test("an abort between the submits of one call disturbs no other call", async () => {
  const controller = new AbortController();
  const reason = new Error("not this one");
  let submits = Number.NEGATIVE_INFINITY;
  const on = (event: DeviceEvent) => {
    if (event === "submit" && ++submits === 2) controller.abort(reason);
  };
  // So little that each dispatch is a submit of its own.
  const one = await tinyRunner({ adapter: faultyAdapters({ on }).adapter, submitBudget: 1e-6 });
  const other = await onOneDevice();
  opened.push(one.dispose);
  const want = await one.run(inputs[0]!);
  expect(await other.run(inputs[0]!)).toEqual(want);
  submits = 0;
  const aborted = one.run(inputs[1]!, "x", controller.signal);
  const after = [one.run(inputs[0]!), other.run(inputs[0]!)];
  await expect(aborted).rejects.toBe(reason);
  expect(await Promise.all(after)).toEqual([want, want]);
});
