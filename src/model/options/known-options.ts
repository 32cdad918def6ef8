import type { MapKind } from "../../runtime/device/device-map.ts";
import type { PretrainedOptions } from "../../runtime/pretrained-source.ts";
import type { OnDeviceOptions } from "../answers/answer-on-device.ts";
import type { PredictionOptions, PredictTasksOptions, SegmentOptions } from "../answers/predictions.ts";
import type { ForwardOptions, LoadOptions } from "../model-options.ts";
import type { Work } from "../runs/work.ts";
import type { StreamOptions } from "../stream/stream-frames.ts";
import { either, FUNCTION, having, type Kind, listOf, NUMBER, record, TEXT, TRUTH, word } from "./option-kinds.ts";

type Options = Readonly<Record<string, Kind>>;
/** One kind for each option that a type has, so that neither is without the other. */
type KindsOf<Given> = Readonly<Record<Given extends unknown ? keyof Given : never, Kind>>;

const SIZE = record({ width: NUMBER, height: NUMBER }, { isWhole: true });
/** `null` as `fetch` takes it. */
const SIGNAL: Kind = either(having("an AbortSignal", "throwIfAborted", "addEventListener"), {
  want: "null",
  is: (value) => value === null,
});

const TIME: Kind = { want: "milliseconds above 0", is: (value) => typeof value === "number" && value > 0 };

const SEEN: KindsOf<Omit<OnDeviceOptions<MapKind>, "output">> = {
  size: either(SIZE, word("native")),
  resize: word("bilinear", "bicubic"),
  signal: SIGNAL,
};

const CALL: KindsOf<PredictionOptions> = {
  tile: either(NUMBER, SIZE),
  overlap: NUMBER,
  tta: either(TRUTH, record({ flip: TRUTH, scales: listOf("numbers", NUMBER) }, { isWhole: false })),
  ...SEEN,
  batch: NUMBER,
  profile: TRUTH,
};

const SEGMENT: KindsOf<SegmentOptions> = { ...CALL, scores: TRUTH };
const PREDICT: KindsOf<PredictTasksOptions> = { ...SEGMENT, tasks: listOf("a list of tasks", TEXT) };

const LOAD: KindsOf<LoadOptions> & Options = {
  device: {
    want: '"webgpu" or a GPUDevice',
    is: (value) => value === "webgpu" || having("", "createBuffer").is(value),
  },
  adapter: either(having("a GPUAdapter", "requestDevice"), FUNCTION),
  dtype: word("f32", "f16", "q8", "q4"),
  convolution: word("auto", "winograd", "direct"),
  antialias: word("pil", "torchvision"),
  tuning: word("idle", "off"),
  tuningStore: having("an object with get and set", "get", "set"),
  paths: listOf("a list of how names of paths begin", TEXT),
  submitBudget: TIME,
  onProgress: FUNCTION,
  onNotice: FUNCTION,
  signal: SIGNAL,
  worker: either(TRUTH, having("a Worker", "postMessage")),
};

const STREAM: KindsOf<StreamOptions> = {
  ...PREDICT,
  smoothing: NUMBER,
  frames: word("newest", "all"),
  longest: NUMBER,
};

/** Those of a call that change nothing in one run of it too, for who plans what it is going to ask. */
const PLAN: KindsOf<Work> & Options = {
  ...PREDICT,
  picture: SIZE,
  pixelValues: listOf("a shape", NUMBER),
  stages: TRUTH,
};

/** What has been looked at before. */
const ANYTHING: Kind = { want: "", is: () => true };

/** All options there are, by what they are given to. A call whose answer stays on the device has `SEEN` alone. */
export const KNOWN_OPTIONS = {
  onDevice: { output: word("buffer", "texture"), ...SEEN },
  segment: SEGMENT,
  depth: CALL,
  normals: CALL,
  predict: PREDICT,
  stream: STREAM,
  forward: { stages: TRUTH, signal: SIGNAL } satisfies KindsOf<ForwardOptions>,
  plan: PLAN,
  tune: { ...PLAN, milliseconds: TIME },
  load: LOAD,
  fromPretrained: {
    ...LOAD,
    revision: TEXT,
    token: TEXT,
    endpoint: TEXT,
    offline: TRUTH,
    fetch: FUNCTION,
    patience: record({ retries: NUMBER, stall: NUMBER, wait: NUMBER, maxWait: NUMBER }, { isWhole: false }),
    cache: ANYTHING,
  } satisfies KindsOf<LoadOptions & PretrainedOptions>,
} as const satisfies Readonly<Record<string, Options>>;

export type OptionsOf = Exclude<keyof typeof KNOWN_OPTIONS, "onDevice">;
