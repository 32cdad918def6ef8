import type * as library from "../../src/index.ts";
import { type Misuse, NOT_EMPTY, ODD, untyped, without } from "./odd-values.ts";

type Library = typeof library;

/** Wrong uses of what the package exports beside DPT. */
export function exportMisuses({
  parseConfig,
  paletteFor,
  verifyStages,
  readTensors,
  compare,
  filesFromHub,
  filesFromBlobs,
  filesFromDrop,
  filesFromHandles,
  filesFromUrl,
  models,
}: Library): Misuse[] {
  const tensors = new Map([["logits", { shape: [1], data: new Float32Array(1) }]]);
  const each = (name: string, use: (value: never) => unknown, values = ODD) =>
    values.map(([kind, value]): Misuse => [`${name} ${kind}`, () => use(untyped(value))]);
  const opened = (make: (value: never) => library.ModelFiles) => (value: never) => make(value).open("config.json");
  return [
    ...each("parseConfig", parseConfig),
    ...each("paletteFor", paletteFor, without("an empty list")),
    ...each("paletteFor named", (value) => paletteFor(["road"], { palette: value }), without("undefined")),
    ...each(
      "paletteFor with own",
      (own) => paletteFor(["road"], { own }),
      ODD.filter(([, own]) => own && !Array.isArray(own)),
    ),
    ...each("verifyStages", (got) => verifyStages(got, tensors)),
    ...each("verifyStages against", (expected) => verifyStages(tensors, expected)),
    ["verifyStages in f64", () => verifyStages(tensors, tensors, untyped({ precision: "f64" }))],
    ...each("readTensors", readTensors),
    ...each("compare", (got) => compare(got, new Float32Array(3), [3], 0)),
    ...each("compare with", (want) => compare(new Float32Array(3), want, [3], 0)),
    ...each("compare of shape", (shape) => compare(new Float32Array(3), new Float32Array(3), shape, 0)),
    ...each(
      "compare within",
      (tolerance) => compare(new Float32Array(3), new Float32Array(3), [3], tolerance),
      without("a number", "NaN"),
    ),
    ["compare lengths that differ", () => compare(new Float32Array(2), new Float32Array(3), [3], 0)],
    ...each("filesFromHub", opened(filesFromHub)),
    ["filesFromHub of a revision of blanks", () => filesFromHub("a/b", { revision: " " })],
    ["filesFromHub with fetch 3", () => filesFromHub("a/b", untyped({ fetch: 3 })).open("config.json")],
    ["filesFromHub with endpoint 3", () => filesFromHub("a/b", untyped({ endpoint: 3 }))],
    ["filesFromHub with token 3", () => filesFromHub("a/b", untyped({ token: {} }))],
    ...each("filesFromBlobs", (blobs) => filesFromBlobs("files", blobs), NOT_EMPTY),
    ["filesFromBlobs of text", () => filesFromBlobs("files", untyped({ "config.json": "{}" }))],
    ...each("filesFromDrop", opened(filesFromDrop)),
    ...each("filesFromHandles", opened(filesFromHandles), without("an empty list")),
    ...each("filesFromUrl", opened(filesFromUrl)),
    ["filesFromUrl with fetch 3", () => filesFromUrl("https://example.org/", untyped({ fetch: 3 })).open("x")],
    ...each("models.delete", models.delete, ODD),
  ];
}
