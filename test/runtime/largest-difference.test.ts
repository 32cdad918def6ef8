import { expect, test } from "vitest";
import { Graph, type InputData } from "../../src/runtime/graph/graph.ts";
import type { Precision } from "../../src/runtime/graph/tensor.ts";
import { largestDifference } from "../../src/runtime/largest-difference.ts";
import { Engine } from "../../src/runtime/session/engine.ts";
import { testDevice } from "../device.ts";
import { randomNormal } from "../random.ts";

/** A fresh buffer holds zeros, as the kernel wants its output. */
async function differenceOf(dtype: Precision, length: number, want: InputData, got: InputData) {
  const engine = await Engine.open({ device: await testDevice() });
  const spec = { shape: [length], dtype };
  const graph = new Graph();
  graph.output("found", graph.run(largestDifference(spec), graph.input("want", spec), graph.input("got", spec)));
  const session = await engine.compile(graph);
  const { outputs } = await session.run({ want, got });
  session.dispose();
  return [...new Float32Array(outputs.get("found")!, 0, 2)];
}

test.each([1, 257, 300_001])("finds one wrong value of %i, wherever it is", async (length) => {
  const want = randomNormal(length, 3);
  const scale = want.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  expect(await differenceOf("f32", length, want, want)).toEqual([0, scale]);
  for (const at of [0, length >> 1, length - 1]) {
    const got = want.slice();
    got[at] = -7;
    expect(await differenceOf("f32", length, want, got)).toEqual([Math.fround(Math.abs(-7 - want[at]!)), scale]);
  }
});

test("a value that is not finite on one side only is infinitely wrong", async () => {
  const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
  const compare = (want: number[], got: number[]) =>
    differenceOf("f32", want.length, Float32Array.from(want), Float32Array.from(got));
  for (const broken of [nan, infinity, -infinity]) {
    expect(await compare([1, 2, 3], [1, broken, 3])).toEqual([infinity, 3]);
    expect(await compare([1, broken, 3], [1, 2, 3])).toEqual([infinity, 3]);
    expect(await compare([1, broken, 3], [1, broken, 3])).toEqual([0, 3]);
  }
});

test("f16, two to a word, and nothing past the last", async () => {
  const [one, two, minusFour, infinity, nan] = [0x3c00, 0x4000, 0xc400, 0x7c00, 0x7e00];
  const compare = (want: number[], got: number[]) =>
    differenceOf("f16", 3, Uint16Array.from(want), Uint16Array.from(got));
  expect(await compare([one, two, minusFour, 0], [one, one, minusFour, nan])).toEqual([1, 4]);
  expect(await compare([one, two, one, 0], [one, two, infinity, 0])).toEqual([Number.POSITIVE_INFINITY, 2]);
  expect(await compare([nan, two, one, 0], [nan, two, one, 0])).toEqual([0, 2]);
});
