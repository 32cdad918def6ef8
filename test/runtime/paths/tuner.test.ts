import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Graph } from "../../../src/runtime/graph/graph.ts";
import type { Kernel } from "../../../src/runtime/graph/kernel.ts";
import type { PathTimes } from "../../../src/runtime/paths/path-times.ts";
import type { TuningStore } from "../../../src/runtime/paths/tuning-store.ts";
import { Engine } from "../../../src/runtime/session/engine.ts";
import { testDevice } from "../../device.ts";
import { sumKernel } from "../kernel-of.ts";
import { kernelWithPaths } from "../kernel-with-paths.ts";
import { knownTimes } from "../known-times.ts";
import { spyDevice } from "../spy-device.ts";

beforeEach(knownTimes);
afterEach(() => vi.restoreAllMocks());

type Names = Parameters<typeof kernelWithPaths>[0];

function graphOf(names: Names): Graph {
  const graph = new Graph();
  const kernel = kernelWithPaths(names);
  graph.output("y", graph.run(kernel, graph.input("x", kernel.inputs[0]!)));
  return graph;
}

function memoryStore(entries = new Map<string, unknown>()): TuningStore & { readonly entries: Map<string, unknown> } {
  return {
    entries,
    async get(key) {
      return entries.get(key);
    },
    async set(key, value) {
      entries.set(key, structuredClone(value));
    },
  };
}

async function open(tuningStore?: TuningStore) {
  const spy = spyDevice(await testDevice());
  const notices: string[] = [];
  const engine = await Engine.open({ device: spy.device, tuningStore, onNotice: (notice) => notices.push(notice) });
  return { engine, notices, spy };
}

async function measure(engine: Engine, graph: Graph, steps = Number.POSITIVE_INFINITY) {
  const tuner = await engine.tuner(graph);
  try {
    for (let step = 0; step < steps; step++) if (!(await tuner.step((task) => task()))) break;
    return tuner.progress;
  } finally {
    tuner.dispose();
  }
}

async function taken(engine: Engine, names: Names) {
  const graph = graphOf(names);
  const unmeasured = await engine.takePaths(graph);
  const { kernel, why } = graph.dispatches[0]!;
  return { path: kernel.path, why, unmeasured };
}

