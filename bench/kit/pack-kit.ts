import { spawnSync } from "node:child_process";
import { chmod, cp, mkdir, readdir, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { unpack } from "../../cli/adapter/unpack.ts";
import { quantize } from "../../cli/run/quantize.ts";
import { currentCommit } from "../current-commit.ts";
import { archive, isInstalled } from "./archive.ts";
import { bundle } from "./bundle.ts";
import { checkSize } from "./check-size.ts";
import { BINARIES, kitFiles, MODEL } from "./kit-files.ts";

const NAME = "dpt-webgpu-bench-linux-x64";
const root = fileURLToPath(new URL("../..", import.meta.url));
const out = join(root, "bench/kit/out");

/** `npm run bench:kit`: the benchmark with all it needs but a GPU's driver, in one archive. */
async function packKit(): Promise<void> {
  checkMachine();
  const kit = join(out, NAME);
  const model = join(out, "model");
  await rm(out, { recursive: true, force: true });
  await mkdir(kit, { recursive: true });
  // In half precision, the two models of this repository alone are 101 MB.
  await quantize(join(root, MODEL), { output: model, dtype: "q4" });
  // The loader that comes with Chromium: at hand after npm ci, the same on every machine, and newer than Debian's.
  for (const { from, to } of kitFiles({ node: process.execPath, loader: await unpack("swiftshader"), model })) {
    await mkdir(dirname(join(kit, to)), { recursive: true });
    await cp(resolve(root, from), join(kit, to), { recursive: true, dereference: true, filter: isNeeded });
  }
  await writable(kit);
  if (isInstalled("strip")) for (const path of BINARIES) strip(join(kit, path));
  else console.error("no strip on this machine: the kit's programs keep their symbols");
  await bundle(kit, currentCommit());
  await cp(join(root, "bench/kit/inside/README.md"), join(kit, "README.md"));
  await mkdir(join(kit, "bench/results"), { recursive: true });
  const path = await archive(kit, NAME, join(out, NAME));
  for (const folder of [kit, model]) await rm(folder, { recursive: true });
  const { size } = await stat(path);
  checkSize(path, size);
  console.log(`${path}: ${(size / 1e6).toFixed(1)} MB`);
}

/** @throws Error if what the kit is made of is not here */
function checkMachine(): void {
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error(`kit: want Linux on x64, got ${process.platform} on ${process.arch}. Pack it there.`);
  }
  if ((process.config.variables as Record<string, unknown>).node_shared) {
    throw new Error(`kit: want a Node in one file, got ${process.execPath}, which needs libnode. Use nodejs.org's.`);
  }
}

/** Type declarations and source maps of packages are for whoever writes code. */
function isNeeded(path: string): boolean {
  return !/\.(?:d\.ts|map)$/.test(path);
}

/** Weights and packages may be read-only where they come from. */
async function writable(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const { mode } = await stat(path);
    await chmod(path, mode | 0o200);
  }
}

function strip(path: string): void {
  const { status } = spawnSync("strip", ["--strip-unneeded", path], { stdio: "inherit" });
  if (status !== 0) throw new Error(`strip: want exit code 0 for ${path}, got ${status}. Is it a whole file?`);
}

await packKit();
