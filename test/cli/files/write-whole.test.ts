import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writeWhole } from "../../../cli/files/write-whole.ts";
import { FileError, InternalError } from "../../../src/runtime/errors.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const folder = temporaryFolder();

async function* broken(error: Error) {
  yield Uint8Array.of(1, 2, 3);
  throw error;
}

test("a stream appears under its name only when it is whole", async () => {
  const path = join(folder, "stream");
  const seen: boolean[] = [];
  async function* pieces() {
    yield Uint8Array.of(1);
    seen.push((await readdir(folder)).includes("stream"));
    yield Uint8Array.of(2);
  }
  await writeWhole(path, pieces(), async (temporary) => {
    seen.push((await readdir(folder)).includes("stream"));
    expect([...(await readFile(temporary))]).toEqual([1, 2]);
  });
  expect(seen).toEqual([false, false]);
  expect([...(await readFile(path))]).toEqual([1, 2]);
});

test("what fails midway leaves the old file and nothing else", async () => {
  const path = join(folder, "old");
  await writeFile(path, "old");
  const before = await readdir(folder);
  const own = new InternalError("x: want a, got b. Report this.");
  await expect(writeWhole(path, broken(own))).rejects.toBe(own);
  await expect(writeWhole(path, broken(new Error("disk full")))).rejects.toThrow(
    /old: want a file that can be written, got "disk full"\./,
  );
  const check = () => Promise.reject(own);
  await expect(writeWhole(path, "new", check)).rejects.toBe(own);
  expect(await readFile(path, "utf8")).toBe("old");
  expect(await readdir(folder)).toEqual(before);
});

test("a folder in the file's place, a file in the folder's place", async () => {
  await mkdir(join(folder, "taken", "inside"), { recursive: true });
  await expect(writeWhole(join(folder, "taken"), "x")).rejects.toBeInstanceOf(FileError);
  await writeFile(join(folder, "file"), "");
  await expect(writeWhole(join(folder, "file", "x"), "x")).rejects.toThrow(/ENOTDIR/);
  expect((await readdir(folder)).filter((name) => name.endsWith(".part"))).toEqual([]);
});
