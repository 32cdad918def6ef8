import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { encode } from "fast-png";
import { dump } from "npyjs";
import { expect, test } from "vitest";
import { pairFiles } from "../../../cli/eval/pair-files.ts";
import { readTruth, reducedLabels } from "../../../cli/eval/read-truth.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const folder = temporaryFolder();
const size = { width: 3, height: 2 };

async function file(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

test("reads ids and levels of PNGs as they are stored, and NumPy's arrays", async () => {
  const ids = Uint8Array.of(0, 1, 2, 2, 1, 255);
  const grey = await file("grey.png", encode({ ...size, data: ids, channels: 1, depth: 8 }));
  expect([...(Array.from(await readTruth(grey, size)) as number[])]).toEqual([...ids]);
  const palette = Array.from({ length: 256 }, () => [9, 9, 9]);
  const indexed = await file("indexed.png", encode({ ...size, data: ids, channels: 1, depth: 8, palette }));
  expect(Array.from(await readTruth(indexed, size))).toEqual([...ids]);
  const levels = Uint16Array.of(0, 1000, 65535, 3, 4, 5);
  const deep = await file("deep.png", encode({ ...size, data: levels, channels: 1, depth: 16 }));
  expect(Array.from(await readTruth(deep, size))).toEqual([...levels]);
  const depth = Float32Array.of(0.5, 1, 2, 3, 4, 5);
  expect(Array.from(await readTruth(await file("d.npy", Buffer.from(dump(depth, [2, 3]))), size))).toEqual([...depth]);
});

test("says what is wrong with others", async () => {
  const rgb = await file("rgb.png", encode({ ...size, data: new Uint8Array(18), channels: 3, depth: 8 }));
  await expect(readTruth(rgb, size)).rejects.toThrow(
    "want a PNG of one channel, 8 or 16 bits, got 3 channels of 8 bits",
  );
  const flat = await file("flat.npy", Buffer.from(dump(new Float32Array(6), [6])));
  await expect(readTruth(flat, size)).rejects.toThrow("want numbers [height, width] row by row, got [6], 6 values");
  const cut = await file("cut.npy", Buffer.from(dump(new Float32Array(6), [2, 3])).subarray(0, -4));
  await expect(readTruth(cut, size)).rejects.toThrow("want numbers [height, width] row by row, got [2, 3], 5 values");
  const wide = await file("wide.npy", Buffer.from(dump(new BigInt64Array(6), [2, 3])));
  await expect(readTruth(wide, size)).rejects.toThrow("want numbers [height, width]");
  const other = await file("other.npy", Buffer.from(dump(new Float32Array(6), [3, 2])));
  await expect(readTruth(other, size)).rejects.toThrow("want 3x2 values, as the picture, got 2x3");
  await expect(readTruth(await file("no.png", Uint8Array.of(1, 2)), size)).rejects.toThrow("no.png: want a PNG, got");
  await expect(readTruth(join(folder, "none.png"), size)).rejects.toThrow("none.png: want a file that can be read");
});

test("reduced labels are one less, 0 and 255 do not count", () => {
  expect(reducedLabels([0, 1, 150, 255])).toEqual([255, 0, 149, 255]);
});

test("pictures are paired with their truth by name", async () => {
  const [images, truths] = [join(folder, "images"), join(folder, "truths")];
  await mkdir(images);
  await mkdir(truths);
  const touch = (path: string) => writeFile(path, "");
  await expect(pairFiles(images, truths)).rejects.toThrow("images: want pictures, got none");
  await Promise.all(["b.jpg", "a.PNG", "notes.txt"].map((name) => touch(join(images, name))));
  await touch(join(truths, "a.png"));
  await expect(pairFiles(images, truths)).rejects.toThrow("want b.png or .npy, what is true of b.jpg, got neither");
  await touch(join(truths, "b.npy"));
  expect(await pairFiles(images, truths)).toEqual([
    { image: join(images, "a.PNG"), truth: join(truths, "a.png") },
    { image: join(images, "b.jpg"), truth: join(truths, "b.npy") },
  ]);
  await touch(join(truths, "b.png"));
  await expect(pairFiles(images, truths)).rejects.toThrow("what is true of b.jpg, got both");
  await expect(pairFiles(images, join(folder, "none"))).rejects.toThrow("none: want a folder, got none");
});
