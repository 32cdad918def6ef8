import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { CallQueue } from "../../../src/runtime/call-queue.ts";
import { Graph } from "../../../src/runtime/graph/graph.ts";
import { Engine } from "../../../src/runtime/session/engine.ts";
import { SessionCache } from "../../../src/runtime/session/session-cache.ts";
import { SessionTuner } from "../../../src/runtime/session/session-tuner.ts";
import { WeightStore } from "../../../src/runtime/session/weight-store.ts";
import { testDevice } from "../../device.ts";
import { randomNormal } from "../../random.ts";
import { kernelWithPaths } from "../kernel-with-paths.ts";
import { knownTimes } from "../known-times.ts";
import { memoryCheckpoint } from "../memory-checkpoint.ts";
import { spyDevice } from "../spy-device.ts";

beforeEach(knownTimes);
afterEach(() => vi.restoreAllMocks());

function record(): Graph {
  const graph = new Graph();
  const kernel = kernelWithPaths(["slow", "twice", "own"]);
  graph.output("y", graph.run(kernel, graph.input("x", kernel.inputs[0]!)));
  return graph;
}

async function open() {
  const { device, living } = spyDevice(await testDevice());
  const engine = await Engine.open({ device });
  const weights = await WeightStore.load(device, await memoryCheckpoint({}), []);
  const sessions = new SessionCache(engine, weights, 2);
  const calls = new CallQueue();
  const notices: string[] = [];
  const stopping = new AbortController();
  const onNotice = (notice: string) => notices.push(notice);
  const tuner = new SessionTuner(engine, sessions, calls, { onNotice, stopped: stopping.signal });
  const x = randomNormal(256, 1);
  /** One call, as a model makes it. */
  const call = () =>
    calls.run(async () => {
      const compiled = await sessions.get("key", record);
      const { outputs } = await compiled.session.run({ x });
      return { compiled, y: new Float32Array(outputs.get("y")!) };
    });
  const dispose = (reason = new Error("disposed")) => {
    stopping.abort();
    calls.close(reason, () => sessions.dispose());
  };
  return { tuner, call, calls, notices, living, dispose };
}

const pathOf = ({ graph }: { readonly graph: Graph }) => graph.dispatches.at(-1)!.kernel.path;

test("exchanges the session for the one that was measured to be faster, with equal answers", async () => {
  const { tuner, call, living, dispose } = await open();
  const before = await call();
  expect(pathOf(before.compiled)).toBe("slow");
  expect(before.compiled.unmeasured).toBe(3);
  const seen: number[] = [];
  const onProgress = ({ done }: { done: number }) => seen.push(done);
  expect(await tuner.tune(record(), { milliseconds: 60_000, onProgress })).toEqual({ done: 3, total: 3 });
  expect(seen).toEqual([1, 2, 3]);
  const after = await call();
  expect(after.compiled).not.toBe(before.compiled);
  expect(["own", "twice"]).toContain(pathOf(after.compiled));
  expect(after.compiled.unmeasured).toBe(0);
  expect(after.y).toEqual(before.y);
  // Nothing faster is known by now.
  await tuner.tune(record());
  expect((await call()).compiled).toBe(after.compiled);
  dispose();
  expect(living()).toEqual([]);
});

test("later means: when no call waits, and calls go between two measurements", async () => {
  const { tuner, call, calls, notices, dispose } = await open();
  const { compiled } = await call();
  const order: string[] = [];
  const run = calls.run.bind(calls);
  calls.run = (task) => {
    const isCall = order.at(-1) === "asked";
    return run(() => {
      order.push(isCall ? "call" : "measured");
      return task();
    });
  };
  const ask = () => {
    order.push("asked");
    return call();
  };
  tuner.later("key", compiled);
  const waited = ask();
  await waited;
  await expect.poll(() => order.filter((what) => what === "measured").length).toBeGreaterThan(0);
  await ask();
  await expect.poll(async () => pathOf((await ask()).compiled)).not.toBe("slow");
  // The call came first, and nothing stood between asking and being called but what ran already.
  expect(order.slice(0, 2)).toEqual(["asked", "call"]);
  for (const [i, what] of order.entries()) {
    if (what === "asked") expect(order.slice(i + 1, i + 2)).toEqual(["call"]);
  }
  expect(notices).toEqual([]);
  dispose();
});

test("the time that it is given is checked between two paths", async () => {
  const { tuner, call, dispose } = await open();
  await call();
  expect(await tuner.tune(record(), { milliseconds: 1e-3 })).toEqual({ done: 1, total: 3 });
  expect(await tuner.tune(record(), { milliseconds: 1e-3 })).toEqual({ done: 2, total: 3 });
  dispose();
});

test("stopped in the background, it says nothing and leaves nothing", async () => {
  const { tuner, call, notices, living, dispose } = await open();
  const { compiled } = await call();
  tuner.later("key", compiled);
  await expect.poll(() => living().filter((label) => label.startsWith("scratch")).length).toBeGreaterThan(0);
  dispose();
  await expect.poll(living).toEqual([]);
  expect(notices).toEqual([]);
});
