import { describe, expect, test } from "vitest";
import { filesFromFolder } from "../../../cli/node-files.ts";
import { DPT, NumberError, type RawPicture, type Segmentation, UsageError } from "../../../src/index.ts";
import { alignDepth } from "../../../src/model/windows/align-depth.ts";
import type { Rect } from "../../../src/model/windows/crop.ts";
import { windowAxis } from "../../../src/model/windows/window-layout.ts";
import { testDevice } from "../../device.ts";
import { expectClose } from "../../expect-close.ts";
import { patchWeight } from "../../patch-weight.ts";
import { argMax } from "../../reference/arg-max.ts";
import { blendWindows } from "../../reference/blend-windows.ts";
import { classScores } from "../../reference/class-scores.ts";
import { mirrorOf, partOf, randomPicture, withProcessor } from "../../small-models.ts";

const CASES = "test/fixtures/cases/";
const CLASSES = 7;
const segmentation = withProcessor(filesFromFolder(`${CASES}dpt-vit-seg`), { size: 32 });
const depth = withProcessor(filesFromFolder(`${CASES}dpt-vit-depth`), { size: 32 });

/** PyTorch's logits `[32, 32, classes]` of a picture of the network's size, from the forward pass. */
async function logitsOf(model: DPT, { width, height, data }: RawPicture): Promise<Float64Array> {
  const pixels = width * height;
  const values = (_: unknown, i: number) => (data[3 * (i % pixels) + Math.floor(i / pixels)]! / 255 - 0.5) / 0.5;
  const input = { shape: [1, 3, height, width], data: Float32Array.from({ length: 3 * pixels }, values) };
  const logits = (await model.forward(input)).get("logits")!.data;
  return Float64Array.from(logits, (_, i) => logits[(i % CLASSES) * pixels + Math.floor(i / CLASSES)]!);
}

/** Probabilities of each row. */
function softmax(logits: Float64Array): Float64Array {
  return logits.map((logit, i) => {
    const begin = i - (i % CLASSES);
    return Math.exp(logit) / logits.subarray(begin, begin + CLASSES).reduce((sum, other) => sum + Math.exp(other), 0);
  });
}

/** `[32, 32, n]` as a mirror shows it. */
function mirrored(map: Float64Array, width: number, channels: number): Float64Array {
  return map.map((_, i) => {
    const pixel = Math.floor(i / channels);
    return map[(pixel - (pixel % width) + width - 1 - (pixel % width)) * channels + (i % channels)]!;
  });
}

function windowsOf({ width, height }: { width: number; height: number }, tile: number, overlap: number) {
  const [rows, columns] = [windowAxis(height, tile, overlap), windowAxis(width, tile, overlap)];
  const places = rows.starts.flatMap((top) => columns.starts.map((left) => ({ top, left, width: tile, height: tile })));
  return { places, shared: { rows: rows.shared, columns: columns.shared } };
}

/** Each window's own answer, as of a picture. */
async function seenIn(
  places: readonly Rect[],
  answer: (part: RawPicture) => Promise<Float32Array>,
  picture: RawPicture,
): Promise<(Rect & { values: Float32Array })[]> {
  const windows: (Rect & { values: Float32Array })[] = [];
  for (const place of places) {
    const { left, top, width, height } = place;
    windows.push({ ...place, values: await answer(partOf(picture, left, top, width, height)) });
  }
  return windows;
}

async function checkAgainst(got: Segmentation, want: Float64Array) {
  const { labels, margins } = argMax(want, CLASSES);
  expect(labels.filter((label, i) => margins[i]! >= 1e-3 && got.labels[i] !== label)).toEqual([]);
  const scores = classScores(want, CLASSES);
  for (const name of ["confidence", "margin", "entropy"] as const) {
    expectClose(got.scores![name], scores[name], [got.height, got.width], 1e-4, name);
  }
}

