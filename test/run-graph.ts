import type { ConstantData, Graph } from "../src/runtime/graph/graph.ts";
import { runKernel } from "./run-kernel.ts";

/**
 * Runs a graph without weights kernel by kernel, each with the canaries and the garbage of `runKernel`; the answer is
 * the bytes of each output.
 */
export async function runGraph(graph: Graph, inputs: Readonly<Record<string, ConstantData>>) {
  const data = new Map<number, ConstantData>();
  for (const [name, { id }] of graph.inputs) data.set(id, inputs[name]!);
  for (const [{ id }, values] of graph.constants) data.set(id, values);
  for (const { kernel, inputs: sources, output } of graph.dispatches) {
    const bytes = await runKernel(kernel, ...sources.map(({ id }) => data.get(id)!));
    data.set(output.id, new Uint32Array(bytes));
  }
  return new Map([...graph.outputs].map(([name, { id }]) => [name, data.get(id)!.buffer as ArrayBuffer]));
}
