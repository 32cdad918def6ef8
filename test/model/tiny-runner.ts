import { GraphRunner } from "../../src/model/runs/graph-runner.ts";
import type { Job, Recordable } from "../../src/model/runs/job.ts";
import { CallQueue } from "../../src/runtime/call-queue.ts";
import { Graph } from "../../src/runtime/graph/graph.ts";
import type { Kernel } from "../../src/runtime/graph/kernel.ts";
import { Engine, type EngineOptions } from "../../src/runtime/session/engine.ts";
import { randomNormal } from "../random.ts";
import { sumKernel } from "../runtime/kernel-of.ts";
import { memoryCheckpoint } from "../runtime/memory-checkpoint.ts";
import { weightOf } from "../runtime/weight-of.ts";

const LENGTH = 1000;

/** What a model is made of, around the smallest graphs that have all that is in one: `y = 2x + w + c + 1`. */
export async function tinyRunner(options: EngineOptions, onNotice?: (notice: string) => void) {
  const engine = await Engine.open(options);
  const weights = [weightOf("w", [LENGTH]), weightOf("v", [LENGTH])];
  const w = randomNormal(LENGTH, 9);
  const store = await engine.loadWeights(await memoryCheckpoint({ w, v: w }), weights);
  const calls = new CallQueue();
  const runner = new GraphRunner(engine, store, { precision: "f32" } as Recordable, calls, {
    onCompile: () => {},
    onNotice,
  });
  const run = (x: Float32Array, key = "x", signal?: AbortSignal): Promise<number[]> =>
    calls.run(() =>
      runner.finite({ call: "run", job: jobOf(key, weights[0]!), inputs: { x } }, async ({ session }) => {
        const { outputs } = await session.run({ x }, { signal });
        const y = [...new Float32Array(outputs.get("y")!, 0, LENGTH)];
        return { answer: y, notFinite: y.some(Number.isNaN) ? "some values" : undefined };
      }),
    );
  const dispose = () =>
    calls.close(new Error("disposed"), () => {
      runner.dispose();
      store.dispose();
      engine.dispose();
    });
  return { engine, store, runner, calls, run, dispose, x: randomNormal(LENGTH, 1) };
}

function jobOf(key: string, weight: ReturnType<typeof weightOf>): Job {
  const record = () => {
    const graph = new Graph();
    const x = graph.input("x", { shape: [LENGTH], dtype: "f32" });
    const c = graph.constant("c", new Float32Array(LENGTH).fill(5));
    const twice = graph.run(sumKernel(2, LENGTH), x, x);
    const sum = graph.run(sumKernel(2, LENGTH, 1), twice, graph.weight(weight));
    const last = sumKernel(2, LENGTH, 2);
    graph.output("y", graph.run(key === "in two steps" ? inTwoSteps(last) : last, sum, c));
    return graph;
  };
  return { key, network: { width: 1, height: 1 }, pixels: [], record };
}

/** A kernel that is expected to be faster in two steps, which takes memory between them. */
function inTwoSteps(kernel: Kernel): Kernel {
  const steps = [
    { kernel: sumKernel(1, LENGTH, 2), inputs: [1] },
    { kernel: sumKernel(2, LENGTH), inputs: [0, 2] },
  ];
  const paths = async () => [
    { name: "in two steps", stages: steps },
    { name: "in one", stages: [{ kernel, inputs: [0, 1] }] },
  ];
  return { ...kernel, paths };
}
