import { InternalError } from "./errors.ts";
import type { Kernel } from "./kernel.ts";

/** Compiled kernels of one device, by text: equal text is compiled once. */
export class Pipelines {
  readonly #device: GPUDevice;
  readonly #byCode = new Map<string, Promise<GPUComputePipeline>>();

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /**
   * The pipeline of a kernel; compiled without blocking, so that a caller can start all of them at once.
   * @throws InternalError with the compiler's words and the lines they are about.
   */
  get(kernel: Kernel): Promise<GPUComputePipeline> {
    const known = this.#byCode.get(kernel.code);
    if (known) return known;
    const pipeline = this.#compile(kernel);
    this.#byCode.set(kernel.code, pipeline);
    pipeline.catch(() => this.#byCode.delete(kernel.code));
    return pipeline;
  }

  async #compile({ label, code }: Kernel): Promise<GPUComputePipeline> {
    // Errors of the module are told by the pipeline below; the scope keeps them from being uncaptured as well.
    this.#device.pushErrorScope("validation");
    const module = this.#device.createShaderModule({ label, code });
    const invalid = this.#device.popErrorScope();
    try {
      return await this.#device.createComputePipelineAsync({
        label,
        layout: "auto",
        compute: { module, entryPoint: "main" },
      });
    } catch (cause) {
      await invalid;
      const { messages } = await module.getCompilationInfo();
      const lines = code.split("\n");
      const said = messages.map((m) => `line ${m.lineNum}: ${m.message}\n    ${lines[m.lineNum - 1]?.trim() ?? ""}`);
      const details = said.length > 0 ? said.join("\n") : String(cause);
      throw new InternalError(`${label}: want WGSL that compiles, got:\n${details}\nReport this with your adapter.`, {
        cause,
      });
    }
  }
}
