import { beforeEach, describe, expect, test } from "vitest";
import { Graph } from "../../../src/runtime/graph/graph.ts";
import { switchOff } from "../../../src/runtime/paths/switched-off.ts";
import type { TuningStore } from "../../../src/runtime/paths/tuning-store.ts";
import { Engine } from "../../../src/runtime/session/engine.ts";
import { testDevice } from "../../device.ts";
import { kernelWithPaths } from "../kernel-with-paths.ts";

type Names = Parameters<typeof kernelWithPaths>[0];

let notices: string[];
beforeEach(() => {
  notices = [];
});

/** An engine on whose adapter the self-test has found these kinds of paths to be wrong. */
async function engineWithout(off: readonly string[], paths?: readonly string[]): Promise<Engine> {
  const kept = new Map<string, unknown>();
  const tuningStore: TuningStore = {
    get: async (key) => kept.get(key),
    set: async (key, value) => void kept.set(key, value),
  };
  const device = await testDevice();
  const engine = await Engine.open({ device, tuningStore, paths, onNotice: (notice) => notices.push(notice) });
  await switchOff(tuningStore, engine.adapter, off);
  return engine;
}

async function taken(engine: Engine, names: Names, lean = false) {
  const graph = new Graph();
  const kernel = kernelWithPaths(names);
  graph.output("y", graph.run(kernel, graph.input("x", kernel.inputs[0]!)));
  await engine.takePaths(graph, lean);
  const { path, why } = { path: graph.dispatches[0]!.kernel.path, why: graph.dispatches[0]!.why };
  return [path, why];
}

const WRONG = "wrong was wrong in the self-test on this adapter";

describe("a path that the self-test has switched off", () => {
  test("is not taken where memory is short", async () => {
    const engine = await engineWithout(["wrong"]);
    expect(await taken(engine, ["wrong", "own"], true)).toEqual(["own", WRONG]);
    expect(await taken(engine, ["twice", "own"], true)).toEqual(["own", "takes the least memory"]);
    expect(notices).toEqual([]);
  });

  test("is not taken where others are asked for", async () => {
    const engine = await engineWithout(["wrong"], ["tw"]);
    expect(await taken(engine, ["wrong", "slow", "own"])).toEqual(["slow", WRONG]);
    expect(await taken(engine, ["wrong", "own", "twice"])).toEqual(["twice", "as asked"]);
    expect(await taken(engine, ["wrong", "own", "twice"], true)).toEqual(["own", WRONG]);
    expect(notices).toEqual([]);
  });

  test("is taken where it is asked for by name, which is told once", async () => {
    const engine = await engineWithout(["wrong"], ["wro"]);
    expect(await taken(engine, ["own", "wrong"])).toEqual(["wrong", "as asked"]);
    expect(await taken(engine, ["slow", "wrong"])).toEqual(["wrong", "as asked"]);
    expect(notices).toEqual([
      "paths: 'wrong' is taken as it is asked for, though it was wrong in the self-test on this adapter. Ask for another, " +
        "or update the graphics driver and run the self-test again.",
    ]);
  });
});
