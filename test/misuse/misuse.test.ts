import { describe, expect, test } from "vitest";
import { filesFromFolder } from "../../cli/node-files.ts";
import * as library from "../../src/index.ts";
import { gpuObjects } from "../../src/runtime/device/gpu-objects.ts";
import { testDevice } from "../device.ts";
import { randomPicture, withProcessor } from "../small-models.ts";
import { answerMisuses } from "./answer-misuses.ts";
import { disposedMisuses } from "./disposed-misuses.ts";
import { exportMisuses } from "./export-misuses.ts";
import { loadingMisuses } from "./loading-misuses.ts";
import { modelMisuses } from "./model-misuses.ts";
import type { Misuse } from "./odd-values.ts";
import { faultsOf } from "./refusal-of.ts";

const { DPT, MemoryError, UsageError } = library;
const files = withProcessor(filesFromFolder("test/fixtures/cases/dpt-vit-seg"), { size: 32 });
const picture = randomPicture(20, 16);
const faults = (misuses: readonly Misuse[]) => faultsOf(misuses, (error) => error instanceof library.DptError);

/** Loads on the tests' device, unless it is said, or what is given are no options. */
const onTestDevice =
  (load: (source: never, options: never) => Promise<unknown>) =>
  async (source: never, options: object = {}) => {
    const isPlain = options !== null && Object.getPrototypeOf(options) === Object.prototype;
    const all = isPlain ? { device: await testDevice(), ...options } : options;
    return load(source, all as never);
  };

describe("what makes no sense is refused in words", () => {
  test.each([["load", DPT.load] as const, ["fromPretrained", DPT.fromPretrained] as const])(
    "by DPT.%s",
    async (_, load) => {
      const before = gpuObjects(await testDevice());
      expect(await faults(loadingMisuses(onTestDevice(load), files))).toEqual([]);
      expect(gpuObjects(await testDevice())).toEqual(before);
    },
  );

  test("by what is exported beside it", async () => {
    expect(await faults(exportMisuses(library))).toEqual([]);
  });

  test("by a model, which is as good as new then, and by one that is disposed of, twice", async () => {
    using model = await DPT.load(files, { device: await testDevice() });
    const want = (await model.segment(picture)).labels;
    expect(await faults(modelMisuses(model, picture))).toEqual([]);
    expect((await model.segment(picture)).labels).toEqual(want);
    expect(await faults(await answerMisuses(model, picture))).toEqual([]);
    model.dispose();
    model.dispose();
    expect(await faults(disposedMisuses(model, picture))).toEqual([]);
  });
});

describe("a size that no buffer can hold is refused before anything is recorded or allocated", () => {
  test.each([
    [{ size: { width: 60_000, height: 60_000 } }, /pixels: want maxStorageBufferBindingSize of 43200000000 bytes/],
    [{ size: { width: 3000, height: 2000 } }, /want 530\.2 MB beside 4\.0 MB of weights, got less/],
    [{ size: { width: 3000, height: 2000 }, output: "texture" }, /want 530\.2 MB beside 4\.0 MB of weights, got less/],
    [{ size: { width: 3000, height: 2000 }, tile: 8 }, /beside 4\.0 MB of weights, got less/],
    [{ size: { width: 3000, height: 3000 }, tta: { scales: [16] } }, /pixels: want maxStorageBufferBindingSize of /],
  ])("%o", async (options, words) => {
    const device = await testDevice();
    using model = await DPT.load(files, { device });
    await model.segment(picture);
    const before = gpuObjects(device);
    const error = await model.segment(picture, options as { tile: number }).catch((cause: unknown) => cause as Error);
    expect(error).toBeInstanceOf(MemoryError);
    expect((error as Error).message).toMatch(words);
    // The graph of the size before is still there.
    expect(gpuObjects(device)).toEqual(before);
    const [, width, height] = /Give size: { width: (\d+), height: (\d+) }, which takes/.exec((error as Error).message)!;
    const size = { width: Number(width), height: Number(height) };
    expect(size.width * size.height).toBeGreaterThan(1.5e6);
    const { plannedBytes } = await model.plan({ picture, size });
    expect((error as Error).message).toContain(`which takes ${(plannedBytes / 1e6).toFixed(1)} MB`);
  });

  test("beyond 65,536 pixels a side for any adapter", async () => {
    using model = await DPT.load(files, { device: await testDevice() });
    const call = model.segment(picture, { size: { width: 1e6, height: 1e6 } });
    await expect(call).rejects.toThrow(UsageError);
    await expect(call).rejects.toThrow("want whole numbers of pixels from 1 to 65536, got 1000000x1000000.");
  });
});

test.each(["buffer", "texture"] as const)("a %s that is disposed of while it is read says so", async (output) => {
  using model = await DPT.load(files, { device: await testDevice() });
  const map = await model.segment(picture, { output });
  const reading = map.read().catch((error: unknown) => error);
  map.dispose();
  map.dispose();
  expect(String(await reading)).toBe("UsageError: read: want a result in use, got one disposed. Read it before.");
  const other = await model.segment(picture, { output });
  const destroyed = other.read().catch((error: unknown) => error);
  const held: { readonly texture?: GPUTexture; readonly buffer?: GPUBuffer } = other;
  (held.texture ?? held.buffer)!.destroy();
  expect(String(await destroyed)).toMatch(/^UsageError: read: want a result in use/);
  other.dispose();
  expect((await model.segment(picture)).labels).toHaveLength(320);
});

test("an abort is heard before anything else, by its own reason", async () => {
  using model = await DPT.load(files, { device: await testDevice() });
  const reason = { changed: "my mind" };
  const signal = AbortSignal.abort(reason);
  async function* pictures() {
    yield picture;
  }
  const pixels = { shape: [1, 3, 32, 32], data: new Float32Array(3 * 32 * 32) };
  for (const call of [
    () => DPT.load(files, { signal }),
    () => DPT.fromPretrained(files, { signal }),
    () => model.segment(picture, { signal }),
    () => model.segment(picture, { signal, output: "buffer" }),
    () => model.segment([picture, picture], { signal }),
    () => model.predict(picture, { signal, tile: 8 }),
    () => model.profile(picture, { signal }),
    () => model.forward(pixels, { signal }),
    () => model.tune({ signal }),
    () => model.stream(pictures(), { signal }).next(),
  ]) {
    expect(await call().catch((error: unknown) => error)).toBe(reason);
  }
  expect((await model.segment(picture, { signal: new AbortController().signal })).labels).toHaveLength(320);
});
