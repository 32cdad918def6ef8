import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { fileSource, filesFromFolder } from "../../cli/node-files.ts";
import {
  DPT,
  FileError,
  filesFromBlobs,
  type ModelFiles,
  NumberError,
  readTensors,
  UsageError,
} from "../../src/index.ts";
import { parseConfig } from "../../src/model/config/parse-config.ts";
import { dptWeights, IGNORED_TENSORS } from "../../src/model/network/dpt.ts";
import { checkWeights } from "../../src/model/weights/check-weights.ts";
import { chooseStorage } from "../../src/model/weights/choose-storage.ts";
import { quantizeCheckpoint } from "../../src/model/weights/quantize-checkpoint.ts";
import type { PackedWeight } from "../../src/model/weights/quantized-weight.ts";
import { openCheckpoint } from "../../src/runtime/checkpoints/checkpoint.ts";
import { writeSafetensors } from "../../src/runtime/checkpoints/write-safetensors.ts";
import { byteLength } from "../../src/runtime/graph/tensor.ts";
import { makerOf } from "../../src/runtime/graph/weight.ts";
import { readJson } from "../../src/runtime/sources/read-json.ts";
import { caseFolders } from "../case-folders.ts";
import { testDevice } from "../device.ts";
import { overlayFiles } from "../overlay-files.ts";

const CASE = "test/fixtures/cases/dpt-vit-seg";
const formats = ["q8", "q4"] as const;

async function configOf(files: ModelFiles) {
  return parseConfig(await readJson(files, "config.json", { required: true }));
}

/** A model folder with its weights quantised ahead, and other metadata if asked for. */
async function quantizedAhead(folder: string, format: "q8" | "q4", metadata: Readonly<Record<string, string>> = {}) {
  return quantizedFiles(filesFromFolder(folder), format, metadata);
}

async function quantizedFiles(
  files: ModelFiles,
  format: "q8" | "q4",
  metadata: Readonly<Record<string, string>> = {},
): Promise<ModelFiles> {
  const ahead = await quantizeCheckpoint(await configOf(files), await openCheckpoint(files), format);
  const parts: BlobPart[] = [];
  const pieces = writeSafetensors(ahead.tensors, ahead.bytesOf, { ...ahead.metadata, ...metadata });
  for await (const piece of pieces) parts.push(piece);
  const file = "model.safetensors";
  return overlayFiles(files, file, filesFromBlobs("quantised", { [file]: new Blob(parts) }));
}

