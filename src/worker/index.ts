/// <reference types="@webgpu/types" preserve="true" />
export type { ModelMethods, ModelState } from "../model/model-methods.ts";
export { RemoteDPT as DPT } from "./remote-dpt.ts";
export type { WorkerLoadOptions, WorkerPretrainedOptions } from "./worker-options.ts";
