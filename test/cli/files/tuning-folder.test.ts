import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tuningFolder } from "../../../cli/files/tuning-folder.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const folder = temporaryFolder();

test("measurements come back from the folder, and only under their key", async () => {
  const path = join(folder, "kept");
  const key = "adapter / with : any * letters";
  await tuningFolder(path).set(key, { seconds: { own: 0.5 }, refused: {} });
  expect(await tuningFolder(path).get(key)).toEqual({ seconds: { own: 0.5 }, refused: {} });
  expect(await tuningFolder(path).get("another")).toBeUndefined();
  expect(await readdir(path)).toHaveLength(1);
});

test("a file that is no JSON is no measurement, and a folder that is a file is an error", async () => {
  const path = join(folder, "broken");
  const store = tuningFolder(path);
  await store.set("key", 1);
  for (const name of await readdir(path)) await writeFile(join(path, name), "{");
  expect(await store.get("key")).toBe("{");
  await writeFile(join(folder, "file"), "");
  await expect(tuningFolder(join(folder, "file")).set("key", 1)).rejects.toThrow();
});
