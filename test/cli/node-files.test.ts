import { mkdir, mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fileSource, filesFromFolder } from "../../cli/node-files.ts";
import { FileError } from "../../src/runtime/errors.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "node-files-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function errorOf(promise: Promise<unknown>): Promise<Error> {
  const error = await promise.then(
    (value) => `resolved to ${value}`,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(FileError);
  return error as Error;
}

test("ranges of a file", async () => {
  await writeFile(join(folder, "a.bin"), Uint8Array.of(1, 2, 3, 4));
  const source = (await filesFromFolder(folder).open("a.bin"))!;
  expect(source.size).toBe(4);
  expect([...(await source.read(1, 3))]).toEqual([2, 3]);
  expect([...(await source.read(4, 4))]).toEqual([]);
  expect((await errorOf(source.read(2, 5))).message).toMatch(/a\.bin: want a byte range inside its 4 bytes/);
});

test("a file that is cut short after it was opened", async () => {
  const path = join(folder, "short.bin");
  await writeFile(path, new Uint8Array(100));
  const source = await fileSource(path);
  await truncate(path, 40);
  expect((await errorOf(source.read(10, 60))).message).toMatch(/want bytes \[10, 60\), got 30 of them/);
  await rm(path);
  expect((await errorOf(source.read(10, 60))).message).toMatch(/want a file that can be read, got "ENOENT/);
});

test("what is not there", async () => {
  expect(await filesFromFolder(folder).open("missing.json")).toBeUndefined();
  expect((await errorOf(fileSource(join(folder, "missing.json")))).message).toMatch(/want a file, got none/);
  const nowhere = filesFromFolder(join(folder, "nowhere"));
  expect((await errorOf(nowhere.open("config.json"))).message).toMatch(/nowhere: want a model folder, got none/);
});

test("a folder in place of a file, a file in place of a folder", async () => {
  await mkdir(join(folder, "model.safetensors"));
  await writeFile(join(folder, "file"), "");
  expect((await errorOf(filesFromFolder(folder).open("model.safetensors"))).message).toMatch(/got a folder or device/);
  expect((await errorOf(filesFromFolder(join(folder, "file")).open("a"))).message).toMatch(/want a model folder/);
});

test("an abort passes through untouched", async () => {
  const reason = new Error("enough");
  await writeFile(join(folder, "b.bin"), "abc");
  const source = await fileSource(join(folder, "b.bin"));
  expect(await source.read(0, 1, AbortSignal.abort(reason)).catch((e: unknown) => e)).toBe(reason);
});
