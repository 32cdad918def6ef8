import { storageFactory } from "opfs-mock";
import { describe, expect, test } from "vitest";
import { FileError } from "../../../src/runtime/errors.ts";
import { type ModelSource, openModelSource } from "../../../src/runtime/sources/model-source.ts";

/** A folder of the File System API, with a folder in it. */
async function directory(files: Readonly<Record<string, string>>): Promise<FileSystemDirectoryHandle> {
  const folder = await (await (await storageFactory()).getDirectory()).getDirectoryHandle("tiny", { create: true });
  for (const [name, text] of Object.entries(files)) {
    const writable = await (await folder.getFileHandle(name, { create: true })).createWritable();
    await writable.write(text);
    await writable.close();
  }
  await folder.getDirectoryHandle("onnx", { create: true });
  return folder;
}

async function textOf(source: ModelSource, file: string): Promise<string | undefined> {
  const opened = await openModelSource(source).open(file);
  return opened && new TextDecoder().decode(await opened.read(0, opened.size));
}

const fileEntry = (name: string, text: string) =>
  ({
    isFile: true,
    isDirectory: false,
    name,
    file: (resolve: (file: File) => void) => resolve(new File([text], name)),
  }) as unknown as FileSystemEntry;

/** A dropped folder, which tells its files one after the other. */
function folderEntry(name: string, children: FileSystemEntry[]): FileSystemEntry {
  const createReader = () => {
    const left = [...children];
    return { readEntries: (resolve: (part: FileSystemEntry[]) => void) => resolve(left.splice(0, 1)) };
  };
  return { isFile: false, isDirectory: true, name, createReader } as unknown as FileSystemEntry;
}

/** Empty once the event is over, as the browser's is. */
function drop(...entries: (FileSystemEntry | null)[]): DataTransfer {
  const items = entries.map((entry) => ({ webkitGetAsEntry: () => entry }));
  queueMicrotask(() => items.splice(0));
  return { dropEffect: "none", items } as unknown as DataTransfer;
}

describe("a directory handle", () => {
  test("opens what lies in it, by name", async () => {
    const folder = await directory({ "config.json": "{}", "a.pt": "weights" });
    expect(openModelSource(folder).name).toBe("tiny");
    expect(await textOf(folder, "config.json")).toBe("{}");
    expect(await textOf(folder, "nothing.json")).toBeUndefined();
    expect(await textOf(folder, "onnx")).toBeUndefined();
    expect((await openModelSource(folder).list!()).toSorted()).toEqual(["a.pt", "config.json"]);
  });

  test("that may not be read is a FileError, which tells what to do", async () => {
    const folder = await directory({});
    folder.getFileHandle = async () => {
      throw new DOMException("not allowed by the user", "NotAllowedError");
    };
    const error = await openModelSource(folder)
      .open("config.json")
      .catch((e: unknown) => e);
    expect(error).toBeInstanceOf(FileError);
    expect((error as Error).message).toMatch(
      /^tiny\/config\.json: want a file that .* got "NotAllowedError: not allowed by the user"\. Allow the page/,
    );
  });
});

test("file handles: several, or a checkpoint alone", async () => {
  const folder = await directory({ "config.json": "{}", "a.pt": "weights" });
  const [config, weights] = [await folder.getFileHandle("config.json"), await folder.getFileHandle("a.pt")];
  expect(await textOf([config, weights], "a.pt")).toBe("weights");
  expect(await openModelSource(weights).list!()).toEqual(["a.pt"]);
  expect(await textOf(weights, "config.json")).toBeUndefined();
});

describe("a drop", () => {
  const [config, weights] = [fileEntry("config.json", "{}"), fileEntry("a.pt", "weights")];

  test("of files, read after the event", async () => {
    const files = openModelSource(drop(config, null, weights));
    await new Promise((resolve) => setTimeout(resolve));
    expect((await files.open("a.pt"))!.size).toBe(7);
    expect(await files.list!()).toEqual(["config.json", "a.pt"]);
  });

  test("of a folder: its files, and none of a folder in it", async () => {
    const files = openModelSource(drop(folderEntry("m", [config, folderEntry("onnx", [config]), weights])));
    expect(await files.list!()).toEqual(["config.json", "a.pt"]);
  });

  test.each([
    ["nothing", [null], /^drop: want the files of a model or its folder, got none\. Drop one model\.$/],
    ["two folders", [folderEntry("a", []), folderEntry("b", [])], /got 2 folders and 0 files/],
    ["a folder and a file", [folderEntry("a", []), config], /got 1 folders and 1 files/],
  ])("of %s is a FileError", async (_, entries, message) => {
    const error = await openModelSource(drop(...entries))
      .open("config.json")
      .catch((e: unknown) => e);
    expect(error).toBeInstanceOf(FileError);
    expect((error as Error).message).toMatch(message);
  });
});
