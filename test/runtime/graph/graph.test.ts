import { describe, expect, test } from "vitest";
import { InternalError } from "../../../src/runtime/errors.ts";
import { Graph } from "../../../src/runtime/graph/graph.ts";
import { kernelOf } from "../kernel-of.ts";
import { weightOf } from "../weight-of.ts";

test("records dispatches in order, with what they read and write", () => {
  const graph = new Graph();
  const x = graph.input("x", { shape: [3], dtype: "f32" });
  const w = graph.weight(weightOf("w", [5]));
  const y = graph.run(kernelOf([3, 5], 7, "first"), x, w);
  const z = graph.run(kernelOf([7], 2, "second"), y);
  graph.output("z", z);
  expect(graph.dispatches.map(({ kernel }) => kernel.label)).toEqual(["first", "second"]);
  expect(graph.dispatches.map(({ inputs }) => inputs)).toEqual([[x, w], [y]]);
  expect(graph.dispatches.map(({ output }) => output)).toEqual([y, z]);
  expect([x, w, y, z].map(({ role }) => role)).toEqual(["input", "weight", "activation", "activation"]);
  expect(z).toMatchObject({ label: "second", shape: [2], dtype: "f32" });
  expect(new Set([x, w, y, z].map(({ id }) => id)).size).toBe(4);
  expect([...graph.inputs]).toEqual([["x", x]]);
  expect([...graph.outputs]).toEqual([["z", z]]);
});

test("has a weight once, however often it is asked for", () => {
  const graph = new Graph();
  const [a, b] = [weightOf("a", [1]), weightOf("a", [1])];
  expect(graph.weight(a)).toBe(graph.weight(a));
  expect(graph.weight(b).id).not.toBe(graph.weight(a).id);
  expect(graph.weights.size).toBe(2);
});

test("takes a constant's type from its array", () => {
  const graph = new Graph();
  const arrays = [new Float32Array(2), new Int32Array(3), new Uint32Array(4)];
  const tensors = arrays.map((data) => graph.constant("c", data));
  expect(tensors.map(({ dtype, shape }) => [dtype, ...shape])).toEqual([
    ["f32", 2],
    ["i32", 3],
    ["u32", 4],
  ]);
  expect([...graph.constants.values()]).toEqual(arrays);
});

test("records the parts of one tensor", () => {
  const graph = new Graph();
  const x = graph.input("x", { shape: [3], dtype: "f32" });
  const y = graph.runInto(undefined, kernelOf([3], 7), x);
  expect(graph.runInto(y, kernelOf([3], 7), x)).toBe(y);
  expect(graph.dispatches.map(({ output }) => output)).toEqual([y, y]);
  const into = () => graph.runInto(y, kernelOf([3], 5, "half [5]"), x);
  expect(into).toThrow(new InternalError("half [5]: want an output of [5] f32, got [7] f32. Report this."));
  expect(graph.dispatches).toHaveLength(2);
});

describe("refuses", () => {
  const graph = new Graph();
  const x = graph.input("x", { shape: [3], dtype: "f32" });
  const words = graph.input("words", { shape: [3], dtype: "u32" });
  const list = (texts: readonly string[]) => texts.join(", ");

  test.each([
    ["another shape", [4], [x], ["[3] f32"]],
    ["another type", [3], [words], ["[3] u32"]],
    ["too few", [3, 3], [x], ["[3] f32"]],
    ["too many", [3], [x, x], ["[3] f32", "[3] f32"]],
    ["none", [3], [], []],
  ])("%s", (_, lengths, inputs, got) => {
    const run = () => graph.run(kernelOf(lengths, 1, "norm [3]"), ...inputs);
    const want = list(lengths.map((length) => `[${length}] f32`));
    expect(run).toThrow(new InternalError(`norm [3]: want inputs ${want}, got ${list(got)}. Report this.`));
    expect(graph.dispatches).toHaveLength(0);
  });
});

test("reshapes to as many elements, in the same memory", () => {
  const graph = new Graph();
  const x = graph.input("x", { shape: [2, 6], dtype: "f32" });
  expect(graph.reshape(x, [3, 4])).toEqual({ ...x, shape: [3, 4] });
  const reshape = () => graph.reshape(x, [3, 5]);
  expect(reshape).toThrow(new InternalError("reshape x: want a shape of 12 elements, got [3, 5]. Report this."));
});
