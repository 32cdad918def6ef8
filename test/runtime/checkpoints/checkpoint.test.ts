import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { filesFromFolder } from "../../../cli/node-files.ts";
import { openCheckpoint } from "../../../src/runtime/checkpoints/checkpoint.ts";
import { writeSafetensors } from "../../../src/runtime/checkpoints/write-safetensors.ts";
import { FileError, UsageError } from "../../../src/runtime/errors.ts";
import { filesFromBlobs } from "../../../src/runtime/sources/blob-source.ts";
import { pickleDict, pickleFile, pickleTensor, zipOf } from "../torch-zip.ts";

const cases = "test/fixtures/cases";

async function safetensorsBlob(values: Readonly<Record<string, readonly number[]>>): Promise<Blob> {
  const tensors = Object.entries(values).map(([name, data]) => ({ name, dtype: "F32" as const, shape: [data.length] }));
  const parts: BlobPart[] = [];
  const bytesOf = ({ name }: { name: string }) => new Uint8Array(Float32Array.from(values[name]!).buffer);
  for await (const part of writeSafetensors(tensors, bytesOf)) parts.push(part);
  return new Blob(parts);
}

async function binBlob(values: Readonly<Record<string, number>>): Promise<Blob> {
  const names = Object.keys(values);
  const tensor = (key: string) => pickleTensor({ key, numel: 1, shape: [1], strides: [1] });
  const state = pickleDict(Object.fromEntries(names.map((name, i) => [name, tensor(String(i))])));
  const storages = names.map((name, i): [string, Uint8Array] => [
    `m/data/${i}`,
    new Uint8Array(Float32Array.of(values[name]!).buffer),
  ]);
  return new Blob([await zipOf([["m/data.pkl", pickleFile(state)], ...storages])]);
}

const indexBlob = (weight_map: unknown) => new Blob([JSON.stringify({ metadata: {}, weight_map })]);

