/// <reference types="@webgpu/types" />
export { DPT } from "./dpt.ts";
export type { ResizeMode } from "./kernels/bands.ts";
export type { WeightFormat } from "./kernels/shared/weight-format.ts";
export type { Convolution } from "./kernels/shared/winograd.ts";
export type { DepthMapOnDevice, OnDeviceOptions, SegmentationOnDevice } from "./model/answer-on-device.ts";
export type { Colour } from "./model/class-colours.ts";
export type { DecoderConfig, ModelConfig, Task } from "./model/config.ts";
export type { LoadOptions, Plan, Progress, TuneModelOptions } from "./model/model-options.ts";
export { PALETTES, type PaletteName, paletteFor } from "./model/palettes/palette-for.ts";
export { parseConfig } from "./model/parse-config.ts";
export type { ClassMeans, PixelScores, Scores } from "./model/pixel-scores.ts";
export type {
  DepthMap,
  NormalMap,
  Prediction,
  PredictionOptions,
  Predictions,
  PredictTasksOptions,
  Segmentation,
  SegmentOptions,
  Timing,
} from "./model/predictions.ts";
export type { Antialias, Processor, Size } from "./model/processor.ts";
export type { DepthImageOptions, ImageOptions, LabelImageOptions } from "./model/result-pixels.ts";
export type { StreamSource } from "./model/stream/open-frames.ts";
export type { StreamedFrame, StreamOptions } from "./model/stream/stream-frames.ts";
export { STAGE_TOLERANCE, type StageReport, type VerifyOptions, verifyStages } from "./model/verify.ts";
export type { TestTimeAugmentation } from "./model/windows/views.ts";
export type { NetworkWork, PictureWork, Work } from "./model/work.ts";
export { filesFromBlobs } from "./runtime/blob-source.ts";
export type { KeptModel } from "./runtime/browser-cache/kept-models.ts";
export type { ByteSource, ModelFiles } from "./runtime/byte-source.ts";
export { type Comparison, compare } from "./runtime/compare.ts";
export { filesFromDrop } from "./runtime/drop-source.ts";
export * from "./runtime/errors.ts";
export { type FileHandle, filesFromHandles } from "./runtime/handle-source.ts";
export { filesFromHub, type HubSourceOptions } from "./runtime/hub-source.ts";
export type { ModelSource } from "./runtime/model-source.ts";
export { models } from "./runtime/models.ts";
export { PATIENCE, type Patience } from "./runtime/patience.ts";
export type { PictureSource, RawPicture } from "./runtime/picture.ts";
export type { GraphPlan, PlannedKernel } from "./runtime/plan.ts";
export type { CachedHubOptions, CacheWatcher, ModelCache, PretrainedOptions } from "./runtime/pretrained-source.ts";
export type { KernelTime } from "./runtime/profiler.ts";
export { type NamedTensor, readTensors } from "./runtime/read-tensors.ts";
export type { Precision } from "./runtime/tensor.ts";
export type { TuneProgress } from "./runtime/tuner.ts";
export type { TuningStore } from "./runtime/tuning-store.ts";
export { filesFromUrl } from "./runtime/url-source.ts";
export type { ModelMethods, RemoteDPT } from "./worker/remote-dpt.ts";
export type { WorkerLoadOptions, WorkerPretrainedOptions } from "./worker/worker-options.ts";
