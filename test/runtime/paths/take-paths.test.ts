import { describe, expect, test } from "vitest";
import { Graph } from "../../../src/runtime/graph/graph.ts";
import { choicesOf } from "../../../src/runtime/paths/path-choices.ts";
import type { PathTimes } from "../../../src/runtime/paths/path-times.ts";
import { takePaths } from "../../../src/runtime/paths/take-paths.ts";
import { planOf } from "../../../src/runtime/session/plan.ts";
import { LEAST_TRAITS } from "../../least-traits.ts";
import { runGraph } from "../../run-graph.ts";
import { kernelWithPaths } from "../kernel-with-paths.ts";

/** x, twice through a kernel with these paths, as its own part of a model. */
function graphOf(names: Parameters<typeof kernelWithPaths>[0]): Graph {
  const graph = new Graph();
  const kernel = kernelWithPaths(names);
  const x = graph.input("x", kernel.inputs[0]!);
  graph.part("half", () => graph.output("y", graph.run(kernel, graph.run(kernel, x))));
  return graph;
}

async function take(graph: Graph, times?: PathTimes): Promise<Graph> {
  takePaths(graph, await choicesOf(graph, LEAST_TRAITS), times && (() => times));
  return graph;
}

const told = ({ dispatches }: Graph) => dispatches.map(({ kernel, part, why }) => [part, kernel.path, why]);

describe("a dispatch takes", () => {
  test("the path that is expected to be fastest, and says so", async () => {
    expect(told(await take(graphOf(["twice", "own"])))).toEqual(
      Array(4).fill(["half", "twice", "expected to be the fastest of 2"]),
    );
    expect(told(await take(graphOf(["own"])))).toEqual(Array(2).fill(["half", "own", "the only one here"]));
  });

  test("the path that was measured to be fastest", async () => {
    const times = { seconds: { twice: 0.002, own: 0.001 }, refused: {} };
    const why = "measured: 1 ms; next twice 2 ms; 2 of 2 tried";
    expect(told(await take(graphOf(["twice", "own"]), times))).toEqual(Array(2).fill(["half", "own", why]));
  });

  test("the expected one of two that are as fast", async () => {
    const times = { seconds: { twice: 0.00104, own: 0.001 }, refused: {} };
    expect(told(await take(graphOf(["twice", "own"]), times))[0]![1]).toBe("twice");
  });

  test("never one that is wrong on the adapter", async () => {
    const times = { seconds: {}, refused: { twice: "errs by 0.5 of the largest value" } };
    const why = "twice errs by 0.5 of the largest value";
    expect(told(await take(graphOf(["twice", "own"]), times))).toEqual(Array(2).fill(["half", "own", why]));
  });

  test("no other path the second time", async () => {
    const graph = await take(graphOf(["twice", "own"]));
    const before = told(graph);
    expect(told(await take(graph))).toEqual(before);
  });
});

test("a path of two kernels gives the same answer, through a tensor between them", async () => {
  const graph = graphOf(["twice", "own"]);
  const [x, y] = [graph.inputs.get("x"), graph.outputs.get("y")];
  await take(graph);
  expect(graph.dispatches).toHaveLength(4);
  expect([graph.inputs.get("x"), graph.outputs.get("y")]).toEqual([x, y]);
  const numbers = Float32Array.from({ length: 256 }, (_, i) => i);
  const answers = await runGraph(graph, { x: numbers });
  expect(new Float32Array(answers.get("y")!)).toEqual(numbers.map((value) => value + 2));
});

test("a preference for an adapter puts its families first and keeps the rest", async () => {
  const graph = graphOf(["twice", "slow", "own"]);
  const preference = { adapter: /made up/, families: ["own", "sl"] };
  const [choice] = (await choicesOf(graph, LEAST_TRAITS, preference)).values();
  expect(choice!.paths.map(({ name }) => name)).toEqual(["own", "slow", "twice"]);
  expect(choice).toMatchObject({ count: 2, expected: "known to be fast on made up" });
  const [other] = (await choicesOf(graph, LEAST_TRAITS, { adapter: /made up/, families: ["none"] })).values();
  expect(other!.paths.map(({ name }) => name)).toEqual(["twice", "slow", "own"]);
  expect(other!.expected).toBe("expected to be the fastest of 3");
});

test("a plan adds up equal dispatches", async () => {
  const { kernels, flops } = planOf(await take(graphOf(["own"])));
  expect(kernels).toMatchObject([{ part: "half", path: "own", why: "the only one here", count: 2, flops: 0 }]);
  expect(flops).toBe(0);
});
