/// <reference types="@webgpu/types" preserve="true" />
export { type ModelMethods, RemoteDPT as DPT } from "./remote-dpt.ts";
export type { WorkerLoadOptions, WorkerPretrainedOptions } from "./worker-options.ts";
