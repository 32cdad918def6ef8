import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { expect, test } from "vitest";
import { fileSource, filesFromFolder } from "../../cli/node-files.ts";
import { DPT, type RawPicture, readTensors } from "../../src/index.ts";
import { caseFolders } from "../case-folders.ts";
import { testDevice } from "../device.ts";
import { overlayFiles } from "../overlay-files.ts";

const WEIGHTS = fileURLToPath(new URL("../../weights/", import.meta.url));
const folders = caseFolders("photos", /./);

async function readPhoto(folder: string): Promise<RawPicture> {
  const name = readdirSync(folder).find((file) => file.startsWith("photo."))!;
  const { data, info } = await sharp(join(folder, name)).raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

async function loadModel(folder: string): Promise<DPT> {
  const { model } = JSON.parse(readFileSync(join(folder, "case.json"), "utf8")) as { model: string };
  const files = overlayFiles(
    filesFromFolder(join(WEIGHTS, model)),
    "preprocessor_config.json",
    filesFromFolder(folder),
  );
  return DPT.load(files, { device: await testDevice() });
}

async function check(folder: string) {
  const expected = await readTensors(await fileSource(join(folder, "expected.safetensors")));
  const picture = await readPhoto(folder);
  using model = await loadModel(folder);
  const [, , height, width] = expected.get("pixel_values")!.shape;
  if (expected.has("labels")) {
    const { labels, network } = await model.segment(picture);
    expect(network).toEqual({ width, height });
    checkLabels(labels, expected.get("labels")!.data, expected.get("margin")!.data);
  } else {
    const { depth, network, unit } = await model.depth(picture);
    expect(network).toEqual({ width, height });
    expect(unit).toBe("relative inverse");
    checkDepth(depth, expected.get("depth")!.data);
  }
}

function checkLabels(got: ArrayLike<number>, want: Float32Array, margin: Float32Array) {
  expect(got).toHaveLength(want.length);
  const wrong = [...want.keys()].filter((i) => got[i] !== want[i]);
  expect(wrong.filter((i) => margin[i]! >= 1e-3)).toEqual([]);
  expect(wrong.length / want.length).toBeLessThanOrEqual(0.001);
}

function checkDepth(got: Float32Array, want: Float32Array) {
  expect(got).toHaveLength(want.length);
  const largest = want.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const worst = want.reduce((most, value, i) => {
    const error = Math.abs(value - got[i]!);
    return error <= most ? most : error;
  }, 0);
  expect(worst / largest).toBeLessThan(1e-3);
}

test("has photos for both models", () => {
  expect(folders.length).toBeGreaterThanOrEqual(2);
});

// The largest take 40 s on SwiftShader.
test.each(folders)("%s: labels or depth agree with PyTorch's", (_, folder) => check(folder), 600_000);

test("the same photo twice gives the same labels", async () => {
  const [, folder] = folders.find(([name]) => name.startsWith("street-b"))!;
  const picture = await readPhoto(folder);
  using model = await loadModel(folder);
  const first = await model.segment(picture, { size: { width: 126, height: 98 } });
  const second = await model.segment(picture, { size: { width: 126, height: 98 } });
  expect(second.labels).toEqual(first.labels);
  expect([first.timing.compile > 0, second.network]).toEqual([true, { width: 126, height: 98 }]);
  expect(new Set(first.labels).size).toBeGreaterThan(3);
});
