import { describe, expect, test } from "vitest";
import { filesFromFolder } from "../../cli/node-files.ts";
import { DPT, FileError, type RawPicture, UsageError } from "../../src/index.ts";
import { testDevice } from "../device.ts";
import { argMax } from "../reference/arg-max.ts";
import { resize } from "../reference/resize.ts";
import { spyDevice } from "../runtime/spy-device.ts";
import { randomPicture, withProcessor } from "../small-models.ts";

const CASES = "test/fixtures/cases/";
const CLASSES = 7;
const segmentation = withProcessor(filesFromFolder(`${CASES}dpt-vit-seg`), { size: 32 });
const depth = withProcessor(filesFromFolder(`${CASES}dpt-vit-depth`), { size: 32 });

/** What the processor makes of a picture that already has the network's size: (v / 255 - 0.5) / 0.5 as `[1, 3, H, W]`. */
function pixelValues({ width, height, data }: RawPicture) {
  const pixels = width * height;
  const values = (_: unknown, i: number) => (data[3 * (i % pixels) + Math.floor(i / pixels)]! / 255 - 0.5) / 0.5;
  return { shape: [1, 3, height, width], data: Float32Array.from({ length: 3 * pixels }, values) };
}

/** `[C, H, W]` to `[H, W, C]`. */
function channelsLast(x: Float32Array, channels: number): Float32Array {
  const pixels = x.length / channels;
  return x.map((_, i) => x[(i % channels) * pixels + Math.floor(i / channels)]!);
}

/** Labels that rounding does not decide must be those of the forward pass, resized to the picture. */
async function checkLabels(model: DPT, worked: RawPicture, picture: RawPicture, labels: ArrayLike<number>) {
  const logits = (await model.forward(pixelValues(worked))).get("logits")!;
  const [, , height, width] = logits.shape as [number, number, number, number];
  const maps = channelsLast(logits.data, CLASSES);
  const size = [picture.height, picture.width] as const;
  const rule = { mode: "bilinear", alignCorners: false } as const;
  const want = argMax(resize(maps, [height, width, CLASSES], size, rule), CLASSES);
  expect(labels).toHaveLength(want.labels.length);
  expect(want.labels.filter((label, i) => want.margins[i]! >= 1e-3 && labels[i] !== label)).toEqual([]);
}

describe("sizes", () => {
  test("a picture of the network's own size, and the same one again", async () => {
    using model = await DPT.load(segmentation, { device: await testDevice() });
    const picture = randomPicture(32, 32);
    const first = await model.segment(picture);
    expect(first).toMatchObject({ width: 32, height: 32, network: { width: 32, height: 32 } });
    expect(first.classes).toEqual(Array.from({ length: CLASSES }, (_, i) => `LABEL_${i}`));
    await checkLabels(model, picture, picture, first.labels);
    const { labels, timing } = await model.segment(picture);
    expect(labels).toEqual(first.labels);
    expect(timing.run).toBeGreaterThan(0);
  });

  test("a wide picture at its native size, though that is no multiple of a patch", async () => {
    using model = await DPT.load(segmentation, { device: await testDevice() });
    const picture = randomPicture(64, 32);
    const { labels, network } = await model.segment(picture, { size: "native" });
    expect(network).toEqual({ width: 64, height: 32 });
    await checkLabels(model, picture, picture, labels);
    const odd = await model.segment(randomPicture(43, 33), { size: "native" });
    expect(odd).toMatchObject({ width: 43, height: 33, network: { width: 43, height: 33 } });
    expect(odd.labels).toHaveLength(43 * 33);
  });

  test.each([
    [1, 1],
    [3, 50],
  ])("a grey picture of %ix%i pixels, stretched to another size than the file's", async (width, height) => {
    using model = await DPT.load(segmentation, { device: await testDevice() });
    // Of one colour, a picture looks the same at any size.
    const grey = (w: number, h: number) => ({ width: w, height: h, data: new Uint8Array(3 * w * h).fill(99) });
    const picture = grey(width, height);
    const { labels, network } = await model.segment(picture, { size: { width: 48, height: 32 } });
    expect(network).toEqual({ width: 48, height: 32 });
    await checkLabels(model, grey(48, 32), picture, labels);
  });

  test("RGBA is RGB whatever its alpha", async () => {
    using model = await DPT.load(segmentation, { device: await testDevice() });
    const { data, ...size } = randomPicture(32, 32);
    const rgba = Uint8ClampedArray.from({ length: 4096 }, (_, i) => (i % 4 === 3 ? i : data[(i >> 2) * 3 + (i % 4)]!));
    const [opaque, transparent] = [
      await model.segment({ ...size, data }),
      await model.segment({ ...size, data: rgba }),
    ];
    expect(transparent.labels).toEqual(opaque.labels);
  });

  test("a depth map", async () => {
    using model = await DPT.load(depth, { device: await testDevice() });
    const picture = randomPicture(32, 32);
    const got = await model.depth(picture);
    expect(got).toMatchObject({ width: 32, height: 32, unit: "relative inverse" });
    const want = (await model.forward(pixelValues(picture))).get("predicted_depth")!;
    expect(want.shape).toEqual([1, 32, 32]);
    expect(new Set(want.data).size).toBeGreaterThan(100);
    for (const [i, value] of want.data.entries()) expect(Math.abs(got.depth[i]! - value)).toBeLessThan(1e-4);
  });
});