describe.each(formats)("%s", (format) => {
  const folders = caseFolders(
    "cases",
    /^(?:dpt-vit-seg(?:-bin|-bf16-sharded|-bn-bias)?|dpt-hybrid-depth|depth-anything-v2|dpt-dinov2-depth|dpt-swinv2-depth|dpt-beit-depth)$/,
  );

  test.each(folders)("of %s: the same bytes quantised ahead as while loading", async (_, folder) => {
    const files = filesFromFolder(folder);
    const config = await configOf(files);
    const original = await openCheckpoint(files);
    const ahead = await openCheckpoint(await quantizedAhead(folder, format));
    const storage = chooseStorage(ahead, undefined);
    expect(storage).toEqual({ precision: "f32", quantization: { format, stored: true } });
    const loading = (await dptWeights(config, "f32", undefined, { format, stored: false })).leaves;
    const stored = (await dptWeights(config, "f32", undefined, storage.quantization)).leaves;
    await checkWeights(ahead.tensors, stored, IGNORED_TENSORS);
    let compared = 0;
    for (const [i, leaf] of loading.entries()) {
      const maker = makerOf(leaf, (name) => original.tensors.get(name)!.dtype)!;
      const made = maker(...(await Promise.all(leaf.sources.map(({ name }) => original.readFloats(name)))));
      const { sources, make: _, makeFor: __, ...spec } = stored[i]!;
      const make = makerOf(stored[i]!, (name) => ahead.tensors.get(name)!.dtype);
      expect(spec).toEqual({ ...spec, label: leaf.label, shape: leaf.shape, dtype: leaf.dtype });
      if (make) {
        expect(make(...(await Promise.all(sources.map(({ name }) => ahead.readFloats(name)))))).toEqual(made);
        continue;
      }
      const bytes = Buffer.concat(await Promise.all(sources.map(({ name }) => ahead.read(name))));
      expect(Buffer.compare(bytes, Buffer.from(made.buffer, made.byteOffset, made.byteLength)), leaf.label).toBe(0);
      expect(bytes.length).toBe(byteLength(leaf));
      compared++;
    }
    expect(compared).toBeGreaterThan(20);
  });

  test("answers nearly as f32 does, and equally from either checkpoint", async () => {
    const pixels = (await readTensors(await fileSource(`${CASE}/input.safetensors`))).get("pixel_values")!;
    const device = await testDevice();
    using model = await DPT.load(filesFromFolder(CASE), { device });
    using loading = await DPT.load(filesFromFolder(CASE), { device, dtype: format });
    using ahead = await DPT.load(await quantizedAhead(CASE, format), { device });
    expect([loading.dtype, loading.precision, ahead.dtype]).toEqual([format, "f32", format]);
    expect(ahead.memory.weights).toBe(loading.memory.weights);
    expect(loading.memory.weights / model.memory.weights).toBeLessThan({ q8: 0.32, q4: 0.25 }[format]);
    const answer = async (of: DPT) => (await of.forward(pixels)).get("logits")!.data;
    const [want, got] = [await answer(model), await answer(loading)];
    expect(await answer(ahead)).toEqual(got);
    const squares = (values: Float32Array) => values.reduce((sum, value) => sum + value * value, 0);
    const error = Math.sqrt(squares(want.map((value, i) => value - got[i]!)) / squares(want));
    expect(error).toBeGreaterThan(1e-4);
    expect(error).toBeLessThan({ q8: 0.02, q4: 0.2 }[format]);
  });
});

test.each([
  ["q8", 0.99],
  ["q4", 0.97],
] as const)("%s labels at least %d of a street as PyTorch does in f32", async (dtype, share) => {
  const photo = "test/fixtures/photos/street-b-dpt-small-camvid-196";
  const processor = "preprocessor_config.json";
  const files = overlayFiles(filesFromFolder("weights/dpt-small-camvid"), processor, filesFromFolder(photo));
  const want = (await readTensors(await fileSource(`${photo}/expected.safetensors`))).get("labels")!.data;
  const { data, info } = await sharp(`${photo}/photo.png`).raw().toBuffer({ resolveWithObject: true });
  using model = await DPT.load(files, { device: await testDevice(), dtype });
  const { labels } = await model.segment({ width: info.width, height: info.height, data });
  const same = want.filter((label, i) => labels[i] === label).length;
  expect(same / want.length).toBeGreaterThanOrEqual(share);
});

test("q4 quantises what bears it: the ends stay in f32, the neck's 1×1 products and the attention's outputs in q8", async () => {
  const config = await configOf(filesFromFolder(CASE));
  const { leaves } = await dptWeights(config, "f32", undefined, { format: "q4", stored: false });
  const format = (name: string) => {
    const leaf = leaves.find(({ label }) => label === name) as PackedWeight;
    return leaf.quantized?.format ?? leaf.dtype;
  };
  expect(
    [
      "dpt.embeddings.patch_embeddings.projection",
      "dpt.embeddings.position_embeddings",
      "dpt.encoder.layer.0.layernorm_before.weight",
      "dpt.encoder.layer.0.attention.attention.query+key+value",
      "dpt.encoder.layer.0.attention.output.dense",
      "dpt.encoder.layer.3.output.dense",
      "neck.reassemble_stage.readout_projects.0.0 left",
      "neck.reassemble_stage.layers.0.projection",
      "neck.reassemble_stage.layers.0.resize",
      "neck.fusion_stage.layers.1.projection",
      "neck.convs.0",
      "head.head.0",
      "head.head.4",
    ].map(format),
  ).toEqual(["f32", "f32", "f32", "q4", "q8", "q4", "q8", "q8", "q4", "q8", "q4", "q4", "f32"]);
  // By Winograd too, which transforms them at each run.
  const winograd = (await dptWeights(config, "f32", "winograd", { format: "q4", stored: false })).leaves;
  const bytes = (weights: typeof leaves) => weights.map(byteLength);
  expect(bytes(winograd)).toEqual(bytes(leaves));
});

