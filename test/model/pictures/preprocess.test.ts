import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { expect, test } from "vitest";
import { fileSource } from "../../../cli/node-files.ts";
import { networkSize } from "../../../src/model/pictures/network-size.ts";
import { preprocess } from "../../../src/model/pictures/preprocess.ts";
import { type Antialias, parseProcessor } from "../../../src/model/pictures/processor.ts";
import { readTensors } from "../../../src/runtime/checkpoints/read-tensors.ts";
import { Graph } from "../../../src/runtime/graph/graph.ts";
import { caseFolders } from "../../case-folders.ts";
import { expectClose } from "../../expect-close.ts";
import { runGraph } from "../../run-graph.ts";

const FOLDERS = caseFolders("images/preprocess", /./);
const CASES = fileURLToPath(new URL("../../fixtures/images/preprocess/", import.meta.url));

async function pixelValues(folder: string, antialias?: Antialias) {
  const { data, info } = await sharp(`${folder}/image.png`).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  const processor = parseProcessor(JSON.parse(readFileSync(`${folder}/preprocessor_config.json`, "utf8")), antialias);
  const graph = new Graph();
  const values = preprocess(graph, processor, info, networkSize(processor, info), "f32");
  graph.output("pixel_values", values);
  const pixels = new Uint32Array(Uint8Array.from(data).buffer);
  const outputs = await runGraph(graph, { pixels });
  return { shape: values.shape, data: new Float32Array(outputs.get("pixel_values")!) };
}

function withFile(name: string) {
  return FOLDERS.filter(([, folder]) => existsSync(`${folder}/${name}.safetensors`));
}

/**
 * A few roundings of the largest value, and 1e-6 at least. A step of one of the 256 levels is 1 / 255 of the range of values or more,
 * so this also means that Pillow's bytes come out exactly.
 */
function roundings(values: Float32Array): number {
  return 1e-6 * values.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
}

test.each(withFile("expected"))("%s is what DPTImageProcessor makes of it", async (_, folder) => {
  const got = await pixelValues(folder);
  const want = (await readTensors(await fileSource(`${folder}/expected.safetensors`))).get("pixel_values");
  expect(got.shape).toEqual(want!.shape);
  expectClose(got.data, want!.data, got.shape, roundings(want!.data), "pixel_values");
});

// DPTImageProcessor of transformers 5.18 with torchvision 0.28 and torch 2.13 on a CPU. Only this class crops.
test.each([
  ...withFile("torchvision"),
  ...["inside", "larger"].map((name) => [name, `${CASES}../crop/${name}`] as const),
])("%s is what torchvision makes of it, where asked for", async (_, folder) => {
  const got = await pixelValues(folder, "torchvision");
  const want = (await readTensors(await fileSource(`${folder}/torchvision.safetensors`))).get("pixel_values");
  expect(got.shape).toEqual(want!.shape);
  expectClose(got.data, want!.data, got.shape, roundings(want!.data), "pixel_values");
});

test("has all cases", () => {
  expect(readdirSync(CASES)).toHaveLength(10);
});

test("does not resample a side that keeps its size", () => {
  const graph = new Graph();
  const processor = parseProcessor({ size: { height: 20, width: 30 } });
  const passes = (picture: { width: number; height: number }) => {
    const before = graph.dispatches.length;
    preprocess(graph, processor, picture, networkSize(processor, picture), "f32");
    return graph.dispatches.length - before - 1;
  };
  expect(passes({ width: 30, height: 20 })).toBe(0);
  expect(passes({ width: 31, height: 20 })).toBe(1);
  expect(passes({ width: 30, height: 21 })).toBe(1);
  expect(passes({ width: 31, height: 21 })).toBe(2);
});
