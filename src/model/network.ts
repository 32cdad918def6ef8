/**
 * All that records graphs, with every kernel: two thirds of the library. A page loads it with its first model and not
 * before, so the rest reaches it by {@link Network} only.
 */
export { chooseConvolution } from "../kernels/shared/winograd.ts";
export { dptWeights, IGNORED_TENSORS } from "./dpt.ts";
export { forwardGraph, inPyTorchLayout } from "./forward.ts";
export { predictGraph } from "./predict.ts";
