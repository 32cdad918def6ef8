import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openGpu } from "../../cli/adapter/open-gpu.ts";
import { preloadLibrary } from "../../cli/adapter/preload-library.ts";
import { unpack } from "../../cli/adapter/unpack.ts";
import { cpuSeconds } from "../cpu-seconds.ts";
import { doubleNumbers } from "../double-numbers.ts";

describe("openGpu", () => {
  test("gives an adapter that computes, whatever this machine has", async () => {
    const { adapter, software, notice } = await openGpu();
    const numbers = Float32Array.from({ length: 1000 }, (_, i) => i - 500);
    expect(await doubleNumbers(adapter, numbers)).toEqual(numbers.map((x) => 2 * x));
    expect(software).toBe(adapter.info.isFallbackAdapter);
    expect(notice === undefined).toBe(!software);
  });

  test("gives SwiftShader on request, without a notice", async () => {
    const before = { ...process.env };
    const toggles = ["allow_unsafe_apis", "-timestamp_quantization"];
    const { adapter, software, notice } = await openGpu({ software: true, toggles });
    expect(process.env).toEqual({ XDG_RUNTIME_DIR: tmpdir(), ...before });
    expect(adapter.info.architecture).toBe("swiftshader");
    expect({ software, notice }).toEqual({ software: true, notice: undefined });
    expect(await doubleNumbers(adapter, new Float32Array([21]))).toEqual(new Float32Array([42]));
  });

  test("SwiftShader's compiler does not care how much memory a workgroup shares", async () => {
    const { adapter } = await openGpu({ software: true });
    const device = await adapter.requestDevice();
    const secondsOf = async (vectors: number) => {
      const code = `
        @group(0) @binding(0) var<storage, read_write> y: array<vec4f, 64>;
        var<workgroup> slab: array<vec4f, ${vectors}>;
        @compute @workgroup_size(64) fn main(@builtin(local_invocation_index) i: u32) { y[i] = slab[i % ${vectors}u]; }`;
      const module = device.createShaderModule({ code });
      const compute = { module, entryPoint: "main" };
      return cpuSeconds(() => device.createComputePipelineAsync({ layout: "auto", compute }));
    };
    await secondsOf(3);
    // Measured: some 10 ms for either; over a second for the larger one where each number is zeroed by itself.
    expect(await secondsOf(1000)).toBeLessThan(0.1 + 3 * (await secondsOf(2)));
    device.destroy();
  });

  test("falls back after a first attempt without any driver, and lets the process end", async () => {
    const script =
      'const { openGpu } = await import("./cli/adapter/open-gpu.ts");' +
      "globalThis.kept = await openGpu();" +
      "globalThis.device = await kept.adapter.requestDevice();" +
      "console.log(kept.adapter.info.architecture + '; ' + kept.notice);";
    const env = { ...process.env, VK_ICD_FILENAMES: "/nonexistent.json", VK_DRIVER_FILES: "/nonexistent.json" };
    const node = ["--import", "tsx", "--input-type=module", "--eval", script];
    const { stdout } = await promisify(execFile)(process.execPath, node, { env, timeout: 280_000 });
    expect(stdout).toBe(
      "swiftshader; no hardware WebGPU adapter: running on SwiftShader (software), expect seconds per picture\n",
    );
  });
});

test("preloadLibrary names the library that does not load", () => {
  expect(() => preloadLibrary("/nonexistent.so")).toThrow(
    /^\/nonexistent.so: want a library that loads, got .*No such file/,
  );
});

describe("unpack", () => {
  let cache: string;
  beforeAll(async () => {
    cache = await mkdtemp(join(tmpdir(), "unpack-test-"));
  });
  afterAll(() => rm(cache, { recursive: true }));

  test("gives one complete folder to everybody who asks at once", async () => {
    const folders = await Promise.all([1, 2, 3].map(() => unpack("swiftshader", cache)));
    expect(new Set(folders).size).toBe(1);
    expect(JSON.parse(await readFile(join(folders[0]!, "vk_swiftshader_icd.json"), "utf8")).ICD.library_path).toBe(
      "./libvk_swiftshader.so",
    );
  });

  test("repairs a folder of which a file is damaged or gone", async () => {
    const folder = await unpack("swiftshader", cache);
    const library = join(folder, "libvk_swiftshader.so");
    const whole = await readFile(library);
    await truncate(library, 1000);
    await unpack("swiftshader", cache);
    expect((await readFile(library)).equals(whole)).toBe(true);
    await rm(library);
    await unpack("swiftshader", cache);
    expect((await readFile(library)).equals(whole)).toBe(true);
  });

  test("names the folder that cannot be written", async () => {
    await expect(unpack("swiftshader", "/dev/null/cache")).rejects.toThrow(
      /^swiftshader: want to unpack it under \/dev\/null\/cache, got ENOTDIR.* Make room there or set XDG_CACHE_HOME/,
    );
  });
});
