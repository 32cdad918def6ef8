import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { compareGolden } from "../../cli/golden/compare-golden.ts";
import { GOLDEN_FILE, readGolden } from "../../cli/golden/read-golden.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const folder = temporaryFolder();

test("the numbers of transformers' tests are complete", async () => {
  const golden = await readGolden(GOLDEN_FILE);
  expect(golden.size).toBe(8);
  for (const { output, slice } of golden.values()) {
    expect(["logits", "predicted_depth"]).toContain(output);
    expect(slice.map((row) => row.length)).toEqual([3, 3, 3]);
  }
});

test("the beginning of the first label is compared, as torch.allclose does", () => {
  const data = Float32Array.from({ length: 2 * 2 * 4 }, (_, i) => 1000 * i);
  const tensors = new Map([["logits", { shape: [1, 2, 2, 4], data }]]);
  const golden = { output: "logits", shape: [1, 2, 2, 4], tolerance: 0.1, slice: [[0.1], [4000.13, 5000]] };
  expect(compareGolden(tensors, golden, 0.1)).toMatchObject({ got: [[0], [4000, 5000]], problem: undefined });
  const less = compareGolden(tensors, golden, 0.05);
  expect(less.problem).toBe("2 of 3 numbers over tolerance");
  expect(less.comparison!.maxError).toBeCloseTo(0.13);
  const nan = new Map([["logits", { shape: [1, 2, 2, 4], data: data.map(() => Number.NaN) }]]);
  expect(compareGolden(nan, golden, 1e9).problem).toBe("3 of 3 numbers over tolerance");
  const other = { ...golden, shape: [1, 2, 4, 2] };
  expect(compareGolden(tensors, other, 1).problem).toBe("want logits [1, 2, 4, 2], got [1, 2, 2, 4]");
  expect(compareGolden(tensors, { ...golden, output: "depth" }, 1).problem).toMatch(/want depth .*, got only logits/);
});

test.each([
  ["[]", /want a JSON object, got an array/],
  ["{}", /want "models" by id, got undefined/],
  ['{"models": {"a": 1}}', /a: want an object, got 1/],
  ['{"models": {"a": {"output": "x", "shape": [1, 2]}}}', /want "shape" of/],
  ['{"models": {"a": {"output": "x", "shape": [1, 2, 2], "tolerance": 0}}}', /want "tolerance" above 0, got 0/],
  ['{"models": {"a": {"output": "x", "shape": [1, 2, 2], "tolerance": 1, "slice": [[1, 2, 3]]}}}', /want "slice"/],
])("a file that is no golden one names what is wrong: %s", async (text, message) => {
  const path = join(folder, "golden.json");
  await writeFile(path, text);
  await expect(readGolden(path)).rejects.toThrow(message);
});
