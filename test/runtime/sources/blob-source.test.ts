import { expect, test } from "vitest";
import { FileError } from "../../../src/runtime/errors.ts";
import { blobSource, filesFromBlobs } from "../../../src/runtime/sources/blob-source.ts";

const source = blobSource("a.bin", new Blob([Uint8Array.of(1, 2, 3, 4)]));

function picked(path: string, content = path): File {
  const file = new File([content], path.split("/").at(-1)!);
  return Object.defineProperty(file, "webkitRelativePath", { value: path });
}

test("ranges", async () => {
  expect(source.size).toBe(4);
  expect([...(await source.read(1, 3))]).toEqual([2, 3]);
  expect([...(await source.read(4, 4))]).toEqual([]);
});

test.each([
  [-1, 2],
  [0, 5],
  [3, 2],
  [0.5, 2],
  [0, Number.NaN],
  [2 ** 53, 2 ** 53],
])("refuses the range [%d, %d)", async (begin, end) => {
  const error = await source.read(begin, end).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(FileError);
  expect(String(error)).toContain("a.bin: want a byte range inside its 4 bytes");
});

test("an abort passes through untouched", async () => {
  const error = await source.read(0, 1, AbortSignal.abort()).catch((e: unknown) => e);
  expect(error).toMatchObject({ name: "AbortError" });
});

test.each([
  ["gives fewer bytes", { size: 4, slice: () => new Blob([]) }, /want bytes \[0, 4\), got 0 bytes/],
  [
    "cannot be read any more",
    { size: 4, slice: () => ({ arrayBuffer: () => Promise.reject(new Error("NotReadableError")) }) },
    /got "Error: NotReadableError". Pick the file again/,
  ],
])("a blob that %s", async (_, blob, message) => {
  const error = await blobSource("a.bin", blob as unknown as Blob)
    .read(0, 4)
    .catch((e: unknown) => e);
  expect(error).toBeInstanceOf(FileError);
  expect(String(error)).toMatch(message);
});

test("a folder of blobs by name; names of objects' prototypes are no files", async () => {
  const files = filesFromBlobs("model", { "config.json": new Blob(["{}"]) });
  expect((await files.open("config.json"))?.name).toBe("model/config.json");
  for (const name of ["toString", "__proto__", "other"]) expect(await files.open(name)).toBeUndefined();
});

test("of a picked folder the top level counts", async () => {
  const files = filesFromBlobs("model", [picked("m/onnx/config.json", "deep"), picked("m/config.json", "top")]);
  const config = await files.open("config.json");
  expect(new TextDecoder().decode(await config!.read(0, config!.size))).toBe("top");
});

test("files picked one by one", async () => {
  const files = filesFromBlobs("model", [new File(["a"], "a.json"), new File(["bc"], "b.json")]);
  expect((await files.open("b.json"))?.size).toBe(2);
});

test("two files of one name are an error", () => {
  expect(() => filesFromBlobs("model", [new File(["a"], "a.json"), new File(["b"], "a.json")])).toThrow(
    /"a.json" twice/,
  );
});
