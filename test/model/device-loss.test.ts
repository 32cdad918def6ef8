import { afterEach, describe, expect, test } from "vitest";
import { filesFromFolder } from "../../cli/node-files.ts";
import { DeviceLostError, DPT, MachineError, type Progress } from "../../src/index.ts";
import { gpuObjects } from "../../src/runtime/device/gpu-objects.ts";
import { type DeviceEvent, type FaultyDevice, faultyAdapters } from "../faulty-device.ts";
import { randomPicture, withProcessor } from "../small-models.ts";
import { tinyRunner } from "./tiny-runner.ts";

/** Loses the device the next time that this happens. */
let loseAt: DeviceEvent | undefined;
const on = (event: DeviceEvent, device: FaultyDevice) => {
  if (event !== loseAt) return;
  loseAt = undefined;
  device.lose();
};

const opened: (() => void)[] = [];
afterEach(() => {
  loseAt = undefined;
  for (const dispose of opened.splice(0)) dispose();
});

async function open() {
  const { adapter, made } = faultyAdapters({ on });
  const tiny = await tinyRunner({ adapter });
  opened.push(tiny.dispose);
  return { ...tiny, made };
}

async function checkLost(call: Promise<unknown>) {
  const error = await call.then(() => undefined).catch((e: unknown) => e as Error);
  expect(error).toBeInstanceOf(DeviceLostError);
  expect(error).toBeInstanceOf(MachineError);
  expect(error!.name).toBe("DeviceLostError");
  expect(error!.message).toContain("GPU: want a device that works, got it lost (unknown: a test has lost it).");
}

/** Nothing is held of a device that is gone. */
function checkGone(made: readonly FaultyDevice[], count: number) {
  expect(made).toHaveLength(count);
  for (const { device } of made.slice(0, -1)) expect(gpuObjects(device)).toMatchObject({ buffers: 0, querySets: 0 });
}

test("between calls: the next one answers as if nothing had been", async () => {
  const { run, x, made, store } = await open();
  const want = await run(x);
  const { bytes } = store;
  made[0]!.lose();
  expect(await run(x)).toEqual(want);
  expect(store.bytes).toBe(bytes);
  checkGone(made, 2);
  made[1]!.device.destroy();
  expect(await run(x)).toEqual(want);
  checkGone(made, 3);
});

describe("the call that is running is rejected, those that wait are answered", () => {
  test.each(["pipeline", "buffer", "submit", "map"] as const)("at a %s", async (event) => {
    const { run, x, made } = await open();
    loseAt = event;
    const [running, waiting] = [run(x), run(x)];
    await checkLost(running);
    const answer = await waiting;
    expect(await run(x)).toEqual(answer);
    checkGone(made, 2);
  });

  test("at a submit of a graph that is compiled", async () => {
    const { run, x, made } = await open();
    const want = await run(x);
    loseAt = "submit";
    await checkLost(run(x));
    expect(await run(x)).toEqual(want);
    checkGone(made, 2);
  });
});

test("while the weights come back: that call is rejected, the next one begins once more", async () => {
  const { run, x, made } = await open();
  const want = await run(x);
  made[0]!.lose();
  await Promise.resolve();
  loseAt = "buffer";
  await checkLost(run(x));
  expect(await run(x)).toEqual(want);
  checkGone(made, 3);
});

test("no adapter for a while: calls say so until there is one", async () => {
  const { adapter, made } = faultyAdapters();
  let isGone = false;
  const none = new MachineError("WebGPU: want an adapter, got none.");
  const { run, x, dispose } = await tinyRunner({ adapter: async () => (isGone ? Promise.reject(none) : adapter()) });
  opened.push(dispose);
  const want = await run(x);
  isGone = true;
  made[0]!.lose();
  await expect(run(x)).rejects.toBe(none);
  await expect(run(x)).rejects.toBe(none);
  isGone = false;
  expect(await run(x)).toEqual(want);
});

test("of two models on devices of their own, the other one notices nothing", async () => {
  const [one, other] = [await open(), await open()];
  const want = await other.run(one.x);
  // The other one has compiled.
  loseAt = "pipeline";
  const calls = [one.run(one.x), other.run(one.x)];
  await checkLost(calls[0]!);
  expect(await calls[1]).toEqual(want);
  checkGone(other.made, 1);
});

describe("a model", () => {
  const files = withProcessor(filesFromFolder("test/fixtures/cases/dpt-vit-seg"), { size: 32 });
  const picture = randomPicture(32, 32);

  test("comes back with its weights from where they came, and the same labels", async () => {
    const { adapter, made } = faultyAdapters({ on });
    using model = await DPT.load(files, { adapter });
    const { labels } = await model.segment(picture);
    expect(new Set(labels).size).toBeGreaterThan(1);
    loseAt = "submit";
    await checkLost(model.segment(picture));
    expect((await model.segment(picture)).labels).toEqual(labels);
    checkGone(made, 2);
  });

  test("is not loaded by half when the device is lost meanwhile", async () => {
    const { adapter, made } = faultyAdapters();
    const onProgress = ({ phase, done, total }: Progress) => {
      if (phase === "load" && done > total / 2) made[0]!.lose();
    };
    await checkLost(DPT.load(files, { adapter, onProgress }));
    expect(gpuObjects(made[0]!.device)).toMatchObject({ buffers: 0, querySets: 0 });
  });

  test("says of a device that was given, at every call, that it is lost", async () => {
    const { adapter, made } = faultyAdapters();
    const device = await (await adapter()).requestDevice();
    using model = await DPT.load(files, { device });
    made[0]!.lose();
    await checkLost(model.segment(picture));
    await checkLost(model.segment(picture));
    expect(made).toHaveLength(1);
  });
});