describe("labels", () => {
  test("of windows: the logits of each as of a picture of its own, blended", async () => {
    using model = await DPT.load(segmentation, { device: await testDevice() });
    const picture = randomPicture(75, 53);
    const { places, shared } = windowsOf(picture, 32, 0.25);
    const windows: { top: number; left: number; width: number; height: number; values: Float64Array }[] = [];
    for (const place of places) {
      windows.push({ ...place, values: await logitsOf(model, partOf(picture, place.left, place.top, 32, 32)) });
    }
    const got = await model.segment(picture, { tile: 32, scores: true });
    expect(got).toMatchObject({ width: 75, height: 53, passes: places.length, network: { width: 32, height: 32 } });
    await checkAgainst(got, blendWindows(windows, picture, CLASSES, shared));
    expect(got.scores!.classes).toHaveLength(CLASSES);
  });

  test("windows side by side are pictures of their own", async () => {
    using model = await DPT.load(segmentation, { device: await testDevice() });
    const picture = randomPicture(64, 32);
    const whole = await model.segment(picture, { tile: 32, overlap: 0, scores: true });
    for (const left of [0, 32]) {
      const half = await model.segment(partOf(picture, left, 0, 32, 32));
      const differ = half.labels.filter((label, i) => {
        const at = Math.floor(i / 32) * 64 + left + (i % 32);
        return whole.scores!.margin[at]! > 1e-4 && whole.labels[at] !== label;
      });
      expect([...differ]).toEqual([]);
    }
  });

  test("a picture no larger than a tile is seen as without one", async () => {
    using model = await DPT.load(segmentation, { device: await testDevice() });
    const picture = randomPicture(32, 32);
    const got = await model.segment(picture, { tile: 32, overlap: 0 });
    expect(got.passes).toBe(1);
    expect(got.labels).toEqual((await model.segment(picture)).labels);
    expect(await model.segment(picture, { tile: { width: 99, height: 32 } })).toMatchObject({ passes: 1 });
  });

  test("a picture of one colour has one answer for all windows, without seams", async () => {
    using model = await DPT.load(segmentation, { device: await testDevice() });
    const grey = { width: 32, height: 32, data: new Uint8Array(3 * 32 * 32).fill(99) };
    const large = { width: 24 * 32 + 32, height: 32, data: new Uint8Array(3 * 800 * 32).fill(99) };
    // Windows are 32 pixels apart at most: what they share is what the network makes of the same grey.
    const [one, many] = [await model.segment(grey), await model.segment(large, { tile: 32, overlap: 0 })];
    for (let x = 0; x < 800; x += 7) expect(many.labels[800 * 16 + x]).toBe(one.labels[32 * 16 + (x % 32)]);
  });

  test("mirrored views: the mean of the probabilities", async () => {
    using model = await DPT.load(segmentation, { device: await testDevice() });
    const picture = randomPicture(32, 32);
    const own = softmax(await logitsOf(model, picture));
    const turned = softmax(mirrored(await logitsOf(model, mirrorOf(picture)), 32, CLASSES));
    const got = await model.segment(picture, { tta: { flip: true }, scores: true });
    expect(got.passes).toBe(2);
    await checkAgainst(
      got,
      own.map((p, i) => Math.log((p + turned[i]!) / 2)),
    );
  });

  test("scaled views: the network's size for the whole picture, the window's with tiles", async () => {
    using model = await DPT.load(segmentation, { device: await testDevice() });
    const picture = randomPicture(32, 32);
    const double = { size: { width: 64, height: 64 }, scores: true } as const;
    const got = await model.segment(picture, { tta: { flip: false, scales: [1, 2] }, scores: true });
    const [one, two] = [await model.segment(picture, { scores: true }), await model.segment(picture, double)];
    expect(got).toMatchObject({ passes: 2, network: { width: 32, height: 32 } });
    const agree = one.labels.filter((label, i) => label === two.labels[i] && got.labels[i] !== label);
    expect([...agree]).toEqual([]);
    for (const [i, label] of one.labels.entries()) {
      if (label !== two.labels[i] || got.labels[i] !== label) continue;
      const mean = (one.scores!.confidence[i]! + two.scores!.confidence[i]!) / 2;
      expect(got.scores!.confidence[i]).toBeCloseTo(mean, 4);
    }
    // At scale 2 a window is 16 pixels: 2 × 2 of them, and one at scale 1.
    const tiled = await model.segment(picture, { tile: 32, overlap: 0, tta: { flip: false, scales: [1, 2] } });
    expect(tiled.passes).toBe(5);
    expect(await model.segment(picture, { tta: true })).toMatchObject({ passes: 6 });
  });

  test("the GPU's memory is the same for any picture", async () => {
    using model = await DPT.load(segmentation, { device: await testDevice() });
    const bytes: number[] = [];
    // Sizes of which as many windows meet in a place: one, two and four.
    for (const [width, height] of [
      [100, 80],
      [300, 84],
      [90, 410],
    ] as const) {
      using fresh = await DPT.load(segmentation, { device: await testDevice() });
      await fresh.segment(randomPicture(width, height), { tile: 32, overlap: 0 });
      bytes.push(fresh.memory.activations);
    }
    expect(new Set(bytes).size).toBe(1);
    const { plannedBytes } = await model.plan({ picture: { width: 9000, height: 7000 }, tile: 32 });
    expect(plannedBytes).toBe((await model.plan({ picture: { width: 33, height: 32 }, tile: 32 })).plannedBytes);
  });

  test("tells how far it is", async () => {
    const told: unknown[] = [];
    const onProgress = (progress: { phase: string }) => progress.phase === "run" && told.push(progress);
    using model = await DPT.load(segmentation, { device: await testDevice(), onProgress });
    await model.segment(randomPicture(64, 32), { tile: 32, overlap: 0 });
    expect(told).toEqual([1, 2].map((done) => ({ phase: "run", done, total: 2 })));
  });
});

