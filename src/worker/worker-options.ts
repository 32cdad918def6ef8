import type { LoadOptions } from "../model/model-options.ts";
import type { PretrainedOptions } from "../runtime/pretrained-source.ts";

/** What of the options can go to a worker. */
export type WorkerLoadOptions = Omit<LoadOptions, "device" | "adapter" | "tuningStore"> & {
  readonly device?: "webgpu" | undefined;
  readonly adapter?: undefined;
  readonly tuningStore?: undefined;
  /** A worker of your own that runs `dpt-webgpu/worker-script`, where the bundler or the page's policy wants that. */
  readonly worker?: Worker | true | undefined;
};

/** As {@link WorkerLoadOptions}, with those of the hub; a cache and a `fetch` of your own cannot go to a worker. */
export type WorkerPretrainedOptions = WorkerLoadOptions &
  Omit<PretrainedOptions, "fetch" | "cache"> & {
    readonly fetch?: undefined;
    readonly cache?: false | undefined;
  };

/** For a model in a worker: one that is made for it, or one of your own. */
export type InWorker<Options> = Options & { readonly worker: Worker | true };

/** For a model on the page. */
export type OnPage<Options> = Options & { readonly worker?: false | undefined };

/** For a page that finds out only when it runs. */
export type PerhapsInWorker<Options> = Omit<Options, "worker"> & { readonly worker: Worker | boolean | undefined };
