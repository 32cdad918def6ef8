import type { Dispatch, Graph, Tensor } from "../graph/graph.ts";
import type { Kernel } from "../graph/kernel.ts";
import { type BestPath, bestPath } from "./best-path.ts";
import type { Choice } from "./path-choices.ts";
import { NO_TIMES, type PathTimes } from "./path-times.ts";

/** What was measured of a kernel on this adapter. */
export type Measurements = (kernel: Kernel) => PathTimes;

/**
 * Puts in place of every dispatch the path that is expected, or was measured, to be the fastest. Tensors stay as they
 * are; a path of several kernels adds those between.
 * @param choices of this graph
 */
export function takePaths(
  graph: Graph,
  choices: ReadonlyMap<string, Choice>,
  measurements: Measurements = () => NO_TIMES,
): void {
  const taken = new Map<string, BestPath>();
  for (const [code, choice] of choices) taken.set(code, bestPath(choice, measurements(choice.kernel)));
  for (const dispatch of graph.dispatches.splice(0)) {
    const best = taken.get(dispatch.kernel.code);
    if (best) record(graph, dispatch, best);
    else graph.dispatches.push(dispatch);
  }
}

function record(graph: Graph, { part, inputs, output }: Dispatch, { path: { name, stages }, why }: BestPath): void {
  const tensors = [...inputs];
  graph.part(part, () => {
    for (const [i, { kernel, inputs: from }] of stages.entries()) {
      const known: Tensor[] = from.map((n) => tensors[n]!);
      const isLast = i === stages.length - 1;
      tensors.push(graph.runInto(isLast ? output : undefined, { ...kernel, path: name }, ...known));
      graph.dispatches.push({ ...graph.dispatches.pop()!, why });
    }
  });
}
