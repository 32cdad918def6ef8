import { describe, type Misuse, NOT_OPTIONS, ODD, untyped } from "./odd-values.ts";

/** Wrong ways to open a model. */
export function loadingMisuses(load: (source: never, options?: never) => Promise<unknown>, good: unknown): Misuse[] {
  const options: Record<string, readonly unknown[]> = {
    dtype: ["", "F16", 16, null],
    device: [{}, "cuda", 1],
    adapter: [{}, "default"],
    convolution: [null, "fft"],
    antialias: ["bicubic"],
    tuning: [true],
    tuningStore: [{}],
    paths: ["tiles", [1]],
    submitBudget: [0, -1, Number.NaN, "100"],
    onProgress: [null, {}],
    onNotice: ["log"],
    signal: [{}, new AbortController(), 1],
    surprise: [1],
  };
  return [
    ...ODD.map(([name, value]): Misuse => [`load ${name}`, () => load(untyped(value))]),
    ...["", " ", "http://", "https://[", "ftp://example.org/model", "data:,x", "\0"].map(
      (text): Misuse => [`load ${JSON.stringify(text)}`, () => load(untyped(text))],
    ),
    ["load an open that answers nothing", () => load(untyped({ name: "x", open: () => undefined }))],
    ["load an open that answers a number", () => load(untyped({ name: "x", open: async () => 3 }))],
    ["load an open that answers an empty object", () => load(untyped({ name: "x", open: async () => ({}) }))],
    ["load an open that is none", () => load(untyped({ name: "x", open: 3 }))],
    ["load a folder without a name", () => load(untyped({ open: async () => undefined }))],
    ["load a set of blobs", () => load(untyped(new Set([new Blob(["x"])])))],
    ["load a map of blobs", () => load(untyped(new Map([["config.json", new Blob(["{}"])]])))],
    ["load bytes", () => load(untyped(new Uint8Array(10)))],
    ...NOT_OPTIONS.map(
      ([name, value]): Misuse => [`load with options ${name}`, () => load(untyped(good), untyped(value))],
    ),
    ...Object.entries(options).flatMap(([name, values]) =>
      values.map(
        (value): Misuse => [
          `load with ${name} ${describe(value)}`,
          () => load(untyped(good), untyped({ [name]: value })),
        ],
      ),
    ),
  ];
}
