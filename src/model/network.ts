/**
 * All that records graphs, with every kernel: two thirds of the library. A page loads it with its first model and not
 * before, so the rest reaches it by {@link Network} only.
 */

export { predictGraph } from "./runs/predict.ts";
export { loadFitting } from "./weights/load-fitting.ts";
