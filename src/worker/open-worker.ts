import { MachineError, UsageError } from "../runtime/errors.ts";

/**
 * A worker for a model, of the page's own making if it gives one.
 * @throws UsageError for what is no worker, or where there are none; MachineError if the browser refuses to start one
 */
export function openWorker(given: unknown): Worker {
  if (given !== undefined && given !== true) {
    if (isWorker(given)) return given;
    throw new UsageError(`worker: want true or a Worker, got ${typeof given}. Make one of dpt-webgpu/worker-script.`);
  }
  if (typeof Worker === "undefined") {
    throw new UsageError("worker: want the Worker of a browser, got none here. Leave the option out.");
  }
  try {
    // Written so that bundlers see the worker's script and make a file of it, which any policy allows that allows scripts.
    return new Worker(new URL("./worker-script.js", import.meta.url), { type: "module", name: "dpt-webgpu" });
  } catch (cause) {
    throw new MachineError(
      `worker: want its script from the page's own site, got "${(cause as Error).message}". ` +
        "Serve dpt-webgpu/worker-script from there, and give a Worker of it.",
      { cause },
    );
  }
}

/** One of the web's; those of Node's `worker_threads` have other events. */
function isWorker(given: unknown): given is Worker {
  return typeof given === "object" && given !== null && "postMessage" in given && "addEventListener" in given;
}
