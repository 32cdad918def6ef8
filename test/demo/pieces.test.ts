import { describe, expect, test } from "vitest";
import type { Answer } from "../../demo/answer.ts";
import { describePixel } from "../../demo/answer.ts";
import { differenceOf } from "../../demo/draw/difference.ts";
import { kernelBars } from "../../demo/draw/kernel-bars.ts";
import type { Machine } from "../../demo/machine.ts";
import { compareNeeds } from "../../demo/models/check-fit.ts";
import { Newest } from "../../demo/newest.ts";
import { sortFiles } from "../../demo/pictures/given-files.ts";
import { DEFAULTS, formatSettings, parseSettings, type Settings } from "../../demo/settings/settings.ts";
import { messageOf } from "../../demo/words/message-of.ts";
import { ProgressWords, secondsLeft } from "../../demo/words/progress-words.ts";
import { troubleOf } from "../../demo/words/trouble-of.ts";
import { FileError } from "../../src/index.ts";

describe("settings in the address", () => {
  test("come back as they were, and only what is not the default is told", () => {
    const settings: Settings = {
      ...DEFAULTS,
      task: "depth",
      model: "some/model",
      size: 98,
      opacity: 0,
      view: "relief",
    };
    expect(formatSettings(settings)).toBe("?task=depth&model=some%2Fmodel&size=98&opacity=0&view=relief");
    expect(parseSettings(formatSettings(settings))).toEqual(settings);
    expect(formatSettings(DEFAULTS)).toBe("");
  });

  test("a model of this computer is not told", () => {
    expect(formatSettings({ ...DEFAULTS, model: "file:mine" })).toBe("");
  });

  test.each(["?opacity=101", "?opacity=-1", "?size=abc", "?size=1e3", "?task=normals", "?dtype=f8", "?other=1"])(
    "%s counts as left out",
    (query) => expect(parseSettings(query)).toEqual(DEFAULTS),
  );
});

const of = (map: object) => map as never;
const labelled = (...names: string[]): Answer => {
  const classes = [...new Set(names)].sort();
  const labels = Uint8Array.from(names, (name) => classes.indexOf(name));
  return { task: "segmentation", palette: [], map: of({ width: names.length, height: 1, classes, labels }) };
};
const deep = (...depth: number[]): Answer => {
  return {
    task: "depth",
    map: of({ width: depth.length, height: 1, depth: Float32Array.from(depth), unit: "metres" }),
  };
};

describe("the difference of two answers", () => {
  test("is of names, not of ids", () => {
    const { count, share, pixels } = differenceOf(labelled("sky", "road", "sky"), labelled("sky", "car", "road"));
    expect([count, share]).toEqual([2, 2 / 3]);
    expect([0, 1, 2].map((i) => pixels[4 * i])).toEqual([12, 255, 255]);
  });

  test("of depth is of shares of the range: scale and shift do not count", () => {
    expect(differenceOf(deep(1, 2, 3), deep(10, 20, 30)).count).toBe(0);
    expect(differenceOf(deep(1, 2, 3), deep(10, 21.2, 30)).count).toBe(1);
    expect(differenceOf(deep(1, 2, 3), deep(10, 20.8, 30)).count).toBe(0);
  });

  test("of two tasks or sizes is none", () => {
    expect(() => differenceOf(labelled("sky"), deep(1))).toThrow("compare: want two answers of one task");
    expect(() => differenceOf(deep(1, 2), deep(1))).toThrow("compare: want two answers of one task");
  });
});

test("a pixel in words", () => {
  expect(describePixel(labelled("sky", "road"), 1, 0)).toBe("road");
  expect(describePixel(deep(1, 2.345), 1, 0)).toBe("2.35 m");
  expect(describePixel(deep(1), 1, 0)).toBe("");
});

describe("progress in words", () => {
  test("tells bytes, and the time that is left once the pace is known", () => {
    const words = new ProgressWords();
    const mib = 2 ** 20;
    const first = words.tell({ phase: "download", done: 0, total: 100 * mib }, 0);
    expect(first).toEqual({ words: "Downloading the model", detail: "0 bytes of 100 MiB", share: 0 });
    expect(words.tell({ phase: "download", done: 20 * mib, total: 100 * mib }, 2000).detail).toBe(
      "20.0 MiB of 100 MiB, 8 s left",
    );
    // Another phase has a pace of its own.
    expect(words.tell({ phase: "compile", done: 3, total: 4 }, 2100).detail).toBe("3 of 4");
  });

  test("rounds up, and tells minutes where seconds are many", () => {
    expect([0.2, 99, 100, 600].map(secondsLeft)).toEqual(["1 s left", "99 s left", "2 min left", "10 min left"]);
  });
});

