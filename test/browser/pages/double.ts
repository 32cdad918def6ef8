import { doubleNumbers } from "../../double-numbers.ts";

declare global {
  /** Doubles the numbers on this browser's adapter. */
  var double: (numbers: number[]) => Promise<{ architecture: string; doubled: number[] }>;
}

globalThis.double = async (numbers) => {
  const adapter = await navigator.gpu.requestAdapter();
  if (!adapter) throw new Error("this browser has no WebGPU adapter");
  const doubled = await doubleNumbers(adapter, Float32Array.from(numbers));
  return { architecture: adapter.info.architecture, doubled: [...doubled] };
};
