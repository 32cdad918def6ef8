import { describe, expect, test } from "vitest";
import { phaseTimes, slowestKernels } from "../../bench/model/phase-times.ts";
import { PHASES, phaseOf } from "../../bench/model/phases.ts";
import { SEEDED_MODELS, type SeededName } from "../../bench/seeded/seeded-models.ts";
import { parseConfig } from "../../src/model/config/parse-config.ts";
import { dptWeights } from "../../src/model/network/dpt.ts";
import { networkSize } from "../../src/model/pictures/network-size.ts";
import { parseProcessor } from "../../src/model/pictures/processor.ts";
import { predictGraph } from "../../src/model/runs/predict.ts";

describe("phaseOf", () => {
  test.each(Object.keys(SEEDED_MODELS) as SeededName[])("knows every part of %s's graph", async (name) => {
    const { config: json, processor: processorJson } = SEEDED_MODELS[name];
    const [config, processor] = [parseConfig(json), parseProcessor(processorJson)];
    const picture = { width: 640, height: 480 };
    const network = networkSize(processor, picture);
    const wanted = { processor, picture, network, resize: "bilinear" } as const;
    const graph = predictGraph(config, await dptWeights(config, "f32"), "f32", wanted);
    const phases = new Set(graph.dispatches.map(({ part }) => phaseOf(part)));
    expect([...phases]).toEqual(["preprocess", "backbone", "neck", "head", "post-process"]);
  });

  test.each(["", "decoder", "toString"])("refuses a part that it does not know: %j", (part) => {
    expect(() => phaseOf(part)).toThrow(`got "${part}". Give it a phase.`);
  });
});

const time = (part: string, label: string, seconds: number) => ({ part, label, seconds, flops: 1000, bytes: 10 });
const times = [
  time("picture in", "resamplePixels", 0.01),
  time("backbone", "matmul", 0.2),
  time("backbone", "matmul", 0.3),
  time("reassemble", "conv2d", 0.1),
  time("fusion", "conv2d", 0.1),
  time("head", "matmul", 0.05),
  time("picture out", "argMaxResized", 0.04),
];

describe("phaseTimes", () => {
  const phases = phaseTimes(times, { decode: 0.05, upload: 0.01, readBack: 0.02, total: 1 });
  const of = (phase: string) => phases.find((each) => each.phase === phase)!;

  test("has every phase once, in order, and together they are the run", () => {
    expect(phases.map(({ phase }) => phase)).toEqual(PHASES);
    expect(phases.reduce((sum, { seconds }) => sum + seconds, 0)).toBeCloseTo(1, 12);
    expect(phases.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
  });

  test("sums what the GPU did, and leaves the rest to the CPU", () => {
    expect(of("backbone")).toMatchObject({ clock: "gpu", seconds: 0.5, dispatches: 2, flops: 2000 });
    expect(of("neck")).toMatchObject({ clock: "gpu", seconds: 0.2, dispatches: 2 });
    expect(of("decode")).toMatchObject({ clock: "cpu", seconds: 0.05, share: 0.05, dispatches: 0 });
    expect(of("rest").seconds).toBeCloseTo(0.12, 12);
  });

  test("drops no dispatch in silence", () => {
    const strange = [...times, time("decoder", "matmul", 1)];
    expect(() => phaseTimes(strange, { decode: 0, upload: 0, readBack: 0, total: 1 })).toThrow('got "decoder"');
  });
});

test("slowestKernels sums a kernel within its phase, the slowest first", () => {
  const kernels = slowestKernels(times, 2, 2);
  expect(kernels).toEqual([
    { phase: "backbone", label: "matmul", dispatches: 2, seconds: 0.5, share: 0.25, flops: 2000, bytes: 20 },
    { phase: "neck", label: "conv2d", dispatches: 2, seconds: 0.2, share: 0.1, flops: 2000, bytes: 20 },
  ]);
});
