import { describe, expect, test } from "vitest";
import { filesFromFolder } from "../../../cli/node-files.ts";
import { DPT, UsageError } from "../../../src/index.ts";
import { checkOptions } from "../../../src/model/options/check-options.ts";
import { KNOWN_OPTIONS, type OptionsOf } from "../../../src/model/options/known-options.ts";
import { testDevice } from "../../device.ts";
import { randomPicture, withProcessor } from "../../small-models.ts";

const files = withProcessor(filesFromFolder("test/fixtures/cases/dpt-vit-seg"), { size: 32 });
const picture = randomPicture(20, 16);
/** For what the types would not let pass. */
const untyped = (value: unknown) => value as never;

describe("refuses in words", () => {
  test.each<[OptionsOf, unknown, string]>([
    ["segment", { tille: 480 }, 'got "tille". Look at its spelling.'],
    ["depth", { scores: true }, "depth: want options among tile, overlap, tta, size, "],
    ["predict", { output: "texture" }, 'got "output"'],
    ["normals", { tasks: ["normals"] }, 'got "tasks"'],
    ["segment", "fast", 'segment: want options by their names, got "fast"'],
    ["segment", null, "segment: want options by their names, got null"],
    ["segment", { tile: "480" }, 'tile: want a number or { width, height }, got "480"'],
    ["segment", { tile: { width: 20 } }, 'got {"width": 20}'],
    ["segment", { overlap: "0.25" }, 'overlap: want a number, got "0.25"'],
    ["segment", { tta: "yes" }, 'tta: want true or false or { flip, scales }, got "yes"'],
    ["segment", { tta: { flips: true } }, 'got {"flips": true}'],
    ["segment", { tta: { scales: 1 } }, 'got {"scales": 1}'],
    ["segment", { size: 98 }, 'size: want { width, height } or "native", got 98'],
    ["segment", { size: "nativ" }, 'got "nativ"'],
    ["segment", { resize: "bicubik" }, 'resize: want "bilinear" or "bicubic", got "bicubik"'],
    ["segment", { scores: 1 }, "scores: want true or false, got 1"],
    ["segment", { signal: new AbortController() }, "signal: want an AbortSignal or null, got {}"],
    ["segment", { batch: () => 4 }, "batch: want a number, got a function"],
    ["segment", { output: "textur" }, 'output: want "buffer" or "texture", got "textur"'],
    ["depth", { output: "buffer", tile: 480 }, "want one picture seen whole with output, got the option tile"],
    ["stream", { frames: "al" }, 'frames: want "newest" or "all", got "al"'],
    ["stream", { output: "texture" }, 'got "output"'],
    ["forward", { stage: true }, 'got "stage"'],
    ["plan", { pictures: { width: 4, height: 4 } }, 'got "pictures"'],
    ["plan", { picture: 480 }, "picture: want { width, height }, got 480"],
    ["tune", { milliseconds: Number.NaN }, "milliseconds: want milliseconds above 0, got NaN"],
    ["load", { dtyp: "f16" }, 'got "dtyp"'],
    ["load", { revision: "main" }, 'got "revision"'],
    ["load", { dtype: "fp16" }, 'dtype: want "f32" or "f16" or "q8" or "q4", got "fp16"'],
    ["load", { device: "wasm" }, 'device: want "webgpu" or a GPUDevice, got "wasm"'],
    ["load", { onProgress: "log" }, 'onProgress: want a function, got "log"'],
    ["load", { submitBudget: -1 }, "submitBudget: want milliseconds above 0, got -1"],
    ["fromPretrained", { revison: "v1" }, 'got "revison"'],
    ["fromPretrained", { progress_callback: () => {} }, 'got "progress_callback"'],
    ["fromPretrained", { patience: { retry: 3 } }, 'got {"retry": 3}'],
  ])("%s %o", (call, options, words) => {
    expect(() => checkOptions(call, options)).toThrow(UsageError);
    expect(() => checkOptions(call, options)).toThrow(words);
  });

  test("a list whose answer is to stay on the device", () => {
    expect(() => checkOptions("segment", { output: "buffer" }, true)).toThrow("got a list. Leave output out.");
  });
});

test("lets all pass that is documented, and what is left out", () => {
  const size = { width: 4, height: 4, data: new Uint8Array(0) };
  const seen = { size, resize: "bicubic", signal: null, tile: 480, overlap: 0, batch: 1, profile: false, tta: true };
  checkOptions("normals", seen);
  checkOptions("segment", { ...seen, scores: true, tile: size, size: "native", tta: { flip: false } });
  checkOptions("depth", { output: "texture", size, signal: AbortSignal.timeout(1) });
  checkOptions("stream", { ...seen, tasks: ["depth"], smoothing: 0.8, longest: 1280, frames: "all" });
  checkOptions("plan", { ...seen, tta: { scales: [1, 2] }, picture: size, tasks: ["depth"] });
  checkOptions("fromPretrained", { cache: false, token: "x", fetch: () => {}, patience: { retries: 1 } });
  for (const [call, known] of Object.entries(KNOWN_OPTIONS)) {
    if (call === "onDevice") continue;
    checkOptions(call as OptionsOf, Object.fromEntries(Object.keys(known).map((name) => [name, undefined])));
  }
});

test("every call looks at its options, and is as good as new after one that it refuses", async () => {
  const device = await testDevice();
  for (const load of [DPT.load, DPT.fromPretrained]) {
    await expect(load(files, untyped({ device, dtyp: "f16" }))).rejects.toThrow(UsageError);
  }
  using model = await DPT.load(files, { device });
  const pixelValues = { shape: [1, 3, 32, 32], data: new Float32Array(3 * 32 * 32) };
  const wrong = untyped({ tille: 480 });
  async function* pictures() {
    yield picture;
  }
  for (const call of [
    () => model.segment(picture, wrong),
    () => model.segment(picture, untyped({ output: "texture", tille: 480 })),
    () => model.segment(picture, untyped({ signal: {} })),
    () => model.predict(picture, wrong),
    () => model.predict(picture, untyped({ tasks: "segmentation" })),
    () => model.predict(picture, untyped({ tasks: null })),
    () => model.profile(picture, wrong),
    () => model.forward(pixelValues, wrong),
    () => model.forward(untyped({})),
    () => model.forward(untyped({ ...pixelValues, data: new Float64Array(3 * 32 * 32) })),
    () => model.plan(wrong),
    () => model.plan({ batch: 0 }),
    () => model.tune(wrong),
    () => model.stream(pictures(), wrong).next(),
    () => model.stream(untyped(picture)).next(),
    () => model.stream(untyped("film.mp4")).next(),
  ]) {
    await expect(call).rejects.toThrow(UsageError);
  }
  expect((await model.segment(picture, { scores: true })).labels).toHaveLength(20 * 16);
  model.dispose();
  await expect(model.plan()).rejects.toThrow("disposed");
});

test("a stream of depth passes over the scores that only labels have", async () => {
  const depth = withProcessor(filesFromFolder("test/fixtures/cases/dpt-vit-depth"), { size: 32 });
  using model = await DPT.load(depth, { device: await testDevice() });
  async function* pictures() {
    yield picture;
  }
  for await (const { depth: map } of model.stream(pictures(), { scores: true })) expect(map!.depth).toHaveLength(320);
});