describe("a tuner", () => {
  test("finds the fast path, and nothing stays allocated", async () => {
    const { engine, notices, spy } = await open();
    expect(await taken(engine, ["slow", "own"])).toMatchObject({ path: "slow", unmeasured: 2 });
    expect(await measure(engine, graphOf(["slow", "own"]))).toEqual({ done: 2, total: 2 });
    const { path, why, unmeasured } = await taken(engine, ["slow", "own"]);
    expect({ path, unmeasured }).toEqual({ path: "own", unmeasured: 0 });
    expect(why).toMatch(/^measured: \S+ ms; next slow \S+ ms; 2 of 2 tried$/);
    expect(notices).toEqual([]);
    expect(spy.made.length).toBeGreaterThan(0);
    await Promise.resolve();
    expect(spy.living()).toEqual([]);
  });

  test("goes in rounds: four paths of each kernel, the most expensive kernel first", async () => {
    const { engine } = await open();
    const kernelOf = (name: string, flops: number): Kernel => {
      const kernel = sumKernel(1, 64, flops);
      const stages = [{ kernel, inputs: [0] }];
      return { ...kernel, flops, paths: async () => [1, 2, 3, 4, 5].map((i) => ({ name: `${name} ${i}`, stages })) };
    };
    const graph = new Graph();
    const x = graph.input("x", { shape: [64], dtype: "f32" });
    for (const kernel of [kernelOf("cheap", 1), kernelOf("dear", 2)]) graph.output(kernel.label, graph.run(kernel, x));
    const store = memoryStore();
    const order: string[] = [];
    const watched: TuningStore = {
      ...store,
      async set(_, value) {
        order.push(Object.keys((value as PathTimes).seconds).at(-1)!);
      },
    };
    await measure((await open(watched)).engine, graph);
    const times = (name: string, numbers: readonly number[]) => numbers.map((i) => `${name} ${i}`);
    const first = [1, 2, 3, 4];
    expect(order).toEqual([...times("dear", first), ...times("cheap", first), "dear 5", "cheap 5"]);
    expect(await engine.takePaths(graph)).toBe(10);
  });

  test("disposed of while it measures, it frees all when that has ended", async () => {
    const { engine, spy } = await open();
    const tuner = await engine.tuner(graphOf(["own", "slow"]));
    await tuner.step((task) => task());
    expect(spy.living().length).toBeGreaterThan(3);
    const running = tuner.step((task) => {
      const measuring = task();
      tuner.dispose();
      return measuring;
    });
    await expect(running).resolves.toBe(true);
    await expect.poll(spy.living).toEqual([]);
    // And later steps take nothing any more.
    expect(await tuner.step((task) => task())).toBe(false);
    expect(spy.living()).toEqual([]);
  });

  test("refuses a path that is wrong or does not compile, however fast, and says so", async () => {
    const { engine, notices } = await open();
    await measure(engine, graphOf(["wrong", "broken", "twice", "own"]));
    const { path } = await taken(engine, ["wrong", "broken", "twice", "own"]);
    expect(["twice", "own"]).toContain(path);
    expect(notices).toHaveLength(2);
    expect(notices[0]).toMatch(
      /^tuning: on this adapter 'wrong' of sum .* errs by .* of the largest value\. It is not used\.$/,
    );
    expect(notices[1]).toMatch(/'broken' of sum .* does not run: /);
  });

  test("goes on where it stopped, and what it knows outlives the engine", async () => {
    const store = memoryStore();
    const first = await open(store);
    expect(await measure(first.engine, graphOf(["slow", "own"]), 1)).toEqual({ done: 1, total: 2 });
    const second = await open(store);
    expect(await taken(second.engine, ["slow", "own"])).toMatchObject({ path: "slow", unmeasured: 1 });
    expect(await measure(second.engine, graphOf(["slow", "own"]), 1)).toEqual({ done: 2, total: 2 });
    const third = await open(store);
    expect(await taken(third.engine, ["slow", "own"])).toMatchObject({ path: "own", unmeasured: 0 });
    expect(store.entries.size).toBe(1);
    // A way that is new, as after a driver's update, has to be measured, and no other.
    const fourth = await open(store);
    expect(await taken(fourth.engine, ["slow", "twice", "own"])).toMatchObject({ path: "own", unmeasured: 1 });
  });

  test("runs without a store that fails, and tells once", async () => {
    const { engine, notices } = await open({
      get: () => Promise.reject(new Error("the disk is full")),
      set: () => Promise.reject(new Error("the disk is full")),
    });
    await measure(engine, graphOf(["slow", "own"]));
    expect(await taken(engine, ["slow", "own"])).toMatchObject({ path: "own" });
    expect(notices).toEqual([
      'tuning: want to keep what is measured for the next time, got "the disk is full". It is measured again where needed.',
    ]);
  });

  test.each([
    ["a text", "garbage"],
    ["negative times", { seconds: { own: -1 }, refused: {} }],
    ["no times", { seconds: [1], refused: {} }],
    ["reasons that are none", { seconds: {}, refused: { own: 3 } }],
  ])("measures anew where the store holds %s", async (_, garbage) => {
    const store = memoryStore();
    await measure((await open(store)).engine, graphOf(["slow", "own"]));
    for (const key of store.entries.keys()) store.entries.set(key, garbage);
    const { engine, notices } = await open(store);
    expect(await taken(engine, ["slow", "own"])).toMatchObject({ path: "slow", unmeasured: 2 });
    expect(notices).toHaveLength(1);
  });

  test("paths that are asked for come before measured ones", async () => {
    const store = memoryStore();
    await measure((await open(store)).engine, graphOf(["slow", "own"]));
    const engine = await Engine.open({ device: await testDevice(), tuningStore: store, paths: ["slow"] });
    expect(await taken(engine, ["own", "slow"])).toMatchObject({ path: "slow", why: "as asked" });
  });
});