describe("refuses", () => {
  const picture = randomPicture(32, 32);
  const errorOf = (call: Promise<unknown>) => call.then(() => undefined).catch((error: unknown) => error as Error);

  test("the wrong task, a wrong picture and a wrong shape", async () => {
    using model = await DPT.load(segmentation, { device: await testDevice() });
    const wrong: readonly [Promise<unknown>, string][] = [
      [model.depth(picture), "depth: want a depth model, got DPTForSemanticSegmentation. Use segment"],
      [model.segment({ ...picture, width: 31 }), "want 3968 (RGBA) or 2976 (RGB) bytes for 31x32 pixels, got 3072."],
      [model.segment({ width: 0, height: 0, data: new Uint8Array(0) }), "want at least 1x1 pixels, got 0x0."],
      [model.segment(picture, { size: { width: 32, height: 15 } }), "want at least one 16x16 patch"],
      [model.forward({ shape: [1, 3, 32, 32], data: new Float32Array(5) }), "want 3072 values"],
      [model.forward({ shape: [1, 1, 32, 32], data: new Float32Array(1024) }), "want pixel_values [batch, 3,"],
      [model.forward({ shape: [1, 3, 15, 32], data: new Float32Array(1440) }), "at least one 16x16 patch"],
      [model.forward({ shape: [3, 32, 32], data: new Float32Array(3072) }), "got [3, 32, 32]"],
    ];
    for (const [call, message] of wrong) {
      const error = await errorOf(call);
      expect(error).toBeInstanceOf(UsageError);
      expect(error!.message).toContain(message);
    }
    // None of it has broken the model.
    expect((await model.segment(picture)).labels).toHaveLength(1024);
  });

  test("segmentation by a depth model", async () => {
    using model = await DPT.load(depth, { device: await testDevice() });
    const error = await errorOf(model.segment(picture));
    expect(error).toBeInstanceOf(UsageError);
    expect(error!.message).toContain("segment: want a segmentation model, got DPTForDepthEstimation. Use depth");
  });

  test("pictures without a preprocessor_config.json", async () => {
    using model = await DPT.load(filesFromFolder(`${CASES}dpt-vit-seg`), { device: await testDevice() });
    const error = await errorOf(model.segment(picture));
    expect(error).toBeInstanceOf(FileError);
    expect(error!.message).toContain("preprocessor_config.json");
  });

  test("calls after dispose, and those that wait", async () => {
    const { device, living } = spyDevice(await testDevice());
    const model = await DPT.load(segmentation, { device });
    expect(model.memory.weights).toBeGreaterThan(1e6);
    const running = errorOf(model.segment(picture));
    const waiting = errorOf(model.forward(pixelValues(picture)));
    model.dispose();
    model.dispose();
    for (const error of [await running, await waiting, await errorOf(model.segment(picture))]) {
      expect(error).toBeInstanceOf(UsageError);
      expect(error!.message).toContain("want a model in use, got one disposed");
    }
    // One was running: the memory goes when it has let go of it.
    await expect.poll(living).toEqual([]);
  });
});

test("calls at once queue, and one that fails does not stop the next", async () => {
  using model = await DPT.load(segmentation, { device: await testDevice() });
  const [a, b] = [randomPicture(32, 32), randomPicture(20, 30)];
  const aborted = AbortSignal.abort(new Error("not this one"));
  const calls = [model.segment(a), model.segment(b, { signal: aborted }), model.segment(b), model.segment(a)];
  const [first, second, third, fourth] = await Promise.allSettled(calls);
  expect(second).toMatchObject({ status: "rejected", reason: new Error("not this one") });
  const labelsOf = (call: typeof first) => (call!.status === "fulfilled" ? call!.value.labels : []);
  expect(labelsOf(fourth)).toEqual(labelsOf(first));
  expect(labelsOf(first)).toEqual((await model.segment(a)).labels);
  expect(labelsOf(third)).toEqual((await model.segment(b)).labels);
  expect(labelsOf(third)).toHaveLength(600);
});

test("an aborted load leaves nothing on the device", async () => {
  const { device, made, living } = spyDevice(await testDevice());
  const controller = new AbortController();
  const reason = new Error("changed my mind");
  const onProgress = ({ done, total }: { done: number; total: number }) => {
    if (done > total / 2) controller.abort(reason);
  };
  await expect(DPT.load(segmentation, { device, onProgress, signal: controller.signal })).rejects.toBe(reason);
  expect(made.length).toBeGreaterThan(10);
  expect(living()).toEqual([]);
});

test("tells loading and compiling", async () => {
  const told: { phase: string; done: number; total: number }[] = [];
  using model = await DPT.load(segmentation, { device: await testDevice(), onProgress: (p) => told.push(p) });
  await model.segment(randomPicture(32, 32));
  for (const phase of ["load", "compile"]) {
    const steps = told.filter((step) => step.phase === phase);
    expect(steps.length).toBeGreaterThan(10);
    expect(steps.at(-1)!.done).toBe(steps.at(-1)!.total);
    const done = steps.map((step) => step.done);
    expect(done).toEqual(done.toSorted((a, b) => a - b));
  }
});
