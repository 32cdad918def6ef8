/// <reference types="@webgpu/types" preserve="true" />
export { DPT } from "./dpt.ts";
export type { ResizeMode } from "./kernels/bands.ts";
export type { Convolution } from "./kernels/shared/choose-convolution.ts";
export type { QuantizedFormat, WeightFormat } from "./kernels/shared/weight-format.ts";
export type { DepthMapOnDevice, OnDeviceOptions, SegmentationOnDevice } from "./model/answers/answer-on-device.ts";
export type { ClassMeans, PixelScores, Scores } from "./model/answers/pixel-scores.ts";
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
} from "./model/answers/predictions.ts";
export type { DepthImageOptions, ImageOptions, LabelImageOptions } from "./model/answers/result-pixels.ts";
export type { TestTimeAugmentation } from "./model/answers/views.ts";
export type { Colour } from "./model/config/class-colours.ts";
export type { DecoderConfig, ModelConfig, Task } from "./model/config/config.ts";
export { parseConfig } from "./model/config/parse-config.ts";
export type { ModelMethods, ModelState } from "./model/model-methods.ts";
export type { ForwardOptions, LoadOptions, Plan, Progress, TuneModelOptions } from "./model/model-options.ts";
export { PALETTES, type PaletteName, paletteFor } from "./model/palettes/palette-for.ts";
export type { Antialias, Channels, Processor, Size } from "./model/pictures/processor.ts";
export type { NetworkWork, PictureWork, Work } from "./model/runs/work.ts";
export type { StreamSource } from "./model/stream/open-frames.ts";
export type { StreamedFrame, StreamOptions } from "./model/stream/stream-frames.ts";
export { STAGE_TOLERANCE, type StageReport, type VerifyOptions, verifyStages } from "./model/verify.ts";
export type { KeptModel } from "./runtime/browser-cache/kept-models.ts";
export { models } from "./runtime/browser-cache/models.ts";
export { type NamedTensor, readTensors } from "./runtime/checkpoints/read-tensors.ts";
export { type Comparison, compare } from "./runtime/compare.ts";
export type { MapKind } from "./runtime/device/device-map.ts";
export type { KernelTime } from "./runtime/device/profiler.ts";
export * from "./runtime/errors.ts";
export type { DType, Precision, Shape } from "./runtime/graph/tensor.ts";
export { filesFromHub, type HubSourceOptions } from "./runtime/hub/hub-source.ts";
export type { TuneProgress } from "./runtime/paths/tuner.ts";
export type { TuningStore } from "./runtime/paths/tuning-store.ts";
export type { Drawable } from "./runtime/pictures/draw-picture.ts";
export type { PictureSource, RawPicture } from "./runtime/pictures/picture.ts";
export type { CachedHubOptions, CacheWatcher, ModelCache, PretrainedOptions } from "./runtime/pretrained-source.ts";
export type { GraphPlan, PlannedKernel } from "./runtime/session/plan.ts";
export { filesFromBlobs } from "./runtime/sources/blob-source.ts";
export type { ByteSource, ModelFiles } from "./runtime/sources/byte-source.ts";
export { filesFromDrop } from "./runtime/sources/drop-source.ts";
export { type FileHandle, filesFromHandles } from "./runtime/sources/handle-source.ts";
export type { ModelSource } from "./runtime/sources/model-source.ts";
export { PATIENCE, type Patience } from "./runtime/sources/patience.ts";
export { filesFromUrl, type UrlOptions } from "./runtime/sources/url-source.ts";
export type { Fetcher } from "./runtime/sources/watched-request.ts";
export type { RemoteDPT } from "./worker/remote-dpt.ts";
export type { WorkerLoadOptions, WorkerPretrainedOptions } from "./worker/worker-options.ts";
