/**
 * All that records graphs, with every kernel: two thirds of the library. A page loads it with its first model and not
 * before, so the rest reaches it by {@link Network} only.
 */
export { loadFitting } from "./load-fitting.ts";
export { predictGraph } from "./predict.ts";
