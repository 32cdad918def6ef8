export {
  type ModelMethods,
  RemoteDPT as DPT,
  type WorkerLoadOptions,
  type WorkerPretrainedOptions,
} from "./remote-dpt.ts";
