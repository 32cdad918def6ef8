import { mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { prepareFile, prepareFolder, prepareResults } from "../../../cli/files/prepare-output.ts";
import { FileError } from "../../../src/runtime/errors.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const folder = temporaryFolder();

test("makes folders in folders, and leaves nothing in them", async () => {
  await prepareFolder(join(folder, "a", "b"));
  await prepareFile(join(folder, "c", "d", "x.safetensors"));
  expect(await readdir(join(folder, "a", "b"))).toEqual([]);
  expect(await readdir(join(folder, "c", "d"))).toEqual([]);
});

test("names the folder that a file stands in the way of", async () => {
  const file = join(folder, "file");
  await writeFile(file, "");
  for (const path of [file, join(file, "below")]) {
    await expect(prepareFolder(path)).rejects.toBeInstanceOf(FileError);
    await expect(prepareFolder(path)).rejects.toThrow(`${path}: want a folder to write to, got "`);
  }
});

test("a folder is no file to write", async () => {
  await mkdir(join(folder, "e"));
  await expect(prepareFile(join(folder, "e"))).rejects.toThrow(/e: want a file to write, got a folder\./);
});

test("where nothing can be made, it says so and does not hang", async () => {
  // Node's own recursive mkdir goes round forever there.
  await expect(prepareFolder("/proc/x/y")).rejects.toThrow('/proc/x/y: want a folder to write to, got "');
  await symlink(join(folder, "nowhere"), join(folder, "dangling"));
  for (const path of [join(folder, "dangling"), join(folder, "dangling", "x")]) {
    await expect(prepareFolder(path)).rejects.toThrow(`${path}: want a folder to write to, got "`);
  }
});

test("a device is no file to write: it would be replaced by one", async () => {
  await expect(prepareFile("/dev/null")).rejects.toThrow(/null: want a file to write, got a device or pipe\./);
});

test("two that make the same folders do not disturb each other", async () => {
  const path = join(folder, "f", "g", "h");
  await Promise.all(Array.from({ length: 20 }, () => prepareFolder(path)));
  expect(await readdir(path)).toEqual([]);
});

test("a result that could not have its name is found before there is one", async () => {
  const taken = join(folder, "results", "x.overlay.png");
  await mkdir(taken, { recursive: true });
  const long = join(folder, "results", `${"x".repeat(250)}.labels.png`);
  await prepareResults(join(folder, "results"), [join(folder, "results", "y.labels.png")]);
  await expect(prepareResults(join(folder, "results"), [long])).rejects.toThrow(
    /: want a file to write, got "ENAMETOOLONG/,
  );
  const both = prepareResults(join(folder, "results"), [join(folder, "results", "a"), taken]);
  await expect(both).rejects.toThrow(`${taken}: want a file to write, got a folder.`);
});
