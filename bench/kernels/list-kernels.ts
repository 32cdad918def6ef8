import type { ModelConfig } from "../../src/model/config/config.ts";
import type { Precision } from "../../src/runtime/graph/tensor.ts";
import type { KernelCase } from "./kernel-case.ts";
import { modelCases } from "./model-cases.ts";
import { recordedShapes } from "./recorded-shapes.ts";

/** A model at the size at which its kernels are measured. */
export interface BenchModel {
  readonly name: string;
  readonly config: ModelConfig;
  /** Side of the network's square input. */
  readonly size: number;
}

/** A model that has a kernel at the shape, and how often it runs there for one picture. */
export interface Use {
  readonly model: string;
  readonly times: number;
}

export interface ListedKernel {
  readonly test: KernelCase;
  readonly uses: readonly Use[];
}

export interface KernelList {
  readonly kernels: readonly ListedKernel[];
  /** Shapes of the models that count and have no case: `model: label`. */
  readonly missing: readonly string[];
}

/** Of a model's operations or of its least bytes: what takes less of both is not measured. */
const LEAST_SHARE = 0.01;

/** The kernels of some models, each distinct shape once. */
export async function listKernels(
  models: readonly BenchModel[],
  precision: Precision,
  least = LEAST_SHARE,
): Promise<KernelList> {
  const listed = new Map<string, { test: KernelCase; uses: Use[] }>();
  const missing: string[] = [];
  for (const { name, config, size } of models) {
    const cases = modelCases(config, size, precision);
    for (const { label, times, share } of await recordedShapes(config, size, precision)) {
      if (share < least) continue;
      // By label, since a model can have two uses for one shape.
      const own = new Map(cases.filter((test) => test.recordedAs === label).map((test) => [test.kernel.label, test]));
      if (own.size === 0) missing.push(`${name}: ${label}`);
      for (const [key, test] of own) {
        const known = listed.get(key) ?? { test, uses: [] };
        listed.set(key, known);
        known.uses.push({ model: name, times });
      }
    }
  }
  return { kernels: [...listed.values()], missing };
}
