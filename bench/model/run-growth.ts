import type { PictureSource, Size } from "../../src/index.ts";
import { readPixels } from "../../src/runtime/picture.ts";
import { answerOf, checkSame } from "./answer-of.ts";
import type { GrowthPoint, GrowthReport } from "./model-report.ts";
import { type ModelTask, type OpenBench, openBench } from "./open-bench.ts";
import { timingsOf } from "./timings.ts";

export interface GrowthOptions extends ModelTask {
  /** Sides of the network's square input, as asked for: the processor rounds them. */
  readonly sizes: readonly number[];
}

type Measured = Omit<GrowthPoint, "growth">;

/**
 * The same picture through the same model at several sizes: whether time grows as FLOPs do. Needs nothing of Node.
 * @throws as runModel
 */
export async function runGrowth(options: GrowthOptions): Promise<GrowthReport> {
  const bench = await openBench(options);
  try {
    const { model } = bench;
    const source = await options.picture.decode();
    const { width, height } = readPixels(source);
    const points: Measured[] = [];
    for (const side of options.sizes.toSorted((a, b) => a - b)) {
      points.push(await measure(bench, options, source, { width: side, height: side }));
    }
    return {
      bench: "growth",
      date: new Date().toISOString().slice(0, 10),
      commit: options.commit,
      adapter: model.adapter,
      place: options.place,
      model: options.model,
      seeded: options.seeded,
      picture: { name: options.picture.name, width, height },
      dtype: model.dtype,
      points: growthOf(points),
    };
  } finally {
    bench.dispose();
  }
}

async function measure({ model }: OpenBench, { runs, log }: ModelTask, source: PictureSource, asked: Size) {
  const first = await answerOf(model, source, { size: asked });
  const samples: number[] = [];
  for (let i = 0; i < runs; i++) {
    const { values, timing } = await answerOf(model, source, { size: asked });
    checkSame(values, first.values);
    samples.push(timing.run / 1000);
  }
  const { flops, network: size } = await model.plan({ picture: first, size: asked });
  const run = timingsOf(samples);
  log?.(`${size.width}x${size.height}: ${run.median.toFixed(3)} s`);
  return { size, flops, run };
}

/** Time over FLOPs at each point, as against the first. */
export function growthOf(points: readonly Measured[]): GrowthPoint[] {
  const perFlop = ({ run, flops }: Measured) => run.median / flops;
  return points.map((point) => ({ ...point, growth: perFlop(point) / perFlop(points[0]!) }));
}