describe("what a model needs against what there is", () => {
  const limit = (name: string, value: number) => ({ name, value, unit: "bytes" as const });
  const machine: Machine = {
    adapter: "Some Card",
    software: false,
    features: [],
    limits: [limit("maxBufferSize", 2 ** 30), limit("maxStorageBufferBindingSize", 2 ** 27)],
  };
  const needs = (largest: number, weights: number) => ({ weights, largest: { label: "head.weight", bytes: largest } });

  test("the smaller of two limits counts", () => {
    expect(() => compareNeeds("m", needs(2 ** 27 + 1, 2 ** 30), machine, undefined)).toThrow(
      "m: want 128 MiB in one buffer for head.weight (1.00 GiB of weights in all), got 128 MiB at most from Some Card.",
    );
    expect(compareNeeds("m", needs(2 ** 27, 2 ** 30), machine, undefined)).toBeUndefined();
  });

  test("a notice where the computer's memory is less than twice the weights", () => {
    expect(compareNeeds("m", needs(1, 2 ** 31), machine, 2 ** 32)).toContain("2.00 GiB for its weights");
    expect(compareNeeds("m", needs(1, 2 ** 30), machine, 2 ** 32)).toBeUndefined();
  });
});

test("files are told apart", () => {
  const file = (name: string, type = "") => new File([], name, { type });
  expect(sortFiles([file("a.jpg", "image/jpeg")])).toMatchObject({ kind: "pictures" });
  expect(sortFiles([file("a.mp4", "video/mp4")])).toMatchObject({ kind: "video" });
  expect(sortFiles([file("a.pt")])).toMatchObject({ kind: "model", name: "a.pt" });
  expect(sortFiles([file("a.json"), file("config.json")])).toMatchObject({ kind: "model" });
  expect(sortFiles([file("notes.json")])).toMatchObject({ kind: "pictures" });
  expect(sortFiles([file("b.txt")], "mine")).toMatchObject({ kind: "model", name: "mine" });
  expect(sortFiles([])).toBeUndefined();
});

test("of tasks that come while one runs only the newest is run, when that one has ended", async () => {
  const newest = new Newest();
  const done: string[] = [];
  const ends = new Map<string, () => void>();
  const run = (name: string) =>
    newest.run(async () => {
      await new Promise<void>((resolve) => ends.set(name, resolve));
      done.push(name);
    });
  const end = async (name: string) => {
    ends.get(name)!();
    await new Promise((resolve) => setTimeout(resolve));
  };
  for (const name of ["a", "b", "c"]) run(name);
  expect([...ends.keys()]).toEqual(["a"]);
  await end("a");
  expect([...ends.keys()]).toEqual(["a", "c"]);
  run("d");
  newest.stop();
  await end("c");
  expect(done).toEqual(["a", "c"]);
  run("e");
  await end("e");
  expect(done).toEqual(["a", "c", "e"]);
});

test("kernels are summed by operator and part, the slowest first", () => {
  const time = (part: string, label: string, seconds: number) => ({ part, label, seconds, flops: 0, bytes: 0 });
  const times = [
    time("a", "matmul [1]", 1),
    time("a", "resize [2]", 3),
    time("a", "matmul [2]", 1),
    time("b", "matmul [1]", 3),
  ];
  expect(kernelBars(times).map(({ part, kernel, count, share }) => [part, kernel, count, share])).toEqual([
    ["a", "resize", 1, 3 / 8],
    ["b", "matmul", 1, 3 / 8],
    ["a", "matmul", 2, 2 / 8],
  ]);
});

describe("sentences for people", () => {
  test("the library's as they are, a full disk and any other with what to do", () => {
    expect(messageOf(new FileError("a: want b, got c. Do d."))).toBe("a: want b, got c. Do d.");
    expect(messageOf(new DOMException("x", "QuotaExceededError"))).toMatch(/Free disk space/);
    expect(messageOf(new TypeError("x is not a function"))).toMatch(/got "x is not a function"\. Try again/);
  });

  test.each([
    ["Mozilla/5.0 (iPhone; CPU iPhone OS 17_0) Safari/604.1", /iOS or iPadOS 26/],
    ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", /dom\.webgpu\.enabled/],
    ["Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 Version/17.0 Safari/605.1.15", /Safari 26/],
    ["Mozilla/5.0 (X11; Linux) Chrome/100.0 Safari/537.36", /chrome:\/\/flags/],
  ])("no WebGPU in %s", (userAgent, steps) => {
    expect(troubleOf(new Error("none"), { userAgent }).steps.join(" ")).toMatch(steps);
  });
});
