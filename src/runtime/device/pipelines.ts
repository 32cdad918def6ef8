import { InternalError } from "../errors.ts";
import type { Kernel } from "../graph/kernel.ts";
import { forgetPipeline, makePipeline } from "./gpu-objects.ts";

interface Compiled {
  readonly pipeline: Promise<GPUComputePipeline>;
  users: number;
}

/** Kernels without a user that are kept all the same: a model's worth or two, for the next picture or the next model. */
const IDLE = 128;

const ofDevice = new WeakMap<GPUDevice, Pipelines>();

/** Compiled kernels of one device, by text: equal text is compiled once. */
export class Pipelines {
  readonly #device: GPUDevice;
  readonly #byCode = new Map<string, Compiled>();
  /** Texts without a user, the one idle for longest first. */
  readonly #idle = new Set<string>();

  private constructor(device: GPUDevice) {
    this.#device = device;
  }

  /** Those of a device, shared by all models on it. */
  static of(device: GPUDevice): Pipelines {
    const pipelines = ofDevice.get(device) ?? new Pipelines(device);
    ofDevice.set(device, pipelines);
    return pipelines;
  }

  /**
   * The pipeline of a kernel, to be given back by {@link release}; compiled without blocking, so that a caller can start
   * all of them at once.
   * @throws InternalError with the compiler's words and the lines they are about
   */
  acquire(kernel: Kernel): Promise<GPUComputePipeline> {
    const compiled = this.#byCode.get(kernel.code) ?? { pipeline: this.#compile(kernel), users: 0 };
    this.#byCode.set(kernel.code, compiled);
    this.#idle.delete(kernel.code);
    compiled.users++;
    return compiled.pipeline;
  }

  release({ code }: Kernel): void {
    const compiled = this.#byCode.get(code);
    if (!compiled || --compiled.users > 0) return;
    this.#idle.add(code);
    // A kernel that did not compile may the next time.
    compiled.pipeline.catch(() => this.#forget(code));
    for (const oldest of this.#idle) {
      if (this.#idle.size <= IDLE) break;
      this.#forget(oldest);
    }
  }

  #forget(code: string): void {
    if (!this.#idle.delete(code)) return;
    const { pipeline } = this.#byCode.get(code)!;
    this.#byCode.delete(code);
    pipeline.then(
      () => forgetPipeline(this.#device),
      () => {},
    );
  }

  async #compile({ label, code }: Kernel): Promise<GPUComputePipeline> {
    // Errors of the module are told by the pipeline below; the scope keeps them from being uncaptured as well.
    this.#device.pushErrorScope("validation");
    const module = this.#device.createShaderModule({ label, code });
    const invalid = this.#device.popErrorScope();
    try {
      const compute = { module, entryPoint: "main" };
      return await makePipeline(this.#device, { label, layout: "auto", compute });
    } catch (cause) {
      await invalid;
      const { messages: all } = await module.getCompilationInfo();
      const errors = all.filter(({ type }) => type === "error");
      const messages = errors.length > 0 ? errors : all;
      const lines = code.split("\n");
      const said = messages.map((m) => `line ${m.lineNum}: ${m.message}\n    ${lines[m.lineNum - 1]?.trim() ?? ""}`);
      const details = said.length > 0 ? said.join("\n") : String(cause);
      throw new InternalError(`${label}: want WGSL that compiles, got:\n${details}\nReport this with your adapter.`, {
        cause,
      });
    }
  }
}
