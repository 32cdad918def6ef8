import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { findViolations, type SourceFile } from "./layers.ts";

const root = new URL("../", import.meta.url);

async function readSources(folder: string): Promise<SourceFile[]> {
  const names = await readdir(new URL(folder, root), { recursive: true });
  // The peers of the benchmark have packages of their own.
  const own = names.filter((name) => /\.tsx?$/.test(name) && !/(?:^|[\\/])node_modules[\\/]/.test(name));
  const paths = own.map((name) => `${folder}/${name.replaceAll("\\", "/")}`);
  return Promise.all(paths.map(async (path) => ({ path, text: await readFile(new URL(path, root), "utf8") })));
}

test("the walls between the layers hold", async () => {
  const folders = ["src", "formats", "cli", "demo", "bench", "examples"].filter((folder) =>
    existsSync(new URL(folder, root)),
  );
  const sources = (await Promise.all(folders.map(readSources))).flat();
  expect(sources.length).toBeGreaterThan(20);
  expect(findViolations(sources)).toEqual([]);
});

describe("findViolations", () => {
  const violationsOf = (path: string, ...lines: string[]) => findViolations([{ path, text: lines.join("\n") }]);

  test("lets through what the layers allow", () => {
    expect(
      violationsOf("cli/main.ts", 'import "node:fs";', 'import "commander";', 'import "../src/index.ts";'),
    ).toEqual([]);
    expect(violationsOf("formats/a.ts", 'import "flatqueue";', 'import "../src/index.ts";')).toEqual([]);
    expect(violationsOf("cli/a.ts", 'import "../formats/index.ts";')).toEqual([]);
    expect(violationsOf("demo/a.tsx", 'import "preact";', 'import a from "../weights/a.json?url";')).toEqual([]);
    expect(violationsOf("src/index.ts", 'export * from "./model/a.ts";', "let d: GPUDevice;")).toEqual([]);
    expect(violationsOf("src/model/a.ts", 'import "../kernels/b.ts";', 'import "../runtime/c.ts";')).toEqual([]);
    expect(
      violationsOf("src/kernels/a.ts", 'import "./shared/b.ts";', "// GPUDevice", 'const s = "GPUBuffer";'),
    ).toEqual([]);
    expect(violationsOf("src/kernels/shared/a.ts", 'import "wgsl-preprocessor/wgsl-preprocessor.js";')).toEqual([]);
    expect(violationsOf("src/runtime/session/a.ts", 'import "../graph/b.ts";', 'import "../errors.ts";')).toEqual([]);
    expect(violationsOf("src/worker/a.ts", 'import "comlink";', 'import "../model/b.ts";')).toEqual([]);
    expect(violationsOf("src/dpt.ts", 'import { inWorker } from "./worker/in-worker.ts";')).toEqual([]);
    expect(violationsOf("src/runtime/a.ts", 'import "@zip.js/zip.js/lib/b.js";', "let d: GPUDevice;")).toEqual([]);
  });

  test.each([
    ["src/runtime/a.ts", 'import { k } from "../kernels/k.ts";', "runtime imports src/kernels/k.ts of kernels"],
    ["src/runtime/a.ts", 'import type { K } from "../model/k.ts";', "runtime imports src/model/k.ts of model"],
    ["src/runtime/a.ts", 'export * from "../index.ts";', "runtime imports src/index.ts of index"],
    ["src/runtime/graph/a.ts", 'import "../session/b.ts";', "graph imports src/runtime/session/b.ts of session"],
    ["src/model/a.ts", 'const m = await import("../../cli/m.ts");', "model imports cli/m.ts of apps"],
    ["src/model/a.ts", 'import { t } from "../../test/t.ts";', "imports test/t.ts, which belongs to no layer"],
    ["src/kernels/a.ts", 'import { b } from "./b.ts";', "imports the kernel src/kernels/b.ts"],
    ["src/kernels/shared/a.ts", 'import { b } from "../b.ts";', "imports the kernel src/kernels/b.ts"],
    ["src/kernels/a.ts", "let d: GPUDevice;", "names GPUDevice"],
    ["demo/a.ts", "GPUBufferUsage.STORAGE;", "names GPUBufferUsage"],
    ["demo/a.tsx", "let d: GPUDevice;", "names GPUDevice"],
    ["demo/a.ts", 'import { r } from "../test/random.ts";', "imports test/random.ts, which belongs to no layer"],
    ["src/runtime/a.ts", 'import { readFile } from "node:fs/promises";', "imports node:fs/promises"],
    ["src/model/a.ts", 'import "comlink";', "imports comlink"],
    ["src/model/a.ts", 'import "../worker/a.ts";', "model imports src/worker/a.ts of worker"],
    ["src/worker/a.ts", 'import { DPT } from "../dpt.ts";', "worker imports src/dpt.ts of index"],
    ["src/dpt.ts", 'import "comlink";', "imports comlink"],
    ["src/runtime/a.ts", 'import sharp from "sharp";', "imports sharp"],
    ["src/model/a.ts", 'import "@zip.js/zip.json";', "imports @zip.js/zip.json"],
    ["src/model/a.ts", 'import "../../formats/a.ts";', "model imports formats/a.ts of formats"],
    ["formats/a.ts", 'import "../cli/a.ts";', "formats imports cli/a.ts of apps"],
    ["formats/a.ts", 'import { readFile } from "node:fs/promises";', "imports node:fs/promises"],
    ["formats/a.ts", "let d: GPUDevice;", "names GPUDevice"],
  ])("names file, line and reason: %s: %s", (path, line, why) => {
    expect(violationsOf(path, "// one", line)).toEqual([expect.stringContaining(`${path}:2: ${why}`)]);
  });

  test("wants every source in a layer", () => {
    expect(violationsOf("src/utils/a.ts")).toEqual(["src/utils/a.ts:1: belongs to no layer"]);
  });
});
