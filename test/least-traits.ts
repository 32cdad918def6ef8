import type { Traits } from "../src/runtime/graph/traits.ts";

/** What WebGPU promises of every device. */
export const LEAST_TRAITS: Traits = {
  software: false,
  f16: false,
  subgroups: false,
  subgroupSize: undefined,
  subgroupMatrices: [],
  workgroupBytes: 16384,
  invocations: 256,
};