describe("depth", () => {
  test("of windows: brought to the whole picture's scale and shift, blended", async () => {
    using model = await DPT.load(depth, { device: await testDevice() });
    const picture = randomPicture(75, 53);
    const whole = (await model.depth(picture, { resize: "bicubic" })).depth;
    const { places, shared } = windowsOf(picture, 32, 0.25);
    const windows: { top: number; left: number; width: number; height: number; values: Float32Array }[] = [];
    for (const place of places) {
      const seen = (await model.depth(partOf(picture, place.left, place.top, 32, 32))).depth;
      const there = seen.map((_, i) => whole[(place.top + Math.floor(i / 32)) * 75 + place.left + (i % 32)]!);
      const line = alignDepth(seen, there);
      const values = line ? seen.map((value) => Math.max(0, line.scale * value + line.shift)) : there;
      windows.push({ ...place, values });
    }
    const got = await model.depth(picture, { tile: 32 });
    expect(got).toMatchObject({ width: 75, height: 53, passes: places.length + 1, unit: "relative inverse" });
    expectClose(got.depth, blendWindows(windows, picture, 1, shared), [53, 75], 1e-4 * Math.max(...whole), "depth");
  });

  test("in metres windows are blended as they are", async () => {
    const metric = withProcessor(filesFromFolder(`${CASES}depth-anything-metric`), {
      size: 28,
      ensure_multiple_of: 14,
    });
    using model = await DPT.load(metric, { device: await testDevice() });
    const picture = randomPicture(60, 28);
    const { places, shared } = windowsOf(picture, 28, 0.25);
    const windows = await seenIn(places, async (part) => (await model.depth(part)).depth, picture);
    const got = await model.depth(picture, { tile: 28 });
    expect(got).toMatchObject({ passes: places.length, unit: "metres" });
    expectClose(got.depth, blendWindows(windows, picture, 1, shared), [28, 60], 1e-4, "depth");
  });

  test("mirrored views are averaged", async () => {
    using model = await DPT.load(depth, { device: await testDevice() });
    const picture = randomPicture(40, 32);
    const own = (await model.depth(picture)).depth;
    const turned = mirrored(Float64Array.from((await model.depth(mirrorOf(picture))).depth), 40, 1);
    const got = await model.depth(picture, { tta: { flip: true } });
    expect(got.passes).toBe(2);
    expectClose(
      got.depth,
      own.map((value, i) => (value + turned[i]!) / 2),
      [32, 40],
      1e-5,
      "depth",
    );
  });

  test("scaled views are brought to the scale and shift of the one at 1", async () => {
    using model = await DPT.load(depth, { device: await testDevice() });
    const picture = randomPicture(32, 32);
    const own = (await model.depth(picture)).depth;
    const double = (await model.depth(picture, { size: { width: 64, height: 64 } })).depth;
    const line = alignDepth(double, own);
    const other = line ? double.map((value) => Math.max(0, line.scale * value + line.shift)) : own;
    const got = await model.depth(picture, { tta: { flip: false, scales: [2, 1] } });
    expectClose(
      got.depth,
      own.map((value, i) => (value + other[i]!) / 2),
      [32, 32],
      1e-4 * Math.max(...own),
      "depth",
    );
  });

  test("of a picture much larger than the network: the whole of it is shrunk first", async () => {
    using model = await DPT.load(depth, { device: await testDevice() });
    const picture = randomPicture(400, 230);
    const got = await model.depth(picture, { tile: { width: 200, height: 230 }, overlap: 0.1 });
    expect(got.passes).toBe(4);
    expect(got.depth.every((value) => Number.isFinite(value) && value >= 0)).toBe(true);
  });
});

