import { readFile, stat } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { checkSize, MOST_BYTES } from "../../bench/kit/check-size.ts";
import * as driveInside from "../../bench/kit/inside/drive-page.ts";
import * as placeInside from "../../bench/kit/inside/page-place.ts";
import * as readInside from "../../bench/kit/inside/read-picture.ts";
import * as unpackInside from "../../bench/kit/inside/unpack.ts";
import { kitFiles } from "../../bench/kit/kit-files.ts";
import { type Ending, runSteps } from "../../bench/kit/run-all.ts";
import { README_STEPS, STEPS, type Step } from "../../bench/kit/steps.ts";
import * as full from "../../cli/pictures/read-picture.ts";

describe("what is packed", () => {
  const places = { node: "/usr/bin/node", loader: "/cache/swiftshader", model: "/tmp/q4" };
  const files = kitFiles(places);

  test("brings Node, Dawn, ONNX Runtime, the Vulkan loader, a model, a picture and PyTorch's script, each once", () => {
    const targets = files.map(({ to }) => to);
    expect(new Set(targets).size).toBe(targets.length);
    expect(targets).toEqual(
      expect.arrayContaining([
        "node",
        "run.sh",
        "lib/libvulkan.so.1",
        "node_modules/webgpu/dist/linux-x64/dawn.node",
        "node_modules/onnxruntime-node/bin/napi-v6/linux/x64",
        "node_modules/onnxruntime-common/dist/cjs",
        "weights/dpt-small-camvid/model.safetensors",
        "weights/dpt-small-camvid/README.md",
        "examples/street.png",
        "bench/peers/torch_dpt.py",
        "LICENSE",
        "licences/node.txt",
        "licences/onnxruntime.txt",
        "licences/vulkan-loader.txt",
      ]),
    );
  });

  test("takes the machine's own from where it is told, and the rest from the repository", async () => {
    const machine = files.filter(({ from }) => from.startsWith("/"));
    expect(machine.map(({ from }) => from.replace(/\/[^/]*$/, ""))).toEqual(
      expect.arrayContaining(["/usr/bin", "/cache/swiftshader", "/tmp/q4"]),
    );
    // The peers' packages are installed apart, and not on every machine that runs the tests.
    const own = files.filter(({ from }) => !from.startsWith("/") && !from.startsWith("bench/peers/node_modules"));
    for (const { from } of own) await expect(stat(new URL(`../../${from}`, import.meta.url))).resolves.toBeDefined();
  });

  test("fails at 60 MB", () => {
    expect(() => checkSize("kit.tar.xz", MOST_BYTES - 1)).not.toThrow();
    expect(() => checkSize("kit.tar.xz", MOST_BYTES)).toThrow(/want less than 60\.0 MB, got 60\.0 MB/);
  });
});

describe("the README of the kit", () => {
  test("has a place for every table that a bench saves", async () => {
    const text = await readFile(new URL("../../bench/kit/inside/README.md", import.meta.url), "utf8");
    for (const name of ["kernels", "model", "peers"]) {
      expect(text).toMatch(new RegExp(`<!-- bench:${name} -->\\n<!-- /bench:${name} -->`));
    }
  });
});

describe("what stands in for a module", () => {
  test("has all that the module has", () => {
    const places: typeof import("../../bench/peers/page/page-place.ts") = placeInside;
    const pages: typeof import("../../bench/page/drive-page.ts") = driveInside;
    const pictures: typeof import("../../cli/pictures/read-picture.ts") = readInside;
    const parts: typeof import("../../cli/adapter/unpack.ts") = unpackInside;
    expect([places, pages, pictures, parts].every((module) => Object.keys(module).length > 0)).toBe(true);
  });

  test("says what the kit has not", async () => {
    await expect(unpackInside.unpack("swiftshader")).rejects.toThrow(/want a GPU with a Vulkan driver, got none/);
    await expect(placeInside.openPagePlace()).rejects.toThrow(/--only ort-node-webgpu ort-node-cpu/);
    await expect(driveInside.drivePage()).rejects.toThrow(/want node, got chromium/);
  });
});

describe("reading the sample picture without native code", () => {
  const { inspectPicture, readPicture } = readInside;
  const street = "examples/street.png";

  test("gives what the commands' own decoder gives", async () => {
    expect(await inspectPicture(street)).toEqual(await full.inspectPicture(street));
    const [got, want] = [await readPicture(street), await full.readPicture(street)];
    expect([got.width, got.height]).toEqual([want.width, want.height]);
    expect(Buffer.compare(Buffer.from(got.data), Buffer.from(want.data))).toBe(0);
  });

  test("says that it reads PNG alone", async () => {
    await expect(readPicture("LICENSE")).rejects.toThrow(/LICENSE: want a PNG/);
    await expect(readPicture("nowhere.png")).rejects.toThrow(/nowhere\.png: want a PNG/);
  });
});

describe("all steps", () => {
  const steps: Step[] = [
    { words: ["a"], share: 1 },
    { words: ["b"], share: 1 },
    { words: ["c"], share: 2 },
  ];

  /** Runs the steps on a clock that only they move. */
  async function play(takes: readonly number[], endings: readonly Ending[]) {
    let clock = 50;
    const given: number[] = [];
    const ended = await runSteps(
      steps,
      100,
      async (_, seconds) => {
        clock += takes[given.length]!;
        return endings[given.push(seconds) - 1];
      },
      () => clock,
    );
    return { given, ended };
  }

  test("run although one fails, and hand on the time they did not need", async () => {
    const { given, ended } = await play([10, 0, 5], ["failed (exit code 1)", undefined, undefined]);
    // 100 · 1/4; 90 · 1/3; 90 · 2/2
    expect(given).toEqual([25, 30, 90]);
    expect(ended).toEqual(["failed (exit code 1)", undefined, undefined]);
  });

  test("are left out when the time is over", async () => {
    const { given, ended } = await play([99.5, 0, 0], [undefined, undefined, undefined]);
    expect(given).toHaveLength(1);
    expect(ended).toEqual([undefined, "no time left", "no time left"]);
  });

  test("measure kernels in both precisions, models and peers, and end with the report", () => {
    const lines = STEPS.map(({ words }) => words.join(" "));
    for (const want of [/^kernels .*f16/, /^kernels .*f32/, /^model .*f16/, /^peers /]) {
      expect(lines).toContainEqual(expect.stringMatching(want));
    }
    expect(lines.at(-1)).toMatch(/^report /);
  });

  test("measure anew all that the README's tables show, and write it there", async () => {
    const text = await readFile(new URL("../../README.md", import.meta.url), "utf8");
    const tables = Array.from(text.matchAll(/<!-- bench:(\w+) -->/g), ([, name]) => name!);
    const saving = README_STEPS.filter(({ words }) => words.includes("--save")).map(({ words }) => words[0]!);
    expect(new Set(saving)).toEqual(new Set([...tables, "report"]));
    expect(saving.at(-1)).toBe("report");
  });
});
