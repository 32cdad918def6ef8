import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { fileSource } from "../../../cli/node-files.ts";
import { depthAtPicture, labelsAtPicture } from "../../../src/model/pictures/postprocess.ts";
import { readTensors } from "../../../src/runtime/checkpoints/read-tensors.ts";
import { Graph } from "../../../src/runtime/graph/graph.ts";
import { caseFolders } from "../../case-folders.ts";
import { expectClose } from "../../expect-close.ts";
import { randomNormal } from "../../random.ts";
import { argMax } from "../../reference/arg-max.ts";
import { resize } from "../../reference/resize.ts";
import { runGraph } from "../../run-graph.ts";

const FOLDERS = caseFolders("images/postprocess", /./);
const CASES = fileURLToPath(new URL("../../fixtures/images/postprocess/", import.meta.url));

async function readCase(folder: string) {
  const { logits } = Object.fromEntries(await readTensors(await fileSource(`${folder}/input.safetensors`)));
  const { labels, margin, resized } = Object.fromEntries(
    await readTensors(await fileSource(`${folder}/expected.safetensors`)),
  );
  const target = JSON.parse(readFileSync(`${folder}/target.json`, "utf8"));
  const { width, height, mode } = target as { width: number; height: number; mode: "bilinear" | "bicubic" };
  return { logits: logits!, labels: labels!, margin: margin!, resized: resized!, picture: { width, height }, mode };
}

/** `[1, C, h, w]` to `[1, h, w, C]`. */
function channelsLast(x: Float32Array, channels: number): Float32Array {
  const size = x.length / channels;
  return x.map((_, i) => x[(i % channels) * size + Math.floor(i / channels)]!);
}

test("has all cases", () => {
  expect(readdirSync(CASES)).toHaveLength(5);
});

test.each(FOLDERS)("%s: labels", async (_, folder) => {
  const { logits, labels, margin, picture, mode } = await readCase(folder);
  const [, classes, h, w] = logits.shape as [number, number, number, number];
  const graph = new Graph();
  const x = graph.input("logits", { shape: [1, h, w, classes], dtype: "f32" });
  graph.output("labels", labelsAtPicture(graph, x, { upsampled: { width: w, height: h }, picture, mode }));
  const outputs = await runGraph(graph, { logits: channelsLast(logits.data, classes) });
  // One number stands for none.
  const Labels = classes < 256 ? Uint8Array : Uint16Array;
  const got = new Labels(outputs.get("labels")!).subarray(0, labels.data.length);
  const wrong = [...got.keys()].filter((i) => margin.data[i]! >= 1e-4 && got[i] !== labels.data[i]);
  expect(wrong).toEqual([]);
});

test.each(FOLDERS)("%s: each class resized as a map", async (_, folder) => {
  const { logits, resized, picture, mode } = await readCase(folder);
  const [, classes, h, w] = logits.shape as [number, number, number, number];
  const graph = new Graph();
  const x = graph.input("depth", { shape: [1, h, w, 1], dtype: "f32" });
  graph.output("depth", depthAtPicture(graph, x, { picture, mode }));
  for (const c of [0, classes - 1]) {
    const depth = logits.data.slice(c * h * w, (c + 1) * h * w);
    const got = new Float32Array((await runGraph(graph, { depth })).get("depth")!);
    const size = picture.height * picture.width;
    const want = resized.data.subarray(c * size, (c + 1) * size);
    // PyTorch places samples in float32, so by up to 2^-24 of a side away from here, where values may differ by twice the largest.
    const largest = want.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expectClose(got, want, [picture.height, picture.width], 4e-6 * largest, `class ${c}`);
  }
});

test("labels of logits that the head doubles first", async () => {
  const [h, w, classes] = [15, 20, 5];
  const picture = { width: 51, height: 33 };
  const logits = randomNormal(h * w * classes, 3, { deviation: 3 });
  const graph = new Graph();
  const x = graph.input("logits", { shape: [1, h, w, classes], dtype: "f32" });
  graph.output("labels", labelsAtPicture(graph, x, { upsampled: { width: 2 * w, height: 2 * h }, picture }));
  const got = new Uint8Array((await runGraph(graph, { logits })).get("labels")!);
  const doubled = resize(logits, [h, w, classes], [2 * h, 2 * w], { mode: "bilinear", alignCorners: true });
  const size = [picture.height, picture.width] as const;
  const big = resize(doubled, [2 * h, 2 * w, classes], size, { mode: "bilinear", alignCorners: false });
  const want = argMax(big, classes);
  expect(want.labels.filter((label, i) => want.margins[i]! >= 1e-4 && got[i] !== label)).toEqual([]);
  expect(graph.dispatches).toHaveLength(1);
});
