import type { PictureSource, Size } from "../../src/index.ts";
import { inMemory, takePicture } from "../../src/runtime/pictures/picture.ts";
import { answerOf, checkSame } from "./answer-of.ts";
import type { GrowthPoint, GrowthReport } from "./model-report.ts";
import { type ModelTask, type OpenBench, openBench } from "./open-bench.ts";
import { reportHead } from "./report-head.ts";
import { timingsOf } from "./timings.ts";

export interface GrowthOptions extends ModelTask {
  /** Sides of the network's square input, as asked for: the processor rounds them. */
  readonly sizes: readonly number[];
  /** Seconds of processor time spent so far, for an adapter whose work is the processor's. */
  readonly processorSeconds?: (() => number) | undefined;
}

type Measured = Omit<GrowthPoint, "growth" | "processorGrowth">;

/**
 * The same picture through the same model at several sizes: whether time grows as FLOPs do. Needs nothing of Node.
 * @throws as runModel
 */
export async function runGrowth(options: GrowthOptions): Promise<GrowthReport> {
  const bench = await openBench(options);
  try {
    const { model } = bench;
    const source = await options.picture.decode();
    const { width, height } = await inMemory(await takePicture(source));
    const points: Measured[] = [];
    for (const side of options.sizes.toSorted((a, b) => a - b)) {
      points.push(await measure(bench, options, source, { width: side, height: side }));
    }
    return {
      bench: "growth",
      ...reportHead(model, options, { width, height }),
      points: growthOf(points),
    };
  } finally {
    bench.dispose();
  }
}

async function measure(
  { model }: OpenBench,
  { runs, log, processorSeconds }: GrowthOptions,
  source: PictureSource,
  asked: Size,
): Promise<Measured> {
  const first = await answerOf(model, source, { size: asked });
  const samples: number[] = [];
  const processorSamples: number[] = [];
  for (let i = 0; i < runs; i++) {
    const before = processorSeconds?.() ?? 0;
    const { values, timing } = await answerOf(model, source, { size: asked });
    if (processorSeconds) processorSamples.push(processorSeconds() - before);
    checkSame(values, first.values);
    samples.push(timing.run / 1000);
  }
  const { flops, network: size } = await model.plan({ picture: first, size: asked });
  const run = timingsOf(samples);
  log?.(`${size.width}x${size.height}: ${run.median.toFixed(3)} s`);
  return { size, flops, run, ...(processorSeconds && { processor: timingsOf(processorSamples) }) };
}

/** Time over FLOPs at each point, as against the first. */
export function growthOf(points: readonly Measured[]): GrowthPoint[] {
  const perFlop = ({ run, flops }: Measured) => run.median / flops;
  const processorPerFlop = ({ processor, flops }: Measured) => processor && processor.median / flops;
  const [first] = points;
  const processorLeast = first && processorPerFlop(first);
  return points.map((point) => {
    const processor = processorPerFlop(point);
    const processorGrowth = processor && processorLeast && processor / processorLeast;
    return { ...point, growth: perFlop(point) / perFlop(first!), ...(processorGrowth && { processorGrowth }) };
  });
}
