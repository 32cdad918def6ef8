import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { licenceText, packageFolder } from "../../demo/licences/licence-text.ts";

async function packageWith(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "dpt-webgpu-test-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const all = { "package.json": '{ "name": "some-package", "version": "1.2.3" }', ...files };
  for (const [name, text] of Object.entries(all)) await writeFile(join(folder, name), text);
  return folder;
}

test("a module's package is the innermost", () => {
  expect(packageFolder("/a/node_modules/comlink/dist/esm/comlink.mjs")).toBe("/a/node_modules/comlink");
  expect(packageFolder("/a/node_modules/@zip.js/zip.js/index.js")).toBe("/a/node_modules/@zip.js/zip.js");
  expect(packageFolder("/a/node_modules/b/node_modules/c/d.js")).toBe("/a/node_modules/b/node_modules/c");
  expect(packageFolder("C:\\a\\node_modules\\b\\c.js")).toBe("C:/a/node_modules/b");
  expect(packageFolder("/a/demo/main.tsx")).toBeUndefined();
});

test("the page's licences are those of its code, its models, its pictures and what it is built of", async () => {
  const text = licenceText([await packageWith({ "LICENCE.md": "Do as you like." })]);
  for (const part of [
    "MIT License",
    "CC BY-NC 4.0",
    "Apache License",
    "CamVid",
    "some-package 1.2.3",
    "Do as you like.",
  ]) {
    expect(text).toContain(part);
  }
});

test("a package without a licence is not built in without anybody noticing", async () => {
  const folder = await packageWith({ "README.md": "" });
  expect(() => licenceText([folder])).toThrow(/^some-package: want a file of its licence/);
});