describe("refuses", () => {
  const errorOf = (call: Promise<unknown>) => call.then(() => undefined).catch((error: unknown) => error as Error);

  test("another dtype than the checkpoint's", async () => {
    const files = await quantizedAhead(CASE, "q8");
    for (const dtype of ["q4", "f32", "f16"] as const) {
      const error = await errorOf(DPT.load(files, { device: await testDevice(), dtype }));
      expect(error).toBeInstanceOf(UsageError);
      expect(error!.message).toBe(
        `dtype: want q8, in which the checkpoint is quantised, got ${dtype}. Leave dtype out, or load the original.`,
      );
    }
  });

  test.each([{ "dpt-webgpu.quantized": "1" }, { "dpt-webgpu.dtype": "q2" }, { "dpt-webgpu.dtype": "q4" }])(
    "a checkpoint of an unknown version or format: %o",
    async (metadata) => {
      const error = await errorOf(DPT.load(await quantizedAhead(CASE, "q8", metadata), { device: await testDevice() }));
      expect(error).toBeInstanceOf(FileError);
      expect(error!.message).toMatch(
        /^model\.safetensors: want weights quantised to q8 in version 2 or to q4 in version 3, got "q\d" in "\d"\. .*update dpt-webgpu\.$/,
      );
    },
  );

  test("to quantise twice", async () => {
    const files = await quantizedAhead(CASE, "q8");
    const [config, checkpoint] = [await configOf(files), await openCheckpoint(files)];
    await expect(quantizeCheckpoint(config, checkpoint, "q4")).rejects.toThrow(
      "model.safetensors: want weights that are not quantised, got some that are. Take the original checkpoint.",
    );
  });

  test("parts of another type", async () => {
    const files = await quantizedAhead(CASE, "q8");
    const { tensors, metadata } = await openCheckpoint(files);
    const name = "neck.convs.0.q8.codes";
    const changed = new Map(tensors).set(name, { ...tensors.get(name)!, dtype: "U8" });
    const { quantization } = chooseStorage({ files: [], metadata }, undefined);
    const { leaves } = await dptWeights(await configOf(files), "f32", undefined, quantization);
    await expect(checkWeights(changed, leaves, IGNORED_TENSORS)).rejects.toThrow(`tensor "${name}": want I8, got U8`);
  });

  test("NaN, by the layer's name", async () => {
    const files = filesFromFolder(CASE);
    const checkpoint = await openCheckpoint(files);
    const broken = "dpt.encoder.layer.1.attention.output.dense.weight";
    const parts: BlobPart[] = [];
    const tensors = [...checkpoint.tensors.values()].map(({ name, dtype, shape }) => ({ name, dtype, shape }));
    const bytesOf = async ({ name }: { readonly name: string }) => {
      const bytes = await checkpoint.read(name);
      if (name === broken) bytes.set([0xff, 0xff, 0xff, 0x7f], 400);
      return bytes;
    };
    for await (const piece of writeSafetensors(tensors, bytesOf)) parts.push(piece);
    const file = "model.safetensors";
    const model = overlayFiles(files, file, filesFromBlobs("broken", { [file]: new Blob(parts) }));
    const loading = await errorOf(DPT.load(model, { device: await testDevice(), dtype: "q4" }));
    expect(loading).toBeInstanceOf(NumberError);
    expect(loading!.message).toContain(`weights: want finite numbers, got NaN at [100] of "${broken}".`);
    const ahead = await errorOf(quantizedFiles(model, "q4"));
    expect(ahead).toBeInstanceOf(FileError);
    expect(ahead!.message).toBe(
      "weights: want finite numbers in dpt.encoder.layer.1.attention.output.dense to quantise, got NaN. Use dtype f32.",
    );
  });
});
