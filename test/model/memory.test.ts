import { afterEach, describe, expect, test } from "vitest";
import { filesFromFolder } from "../../cli/node-files.ts";
import { DPT, MachineError, MemoryError } from "../../src/index.ts";
import { createBuffer } from "../../src/runtime/device/gpu-buffer.ts";
import { gpuObjects } from "../../src/runtime/device/gpu-objects.ts";
import { testDevice } from "../device.ts";
import { faultyAdapters } from "../faulty-device.ts";
import { randomPicture, withProcessor } from "../small-models.ts";
import { tinyRunner } from "./tiny-runner.ts";

const files = withProcessor(filesFromFolder("test/fixtures/cases/dpt-vit-seg"), { size: 32 });
const errorOf = (call: Promise<unknown>) => call.then(() => undefined).catch((error: unknown) => error as Error);

const opened: (() => void)[] = [];
afterEach(() => {
  for (const dispose of opened.splice(0)) dispose();
});

test("a buffer that is larger than the device has any is a MemoryError", async () => {
  const device = await testDevice();
  const before = gpuObjects(device);
  const error = await errorOf(createBuffer(device, "huge", 2 ** 40, GPUBufferUsage.STORAGE));
  expect(error).toBeInstanceOf(MemoryError);
  expect(error).toBeInstanceOf(MachineError);
  expect(error!.name).toBe("MemoryError");
  expect(error!.message).toMatch(/^GPU memory: want 1099511.6 MB for huge beside [\d.]+ MB, got: /);
  expect(gpuObjects(device)).toEqual(before);
});