describe("real models", () => {
  test("one safetensors file", async () => {
    const checkpoint = await openCheckpoint(filesFromFolder(`${cases}/dpt-vit-seg`));
    expect(checkpoint.files).toEqual(["model.safetensors"]);
    const { begin, end } = checkpoint.tensors.get("dpt.embeddings.cls_token")!;
    const file = await readFile(`${cases}/dpt-vit-seg/model.safetensors`);
    const floats = await checkpoint.readFloats("dpt.embeddings.cls_token");
    expect([...floats.slice(0, 4)]).toEqual([-0.79421908, -1.00408244, -0.25097188, -0.0531878024].map(Math.fround));
    expect(await checkpoint.read("dpt.embeddings.cls_token")).toEqual(new Uint8Array(file.subarray(begin, end)));
  });

  test("bfloat16 in two shards has all names and shapes of it", async () => {
    const one = await openCheckpoint(filesFromFolder(`${cases}/dpt-vit-seg`));
    const two = await openCheckpoint(filesFromFolder(`${cases}/dpt-vit-seg-bf16-sharded`));
    expect(two.files).toEqual(["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]);
    const shapes = (c: typeof one) => Object.fromEntries([...c.tensors].map(([name, { shape }]) => [name, shape]));
    expect(shapes(two)).toEqual(shapes(one));
    expect(new Set([...two.tensors.values()].map(({ dtype }) => dtype))).toEqual(new Set(["BF16", "I64"]));
    const floats = await two.readFloats("dpt.embeddings.cls_token");
    expect([...floats.slice(0, 4)]).toEqual([-0.287109375, 0.5546875, 0.376953125, -0.08251953125]);
    for (const name of two.tensors.keys()) expect((await two.readFloats(name)).every(Number.isFinite)).toBe(true);
  });

  test("PyTorch's own format", async () => {
    const checkpoint = await openCheckpoint(filesFromFolder(`${cases}/dpt-vit-seg-bin`));
    expect(checkpoint.files).toEqual(["pytorch_model.bin"]);
    expect(await checkpoint.readFloats("auxiliary_head.head.1.num_batches_tracked")).toHaveLength(1);
  });
});

describe("which file is taken", () => {
  test("each is preferred to those behind it, and sharded .bin works", async () => {
    const one = await safetensorsBlob({ w: [1] });
    const candidates: [string, Blob][] = [
      ["model.safetensors", one],
      ["model.safetensors.index.json", indexBlob({ w: "s2" })],
      ["pytorch_model.bin", await binBlob({ w: 3 })],
      ["pytorch_model.bin.index.json", indexBlob({ w: "b4", v: "b5" })],
    ];
    const shards = { s2: await safetensorsBlob({ w: [2] }), b4: await binBlob({ w: 4 }), b5: await binBlob({ v: 5 }) };
    const taken: unknown[] = [];
    for (let first = 0; first < candidates.length; first++) {
      const files = filesFromBlobs("m", { ...Object.fromEntries(candidates.slice(first)), ...shards });
      const checkpoint = await openCheckpoint(files);
      taken.push([...checkpoint.files, ...(await checkpoint.readFloats("w"))]);
    }
    expect(taken).toEqual([
      ["model.safetensors", 1],
      ["s2", 2],
      ["pytorch_model.bin", 3],
      ["b4", "b5", 4],
    ]);
  });

  test("none", async () => {
    const error = await openCheckpoint(filesFromBlobs("m", { "config.json": new Blob(["{}"]) })).catch(
      (e: unknown) => e,
    );
    expect(error).toBeInstanceOf(FileError);
    expect(String(error)).toContain(
      "m: want a checkpoint, got none of model.safetensors, model.safetensors.index.json, " +
        "pytorch_model.bin, pytorch_model.bin.index.json.",
    );
  });
});

describe("an index", () => {
  const open = async (weightMap: unknown, shards: Readonly<Record<string, Blob>> = {}) =>
    openCheckpoint(filesFromBlobs("m", { "model.safetensors.index.json": indexBlob(weightMap), ...shards }));

  test.each(["../../w", "a/b", "a\\b", "/etc/passwd", "C:w", "..", ".", "", "a\0b"])(
    "must not name the file %j, nor is it opened",
    async (file) => {
      const opened: string[] = [];
      const files = filesFromBlobs("m", { "model.safetensors.index.json": indexBlob({ w: file, v: 7 }) });
      const spy = {
        name: "m",
        open(name: string) {
          opened.push(name);
          return files.open(name);
        },
      };
      const error = await openCheckpoint(spy).catch((e: unknown) => e);
      expect(error).toBeInstanceOf(FileError);
      expect(String(error)).toContain(`want plain file names beside it, got "w" in ${JSON.stringify(file)}; "v" in 7.`);
      expect(opened).toEqual(["model.safetensors", "model.safetensors.index.json"]);
    },
  );

  test.each([undefined, null, [], "w", {}])("whose weight_map is %j", async (weightMap) => {
    await expect(open(weightMap)).rejects.toThrow(/want a "weight_map" from tensors to files/);
  });

  test("that disagrees with its shards: all is told at once", async () => {
    const a = await safetensorsBlob({ x: [1], extra: [2] });
    const error = await open({ x: "a", y: "a", z: "gone" }, { a }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(FileError);
    expect(String(error)).toContain(
      'got no file "gone"; no tensor "y" in "a"; tensor "extra" in "a", which the index lacks. Download',
    );
  });

  test("that puts a tensor into the wrong shard", async () => {
    const shards = { a: await safetensorsBlob({ x: [1] }), b: await safetensorsBlob({ y: [2] }) };
    await expect(open({ x: "b", y: "b" }, shards)).rejects.toThrow(/no tensor "x" in "b"/);
  });

  test("with hundreds of problems names some", async () => {
    const map = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`w${i}`, "../../w"]));
    await expect(open(map)).rejects.toThrow(/; and 280 more\. Download/);
  });
});

test("a tensor that is not there is the caller's error", async () => {
  const checkpoint = await openCheckpoint(
    filesFromBlobs("m", { "model.safetensors": await safetensorsBlob({ w: [1] }) }),
  );
  await expect(checkpoint.read("v")).rejects.toBeInstanceOf(UsageError);
  await expect(checkpoint.readFloats("toString")).rejects.toThrow(/want one of its 1 tensors, got "toString"/);
});
