import type { Graph, Tensor } from "./graph.ts";
import { byteLength } from "./tensor.ts";

/** Which activations share which buffer. */
export interface MemoryPlan {
  /** Bytes of each shared buffer. */
  readonly slots: readonly number[];
  /** Tensor id to index in `slots`, for every activation. */
  readonly slotOf: ReadonlyMap<number, number>;
}

interface Lifetime {
  readonly tensor: Tensor;
  readonly bytes: number;
  readonly first: number;
  last: number;
}

/**
 * Greedy by size: the largest tensors first, each into the smallest buffer that is free during its whole life.
 *
 * Tensors share whole buffers, never ranges of one: WebGPU forbids a buffer to be bound for reading and for writing in
 * the same dispatch, even at disjoint ranges. A life includes the dispatch that reads it last, so that an output never
 * lands on one of its own inputs.
 */
export function planMemory(graph: Graph): MemoryPlan {
  const slots: { bytes: number; lives: Lifetime[] }[] = [];
  const slotOf = new Map<number, number>();
  const bySize = lifetimes(graph).sort((a, b) => b.bytes - a.bytes || a.first - b.first);
  for (const life of bySize) {
    const isFree = (lives: readonly Lifetime[]) => lives.every((l) => l.last < life.first || life.last < l.first);
    let best = -1;
    for (const [i, slot] of slots.entries()) {
      if (isFree(slot.lives) && (best < 0 || slot.bytes < slots[best]!.bytes)) best = i;
    }
    if (best < 0) best = slots.push({ bytes: life.bytes, lives: [] }) - 1;
    slots[best]!.lives.push(life);
    slotOf.set(life.tensor.id, best);
  }
  return { slots: slots.map((slot) => slot.bytes), slotOf };
}

/** When each activation is first written and last read, in dispatches; outputs live to the end. */
function lifetimes(graph: Graph): Lifetime[] {
  const lives = new Map<number, Lifetime>();
  for (const [i, { inputs, output }] of graph.dispatches.entries()) {
    for (const { id } of inputs) {
      const life = lives.get(id);
      if (life) life.last = i;
    }
    const life = lives.get(output.id);
    if (life) life.last = i;
    else lives.set(output.id, { tensor: output, bytes: byteLength(output), first: i, last: i });
  }
  for (const { id } of graph.outputs.values()) {
    const life = lives.get(id);
    if (life) life.last = graph.dispatches.length;
  }
  return [...lives.values()];
}
