import type { PictureSource, Size } from "../../src/index.ts";
import { type Answer, answerOf, checkSame } from "./answer-of.ts";
import type { ModelReport } from "./model-report.ts";
import { type ModelTask, type OpenBench, openBench } from "./open-bench.ts";
import { type CpuTimes, phaseTimes, slowestKernels } from "./phase-times.ts";
import { reportHead } from "./report-head.ts";
import { timeTransfers } from "./time-transfers.ts";
import { timed } from "./timed.ts";
import { timingsOf } from "./timings.ts";

export interface RunModelOptions extends ModelTask {
  /** Of the network's input; the processor's if left out. */
  readonly size?: Size | undefined;
}

/** Profiled runs agree better than others: the GPU's clock sees nothing but the kernel. */
const MOST_PROFILED = 3;
/** GPUs raise their clocks when work comes: this long before runs are timed, the first run counting. */
const WARM_UP_SECONDS = 1;
const KERNELS = 20;

/** One picture through the whole model once. */
interface Run {
  readonly source: PictureSource;
  readonly answer: Answer;
  readonly decode: number;
  /** Seconds from the picture's file to the answer. */
  readonly total: number;
}

/**
 * A picture to labels or depth: cold, warm, and by phase. Needs nothing of Node.
 * @throws Error if two runs give two answers; NumberError if one is not finite: what is wrong has no speed
 */
export async function runModel(options: RunModelOptions): Promise<ModelReport> {
  const began = performance.now();
  const bench = await openBench(options);
  try {
    return await measure(bench, options, began);
  } finally {
    bench.dispose();
  }
}

async function measure(bench: OpenBench, options: RunModelOptions, began: number): Promise<ModelReport> {
  const { model, engine, timestamps, load } = bench;
  const { size, runs, log } = options;
  log?.(`loaded in ${load.toFixed(2)} s`);
  const run = (profile = false) => runOnce(bench, options, profile);
  const first = await run();
  const total = (performance.now() - began) / 1000;
  const { width, height, timing, network } = first.answer;
  const cold = { load, decode: first.decode, compile: timing.compile / 1000, run: timing.run / 1000, total };
  log?.(`first answer after ${total.toFixed(2)} s`);
  // Before anything else is compiled on this device.
  const allocated = model.memory;

  const again = async (profile: boolean) => {
    const next = await run(profile);
    checkSame(next.answer.values, first.answer.values);
    return next;
  };
  for (let spent = first.total; spent < WARM_UP_SECONDS; ) spent += (await again(false)).total;
  const warm: Run[] = [];
  for (let i = 0; i < runs; i++) {
    warm.push(await again(false));
    log?.(`run ${i + 1}: ${warm[i]!.total.toFixed(3)} s`);
  }

  const plan = await model.plan({ picture: { width, height }, size });
  const runTimes = timingsOf(warm.map(({ answer }) => answer.timing.run / 1000));
  const split = timestamps ? await profile(again, Math.min(runs, MOST_PROFILED)) : undefined;
  if (!split) log?.("the adapter has no timestamp-query: no split by phase");
  const transfers = split && (await timeTransfers(engine, first.source, plan.outputBytes));
  const cpu: CpuTimes | undefined = split && transfers && { ...transfers, decode: split.decode, total: split.total };
  const times = split?.answer.profile ?? [];
  if (split) checkPlan(times.length, plan.dispatches);
  return {
    bench: "model",
    ...reportHead(model, options, { width, height }),
    size: network,
    keptInF32: model.keptInF32,
    cold,
    warm: {
      picture: timingsOf(warm.map((each) => each.total)),
      run: runTimes,
      flopsPerSecond: plan.flops / runTimes.median,
    },
    plan: { flops: plan.flops, dispatches: plan.dispatches, pipelines: plan.pipelines },
    phases: cpu ? phaseTimes(times, cpu) : [],
    profiled: cpu?.total ?? 0,
    memory: {
      weights: { planned: plan.weightBytes, allocated: allocated.weights },
      beside: { planned: plan.plannedBytes, allocated: allocated.activations },
      peak: allocated.weights + allocated.activations,
    },
    kernels: cpu ? slowestKernels(times, cpu.total, KERNELS) : [],
  };
}

async function runOnce({ model }: OpenBench, { picture, size }: RunModelOptions, profile: boolean): Promise<Run> {
  const decoded = await timed(() => picture.decode());
  const source = decoded.result;
  const answered = await timed(() => answerOf(model, source, { profile, ...(size && { size }) }));
  const decode = decoded.seconds;
  return { source, answer: answered.result, decode, total: decode + answered.seconds };
}

/** The middle one of some profiled runs, so that its times are of one run and add up. */
async function profile(run: (profile: boolean) => Promise<Run>, count: number): Promise<Run> {
  const profiled: Run[] = [];
  for (let i = 0; i < count; i++) profiled.push(await run(true));
  return profiled.sort((a, b) => a.total - b.total)[Math.floor(count / 2)]!;
}

/** @throws Error if the model ran another graph than the one whose costs are reported */
function checkPlan(ran: number, planned: number): void {
  if (ran === planned) return;
  throw new Error(`bench model: want the ${planned} dispatches of the plan, got ${ran}. Record the plan as DPT does.`);
}