describe("where memory is short for a graph", () => {
  /** Bytes of each of its tensors. */
  const bytes = 4000;

  async function open(memory: number) {
    const notices: string[] = [];
    const { adapter, made } = faultyAdapters({ memory });
    const tiny = await tinyRunner({ adapter }, (notice) => notices.push(notice));
    opened.push(tiny.dispose);
    return { ...tiny, notices, objects: () => gpuObjects(made[0]!.device) };
  }

  test("the graphs of other sizes go first", async () => {
    // Two weights, and five buffers of a graph.
    const { run, x, notices, objects } = await open((2 + 5 + 3) * bytes);
    const want = await run(x, "one");
    expect(notices).toEqual([]);
    expect(await run(x, "other")).toEqual(want);
    expect(notices).toEqual(["GPU memory is short: 0.0 MB were to be had after all else was freed."]);
    expect(objects().buffers).toBe(2 + 5);
    expect(await run(x, "one")).toEqual(want);
  });

  test("paths are taken that need less between their kernels", async () => {
    const { run, x, notices, objects } = await open((2 + 5) * bytes);
    const roomy = await open((2 + 6) * bytes);
    const want = await roomy.run(x, "in two steps");
    expect([roomy.objects().buffers, roomy.notices]).toEqual([2 + 6, []]);
    // Sums of numbers below 20 in another order.
    for (const [i, y] of (await run(x, "in two steps")).entries()) expect(Math.abs(y - want[i]!)).toBeLessThan(1e-5);
    expect(notices).toEqual(["GPU memory is short: 0.0 MB were to be had by paths that take less."]);
    expect(objects().buffers).toBe(2 + 5);
  });

  test("and if nothing fits, the error tells what is wanted and what there is, and nothing stays", async () => {
    const { run, x, objects } = await open((2 + 4) * bytes);
    const error = await errorOf(run(x));
    expect(error).toBeInstanceOf(MemoryError);
    expect(error!.message).toMatch(
      /^GPU memory: want 0.0 MB beside 0.0 MB of weights, got no more than 0.0 MB in all \(/,
    );
    expect((error as MemoryError).allocated).toBe((2 + 4) * bytes);
    expect(objects()).toMatchObject({ buffers: 2, bufferBytes: 2 * bytes });
  });
});

describe("where memory is short for weights", () => {
  async function weightBytes(dtype: "f32" | "q8", convolution: "auto" | "direct" = "auto") {
    using model = await DPT.load(files, { device: await testDevice(), dtype, convolution });
    return model.memory.weights;
  }

  async function load(memory: number, options: Parameters<typeof DPT.load>[1] = {}) {
    const notices: string[] = [];
    const { adapter, made } = faultyAdapters({ memory });
    const onNotice = (notice: string) => notices.push(notice);
    const model = await DPT.load(files, { ...options, adapter, onNotice }).catch((error: unknown) => error as Error);
    if (model instanceof DPT) opened.push(() => model.dispose());
    return { model, notices, objects: gpuObjects(made[0]!.device) };
  }

  test("convolutions are direct then, then weights are in q8, and it is told", async () => {
    const [f32, direct, q8] = [
      await weightBytes("f32"),
      await weightBytes("f32", "direct"),
      await weightBytes("q8", "direct"),
    ];
    expect([f32 > direct, direct > q8]).toEqual([true, true]);
    const whole = await load(f32);
    expect([(whole.model as DPT).memory.weights, whole.notices]).toEqual([f32, []]);

    const first = await load(f32 - 1);
    expect((first.model as DPT).memory.weights).toBe(direct);
    expect((first.model as DPT).dtype).toBe("f32");
    expect(first.notices.join()).toMatch(
      /^GPU memory: want [\d.]+ MB for the weights in f32, got no more than [\d.]+ MB. They are tried again in [\d.]+ MB, stored as f32.$/,
    );
    const second = await load(direct - 1);
    expect((second.model as DPT).memory.weights).toBe(q8);
    expect((second.model as DPT).dtype).toBe("q8");
    expect(second.notices).toHaveLength(2);
    expect(second.objects.bufferBytes).toBe(q8);
  });

  test("but not if it was asked for: the error names what would fit", async () => {
    const direct = await weightBytes("f32", "direct");
    const { model, notices, objects } = await load(direct - 1, { dtype: "f32" });
    expect(model).toBeInstanceOf(MemoryError);
    expect((model as Error).message).toMatch(
      /^GPU memory: want [\d.]+ MB for the weights in f32, got no more than [\d.]+ MB. Load it with dtype q8 \([\d.]+ MB\) or q4 \([\d.]+ MB\), close other tabs/,
    );
    expect(notices).toHaveLength(1);
    expect(objects).toMatchObject({ buffers: 0, bufferBytes: 0 });
  });

  test("nothing fits: no half of a model stays behind", async () => {
    const { model, objects } = await load((await weightBytes("q8", "direct")) - 1);
    expect(model).toBeInstanceOf(MemoryError);
    expect((model as Error).message).toContain("Load it with dtype q4");
    expect(objects).toMatchObject({ buffers: 0, bufferBytes: 0 });
  });
});

describe("where memory is short for pictures", () => {
  async function open(device: GPUDevice, onNotice?: (notice: string) => void) {
    const model = await DPT.load(files, { device, ...(onNotice && { onNotice }) });
    opened.push(() => model.dispose());
    return model;
  }

  async function shortDevice(memory: number) {
    const { adapter, made } = faultyAdapters({ memory });
    await (await adapter()).requestDevice();
    return made[0]!.device;
  }

  test("fewer run at once, in the same order", async () => {
    const pictures = [1, 2, 3].map((seed) => randomPicture(32, 32, seed));
    const roomy = await open(await testDevice());
    const { plannedBytes } = await roomy.plan({ picture: pictures[0]! });
    const { weights } = roomy.memory;
    const notices: string[] = [];
    const model = await open(await shortDevice(weights + 1.5 * plannedBytes), (notice) => notices.push(notice));
    const got = await model.segment(pictures);
    for (const [i, picture] of pictures.entries()) {
      expect(got[i]!.labels).toEqual((await model.segment(picture)).labels);
    }
    expect(new Set(got.map(({ labels }) => labels.join())).size).toBe(3);
    expect(got.map(({ batch }) => batch)).toEqual([1, 1, 1]);
    expect(notices).toEqual([
      "segment: GPU memory is short for 3 pictures at once: 2 it is.",
      "segment: GPU memory is short for 2 pictures at once: 1 it is.",
    ]);
  });

  test("a picture goes through windows, and if they are no help the error says what is", async () => {
    const roomy = await open(await testDevice());
    const picture = randomPicture(64, 64);
    const { plannedBytes } = await roomy.plan({ picture, size: "native" });
    const { weights } = roomy.memory;
    const notices: string[] = [];
    const model = await open(await shortDevice(weights + 0.9 * plannedBytes), (notice) => notices.push(notice));
    const got = await model.segment(picture, { size: "native" });
    const want = await model.segment(picture, { size: "native", tile: 32 });
    expect(got.labels).toEqual(want.labels);
    expect(got.passes).toBe(want.passes);
    expect(notices.at(-1)).toBe("segment: GPU memory is short: the picture goes through windows of 32 pixels.");

    const error = await errorOf(model.segment(picture, { size: { width: 96, height: 96 } }));
    expect(error).toBeInstanceOf(MemoryError);
    expect(error!.message).toMatch(
      /Give size: \{ width: 48, height: 48 \}, which takes [\d.]+ MB; or load the model with a/,
    );
    // It goes on working.
    expect((await model.segment(picture, { size: "native" })).labels).toEqual(want.labels);
  });
});
