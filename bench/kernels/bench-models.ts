import { parseConfig } from "../../src/model/config/parse-config.ts";
import { parseProcessor } from "../../src/model/pictures/processor.ts";
import { UsageError } from "../../src/runtime/errors.ts";
import embedded from "../../weights/dpt-small-camvid/config.json";
import { isSeededName, SEEDED_MODELS } from "../seeded/seeded-models.ts";
import type { BenchModel } from "./list-kernels.ts";

const EMBEDDED = "dpt-small-camvid";
/** Half the side that its preprocessor_config.json names: a software adapter takes a minute for its kernels. */
const EMBEDDED_SIZE = 196;

/** Models whose kernels can be measured without a file, by name, the quickest first. */
export const BENCH_MODELS: readonly string[] = [EMBEDDED, ...Object.keys(SEEDED_MODELS)];

/**
 * A known model, at the size it was published for unless another is asked for.
 * @throws UsageError for an unknown name
 */
export function benchModel(name: string, size?: number): BenchModel {
  if (name === EMBEDDED) return { name, config: parseConfig(embedded), size: size ?? EMBEDDED_SIZE };
  if (isSeededName(name)) {
    const { config, processor } = SEEDED_MODELS[name];
    return { name, config: parseConfig(config), size: size ?? parseProcessor(processor).size.width };
  }
  throw new UsageError(`model: want one of ${BENCH_MODELS.join(", ")} or all, got "${name}". Correct the name.`);
}
