/** Written so that bundlers see the worker's script and make a file of it, which any policy allows that allows scripts. */
export function openWorker(): Worker {
  return new Worker(new URL("./worker-script.js", import.meta.url), { type: "module", name: "dpt-webgpu" });
}
