import { expect, test } from "vitest";
import { FileError } from "../../../src/runtime/errors.ts";
import { filesFromBlobs } from "../../../src/runtime/sources/blob-source.ts";
import { readJson } from "../../../src/runtime/sources/read-json.ts";

const folder = (text: BlobPart) => filesFromBlobs("model", { "config.json": new Blob([text]) });

test("an object is read, a byte order mark and all", async () => {
  expect(await readJson(folder('\ufeff{"a":[1]}'), "config.json", { required: true })).toEqual({ a: [1] });
});

test("a missing file is undefined, or an error if it is required", async () => {
  expect(await readJson(folder("{}"), "other.json")).toBeUndefined();
  const missing = readJson(folder("{}"), "other.json", { required: true });
  await expect(missing).rejects.toThrow('model: want a file "other.json", got none.');
  await expect(missing).rejects.toBeInstanceOf(FileError);
});

test.each<[string, BlobPart, string]>([
  ["cut short", '{"a":', "model/config.json: want JSON in UTF-8, got"],
  ["empty", "", "want JSON in UTF-8"],
  ["a web page", "<!DOCTYPE html>", "want JSON in UTF-8"],
  ["not UTF-8", Uint8Array.of(0x7b, 0x22, 0xe9, 0x22, 0x3a, 0x31, 0x7d), "want JSON in UTF-8"],
  ["an array", "[]", "want a JSON object, got an array"],
  ["null", "null", "want a JSON object, got null"],
  ["text", '"a"', "want a JSON object, got a string"],
])("refuses a file that is %s", async (_, text, message) => {
  const error = await readJson(folder(text), "config.json").catch((e: unknown) => e);
  expect(error).toBeInstanceOf(FileError);
  expect(String(error)).toContain(message);
});

test("refuses a file that is too large before it reads it", async () => {
  const read = readJson(folder('{"a": 1}'), "config.json", { maxBytes: 7 });
  await expect(read).rejects.toThrow("want JSON of at most 7 bytes, got 8");
  expect(await readJson(folder('{"a": 1}'), "config.json", { maxBytes: 8 })).toEqual({ a: 1 });
});

test("__proto__ in a file changes no prototype", async () => {
  const json = await readJson(folder('{"__proto__":{"polluted":true}}'), "config.json", { required: true });
  expect(json.polluted).toBeUndefined();
});
