import { attentionTrial, cosineWindowsTrial, relativePositionBiasTrial } from "./operators/attentions.ts";
import { patchEmbedTrial, winogradTrial } from "./operators/convolutions.ts";
import {
  argMaxTrial,
  classScoresTrial,
  depthFromBinsTrial,
  logAddSoftmaxTrial,
  prependClassTokenTrial,
  swigluTrial,
} from "./operators/heads.ts";
import { channelsLastTrial, maxPool2dTrial, resampleMapTrial, resizeTrial } from "./operators/maps.ts";
import { groupNormTrial, layerNormTrial, unitVectorsTrial } from "./operators/norms.ts";
import { conv2dTrial, convTranspose2dTrial, matmulTrial } from "./operators/products.ts";
import type { Operator } from "./trial.ts";

/** One after the other, so that each has its share; those with many paths and options more than once. */
export const OPERATORS: readonly Operator[] = [
  matmulTrial,
  layerNormTrial,
  attentionTrial,
  resizeTrial,
  conv2dTrial,
  groupNormTrial,
  swigluTrial,
  convTranspose2dTrial,
  maxPool2dTrial,
  channelsLastTrial,
  matmulTrial,
  cosineWindowsTrial,
  resampleMapTrial,
  winogradTrial,
  relativePositionBiasTrial,
  attentionTrial,
  depthFromBinsTrial,
  unitVectorsTrial,
  conv2dTrial,
  logAddSoftmaxTrial,
  prependClassTokenTrial,
  patchEmbedTrial,
  classScoresTrial,
  argMaxTrial,
];
