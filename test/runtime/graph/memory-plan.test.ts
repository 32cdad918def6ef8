import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Graph, type Tensor } from "../../../src/runtime/graph/graph.ts";
import { planMemory } from "../../../src/runtime/graph/memory-plan.ts";
import { byteLength } from "../../../src/runtime/graph/tensor.ts";
import { plannedBytes } from "../../../src/runtime/session/session.ts";
import { kernelOf } from "../kernel-of.ts";

/** Dispatches by size of their output, and what they read: indices of earlier outputs, −1 for the graph's input. */
type Recipe = readonly { readonly length: number; readonly reads: readonly number[]; readonly isOutput: boolean }[];

const recipes: fc.Arbitrary<Recipe> = fc
  .array(
    fc.record({
      length: fc.oneof(fc.constantFrom(1, 4, 64), fc.integer({ min: 1, max: 1000 })),
      reads: fc.array(fc.nat(), { minLength: 1, maxLength: 4 }),
      isOutput: fc.boolean(),
    }),
    { minLength: 1, maxLength: 30 },
  )
  .map((steps) => steps.map((step, i) => ({ ...step, reads: step.reads.map((read) => (read % (i + 1)) - 1) })));

function graphOf(recipe: Recipe): { graph: Graph; activations: Tensor[] } {
  const graph = new Graph();
  const input = graph.input("x", { shape: [100], dtype: "f32" });
  const activations: Tensor[] = [];
  for (const [i, { length, reads, isOutput }] of recipe.entries()) {
    const inputs = reads.map((read) => activations[read] ?? input);
    const kernel = kernelOf(
      inputs.map(({ shape }) => shape[0]!),
      length,
    );
    activations.push(graph.run(kernel, ...inputs));
    if (isOutput) graph.output(`y${i}`, activations[i]!);
  }
  return { graph, activations };
}

/** The dispatches at which a tensor must keep its bytes, found the slow way. */
function isAlive(recipe: Recipe, tensor: number, dispatch: number): boolean {
  if (dispatch < tensor) return false;
  if (dispatch === tensor || recipe[tensor]!.isOutput) return true;
  return recipe.slice(dispatch).some(({ reads }) => reads.includes(tensor));
}

describe("for any graph", () => {
  const check = (property: (recipe: Recipe) => void) => fc.assert(fc.property(recipes, property), { numRuns: 300 });

  test("no two tensors that are alive at once share a buffer", () => {
    check((recipe) => {
      const { graph, activations } = graphOf(recipe);
      const { slotOf } = planMemory(graph);
      for (const dispatch of recipe.keys()) {
        const alive = activations.filter((_, tensor) => isAlive(recipe, tensor, dispatch));
        expect(new Set(alive.map(({ id }) => slotOf.get(id))).size).toBe(alive.length);
      }
    });
  });

  test("no dispatch writes to a buffer that it reads", () => {
    check((recipe) => {
      const { graph } = graphOf(recipe);
      const { slotOf } = planMemory(graph);
      for (const { inputs, output } of graph.dispatches) {
        const read = inputs.filter(({ role }) => role === "activation").map(({ id }) => slotOf.get(id));
        expect(read).not.toContain(slotOf.get(output.id));
      }
    });
  });

  test("outputs share a buffer with nothing that comes after them", () => {
    check((recipe) => {
      const { graph, activations } = graphOf(recipe);
      const { slotOf } = planMemory(graph);
      for (const [i, { isOutput }] of recipe.entries()) {
        if (!isOutput) continue;
        const later = activations.slice(i + 1).map(({ id }) => slotOf.get(id));
        expect(later).not.toContain(slotOf.get(activations[i]!.id));
      }
    });
  });

  test("every tensor has a buffer that holds it, and together they are no larger than the tensors", () => {
    check((recipe) => {
      const { graph, activations } = graphOf(recipe);
      const { slots, slotOf } = planMemory(graph);
      expect(slotOf.size).toBe(activations.length);
      for (const tensor of activations)
        expect(slots[slotOf.get(tensor.id)!]).toBeGreaterThanOrEqual(byteLength(tensor));
      const sum = (sizes: readonly number[]) => sizes.reduce((a, b) => a + b, 0);
      expect(sum(slots)).toBeLessThanOrEqual(sum(activations.map(byteLength)));
    });
  });
});

test("a chain needs two buffers, however long it is", () => {
  const chain = Array.from({ length: 20 }, (_, i) => ({ length: 64, reads: [i - 1], isOutput: i === 19 }));
  expect(planMemory(graphOf(chain).graph).slots).toEqual([256, 256]);
});

test("a large tensor that dies makes room for small ones", () => {
  const recipe = [
    { length: 1000, reads: [-1], isOutput: false },
    { length: 10, reads: [0], isOutput: false },
    { length: 500, reads: [1], isOutput: false },
    { length: 8, reads: [2], isOutput: true },
  ];
  // The small ones meet (one reads the other's neighbour) in one buffer, the large ones in another.
  expect(planMemory(graphOf(recipe).graph).slots).toEqual([4000, 48]);
});

test("a tensor and its reshape are one", () => {
  const graph = new Graph();
  const x = graph.input("x", { shape: [12], dtype: "f32" });
  const y = graph.run(kernelOf([12], 12), x);
  const z = graph.run(kernelOf([12], 12), y);
  graph.run(kernelOf([12], 12), z);
  const reshaped = graph.reshape(y, [12]);
  graph.output("y", reshaped);
  const { slotOf } = planMemory(graph);
  const used = graph.dispatches.slice(1).map(({ output }) => slotOf.get(output.id));
  expect(used).not.toContain(slotOf.get(y.id));
});

test("predicts all the bytes of a graph beside its weights", () => {
  const { graph } = graphOf([{ length: 64, reads: [-1], isOutput: true }]);
  graph.constant("c", new Uint32Array(5));
  // The input of 100, the slot, the constant rounded up to vec4, and the output's way back.
  expect(plannedBytes(graph)).toBe(400 + 256 + 32 + 256);
});

test("a tensor written in parts has its buffer from the first part on", () => {
  const graph = new Graph();
  const x = graph.input("x", { shape: [64], dtype: "f32" });
  let y: Tensor | undefined;
  const between: Tensor[] = [];
  for (let part = 0; part < 3; part++) {
    between.push(graph.run(kernelOf([64], 64), x));
    y = graph.runInto(y, kernelOf([64], 64), between[part]!);
  }
  graph.run(kernelOf([64], 64), y!);
  const { slots, slotOf } = planMemory(graph);
  // What is between gives its buffer to the next, and none takes the one of y.
  expect(slots).toEqual([256, 256]);
  expect(new Set(between.map(({ id }) => slotOf.get(id))).size).toBe(1);
  expect(slotOf.get(between[0]!.id)).not.toBe(slotOf.get(y!.id));
});
