import { ALL_FINITE, firstNotFinite } from "../kernels/first-not-finite.ts";
import type { Engine } from "../runtime/engine.ts";
import type { Graph, InputData, Tensor } from "../runtime/graph.ts";
import type { WeightStore } from "../runtime/weight-store.ts";

/**
 * Where NaN or infinity comes into a run: runs the graph once more and looks at each weight before it is used and at
 * each answer of a dispatch.
 * @param graph freshly recorded, for it is changed
 * @returns the first tensor that is not finite, in words; `undefined` if all are
 */
export async function findOverflow(
  engine: Engine,
  weights: WeightStore,
  graph: Graph,
  inputs: Readonly<Record<string, InputData>>,
): Promise<string | undefined> {
  const places = watch(graph);
  const session = await engine.compile(graph, weights);
  try {
    const { outputs } = await session.run(inputs);
    const [first = ALL_FINITE] = new Uint32Array(outputs.get("found")!);
    return places[first];
  } finally {
    session.dispose();
  }
}

/**
 * Puts a look at every tensor of floating point into the graph, where the tensor is new. One after the other they hand
 * on which was the first, so that all of it takes a few bytes.
 * @returns the name of each tensor, in the order of the looks
 */
export function watch(graph: Graph): readonly string[] {
  const dispatches = graph.dispatches.splice(0);
  // A tensor written in parts is garbage until the last of them.
  const lastWrite = new Map(dispatches.map(({ output }, i) => [output.id, i]));
  const places: string[] = [];
  const seen = new Set<number>();
  let found = graph.constant("search for NaN", Uint32Array.of(ALL_FINITE, 0));
  const look = (tensor: Tensor, place: string) => {
    const { id, shape, dtype } = tensor;
    if (seen.has(id) || (dtype !== "f32" && dtype !== "f16")) return;
    seen.add(id);
    found = graph.run(firstNotFinite({ shape, dtype }), tensor, found);
    places.push(place);
  };
  for (const [i, dispatch] of dispatches.entries()) {
    for (const input of dispatch.inputs) look(input, `the ${input.role} '${input.label}'`);
    graph.dispatches.push(dispatch);
    const place = `'${dispatch.kernel.label}' (dispatch ${i + 1} of ${dispatches.length})`;
    if (lastWrite.get(dispatch.output.id) === i) look(dispatch.output, place);
  }
  graph.outputs.clear();
  graph.output("found", found);
  return places;
}
