import { dispatchBytes, type Graph } from "../graph/graph.ts";
import { byteLength } from "../graph/tensor.ts";
import { plannedBytes } from "./session.ts";

/** All dispatches of one kernel in one part of the model. */
export interface PlannedKernel {
  readonly part: string;
  /** Operator and shapes. */
  readonly label: string;
  /** How it is computed, where there is more than one way. */
  readonly path?: string | undefined;
  /** Why so. */
  readonly why?: string | undefined;
  readonly count: number;
  /** Of all these dispatches. */
  readonly flops: number;
  /** Of all these dispatches, each of their inputs and outputs once. */
  readonly bytes: number;
}

/** What a graph is going to run and take, known before it is compiled. */
export interface GraphPlan {
  /** In the order of the first dispatch. */
  readonly kernels: readonly PlannedKernel[];
  readonly dispatches: number;
  /** How many pipelines are compiled: one for each distinct text of a kernel. */
  readonly pipelines: number;
  readonly flops: number;
  /** Bytes on the GPU beside the weights. */
  readonly plannedBytes: number;
  /** Bytes of the weights that it reads. */
  readonly weightBytes: number;
  /** Bytes that come back. */
  readonly outputBytes: number;
}

/** @param graph after its paths are taken */
export function planOf(graph: Graph): GraphPlan {
  const kernels = new Map<string, PlannedKernel>();
  for (const dispatch of graph.dispatches) {
    const { part, kernel, why } = dispatch;
    const { label, path, flops } = kernel;
    const key = JSON.stringify([part, label, kernel.code]);
    const known = kernels.get(key) ?? { part, label, path, why, count: 0, flops: 0, bytes: 0 };
    const bytes = known.bytes + dispatchBytes(dispatch);
    kernels.set(key, { ...known, count: known.count + 1, flops: known.flops + flops, bytes });
  }
  return {
    kernels: [...kernels.values()],
    dispatches: graph.dispatches.length,
    pipelines: new Set(graph.dispatches.map(({ kernel }) => kernel.code)).size,
    flops: sumOf(graph.dispatches.map(({ kernel }) => kernel.flops)),
    plannedBytes: plannedBytes(graph),
    weightBytes: sumOf([...graph.weights.values()].map(byteLength)),
    outputBytes: sumOf([...graph.outputs.values()].map(byteLength)),
  };
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