describe("normals and all tasks", () => {
  const tips = withProcessor(filesFromFolder(`${CASES}tipsv2-dpt`), {
    image_processor_type: "Tipsv2DptImageProcessor",
    size: 28,
  });

  test("mirrored: x turned back, averaged", async () => {
    using model = await DPT.load(tips, { device: await testDevice() });
    const picture = randomPicture(40, 32);
    const own = (await model.normals(picture)).normals;
    const seen = mirrored(Float64Array.from((await model.normals(mirrorOf(picture))).normals), 40, 3);
    const turned = seen.map((value, i) => (i % 3 === 0 ? -value : value));
    const got = await model.normals(picture, { tta: { flip: true } });
    const want = own.map((value, i) => (value + turned[i]!) / 2);
    expectClose(got.normals, want, [32, 40, 3], 1e-5, "normals");
  });

  test("of windows: each as of a picture of its own, blended", async () => {
    using model = await DPT.load(tips, { device: await testDevice() });
    const picture = randomPicture(50, 28);
    const { places, shared } = windowsOf(picture, 28, 0.25);
    const windows = await seenIn(places, async (part) => (await model.normals(part)).normals, picture);
    const all = await model.predict(picture, { tile: 28 });
    expectClose(all.normals!.normals, blendWindows(windows, picture, 3, shared), [28, 50, 3], 1e-5, "normals");
    expect(all.segmentation!.labels).toEqual((await model.segment(picture, { tile: 28 })).labels);
    expect(all.depth!.depth).toEqual((await model.depth(picture, { tile: 28 })).depth);
  });

  test("a list has the answers of each alone", async () => {
    using model = await DPT.load(tips, { device: await testDevice() });
    const pictures = [randomPicture(40, 32), randomPicture(20, 31), randomPicture(40, 32)];
    const all = await model.predict(pictures, { batch: 2 });
    expect(all.map(({ depth: map }) => map!.batch)).toEqual([2, 1, 2]);
    for (const [i, picture] of pictures.entries()) {
      const alone = await model.predict(picture);
      expect(all[i]!.segmentation!.labels).toEqual(alone.segmentation!.labels);
      expectClose(all[i]!.normals!.normals, alone.normals!.normals, [picture.height, picture.width, 3], 1e-5);
    }
  });
});

test("refuses what makes no sense", async () => {
  using model = await DPT.load(segmentation, { device: await testDevice() });
  const picture = randomPicture(64, 32);
  const wrong = [
    [{ tile: 0 }, "tile: want whole numbers of pixels from 1 up, got 0."],
    [{ tile: 32, overlap: 0.9 }, "overlap: want a share of a window from 0 to 0.8, got 0.9."],
    [{ overlap: 0.2 }, "overlap: want a tile that overlaps with others, got 0.2 without one."],
    [{ tta: { scales: [] } }, "tta: want scales from 1/16 to 16, got []."],
    [{ tta: { scales: [1, -1] } }, "tta: want scales from 1/16 to 16, got [1, -1]."],
  ] as const;
  for (const [options, message] of wrong) {
    const error = await model.segment(picture, options).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(UsageError);
    expect((error as Error).message).toContain(message);
  }
  const reason = new Error("enough");
  await expect(model.segment(picture, { tile: 32, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});

test("a window without a finite answer is an error that names the layer", async () => {
  const broken = await patchWeight(segmentation, "head.head.4.weight", (values) => values.fill(3e38));
  using model = await DPT.load(broken, { device: await testDevice() });
  const error = await model.segment(randomPicture(64, 32), { tile: 32, overlap: 0 }).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(NumberError);
  expect((error as Error).message).toMatch(/segment: .*logits of a window, first in 'matmul /);
});

test("windows that are finite each and cannot be blended are an error", async () => {
  const large = await patchWeight(segmentation, "head.head.4.bias", (values) => values.fill(1e38));
  using model = await DPT.load(large, { device: await testDevice() });
  const answer = model.segment(randomPicture(64, 32), { tile: 32, overlap: 0 });
  await expect(answer).rejects.toThrow(
    /^segment: want windows that can be blended, got NaN or infinity at 2048 of 2048/,
  );
});
