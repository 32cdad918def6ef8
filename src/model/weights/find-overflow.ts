import { largestMagnitude } from "../../kernels/largest-magnitude.ts";
import { toFloat32 } from "../../runtime/floats.ts";
import type { Graph, Tensor } from "../../runtime/graph/graph.ts";
import type { Precision } from "../../runtime/graph/tensor.ts";
import type { Engine } from "../../runtime/session/engine.ts";
import type { RunInputs } from "../../runtime/session/session.ts";
import type { WeightStore } from "../../runtime/session/weight-store.ts";

/**
 * Above this an answer is not left to f16, whose largest number is 65504: the next picture may go twice as far before
 * all of this has to be done again.
 */
const LARGEST_FOR_F16 = 2 ** 15;

/** What a search found. */
export interface Overflow {
  /** The first tensor with NaN or infinity, in words; `undefined` if all are finite. */
  readonly first: string | undefined;
  /** Layers whose answers are too large for f16, or nearly. */
  readonly large: readonly string[];
}

/** A tensor that is looked at. */
interface Look {
  readonly place: string;
  readonly dtype: Precision;
  /** The layer whose answer it is. */
  readonly layer: string | undefined;
}

/**
 * Where numbers become too large in a run: runs the graph once more and looks at each weight before it is used and at each
 * answer of a dispatch.
 * @param graph freshly recorded, for it is changed
 */
export async function findOverflow(
  engine: Engine,
  weights: WeightStore,
  graph: Graph,
  inputs: RunInputs,
): Promise<Overflow> {
  const looks = watch(graph);
  const session = await engine.compile(graph, weights);
  try {
    const { outputs } = await session.run(inputs);
    const bits = new Uint32Array(outputs.get("seen")!, 4);
    const largest = looks.map(({ dtype }, i) => magnitude(bits.subarray(i, i + 1), dtype));
    const layers = looks.flatMap(({ layer }, i) =>
      layer !== undefined && largest[i]! > LARGEST_FOR_F16 ? [layer] : [],
    );
    return {
      first: looks.find((_, i) => !Number.isFinite(largest[i]))?.place,
      large: [...new Set(layers)],
    };
  } finally {
    session.dispose();
  }
}

function magnitude(bits: Uint32Array<ArrayBuffer>, dtype: Precision): number {
  const bytes = new Uint8Array(bits.buffer, bits.byteOffset, dtype === "f32" ? 4 : 2);
  return toFloat32(dtype === "f32" ? "F32" : "F16", bytes)[0]!;
}

/**
 * Puts a look at every tensor of floating point into the graph, where the tensor is new. One after the other they hand
 * on what they saw, so that all of it takes a few bytes.
 * @returns what is looked at, in order
 */
export function watch(graph: Graph): readonly Look[] {
  const dispatches = graph.dispatches.splice(0);
  // A tensor written in parts is garbage until the last of them.
  const lastWrite = new Map(dispatches.map(({ output }, i) => [output.id, i]));
  const tensors = new Set(dispatches.flatMap(({ inputs, output }) => [...inputs, output].map(({ id }) => id)));
  const looks: Look[] = [];
  const seen = new Set<number>();
  let found = graph.constant("seen", new Uint32Array(1 + tensors.size));
  const look = ({ id, shape, dtype, ...tensor }: Tensor, place: string) => {
    if (seen.has(id) || (dtype !== "f32" && dtype !== "f16")) return;
    seen.add(id);
    const kernel = largestMagnitude({ shape, dtype, looks: tensors.size });
    found = graph.run(kernel, { id, shape, dtype, ...tensor }, found);
    looks.push({ place, dtype, layer: graph.layers.get(id) });
  };
  for (const [i, dispatch] of dispatches.entries()) {
    for (const input of dispatch.inputs) look(input, `the ${input.role} '${input.label}'`);
    graph.dispatches.push(dispatch);
    const place = `'${dispatch.kernel.label}' (dispatch ${i + 1} of ${dispatches.length})`;
    if (lastWrite.get(dispatch.output.id) === i) look(dispatch.output, place);
  }
  graph.outputs.clear();
  graph.output("seen", found);
  return looks;
}
