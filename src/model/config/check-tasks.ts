import { UsageError } from "../../runtime/errors.ts";
import { quote } from "../../runtime/quote.ts";
import { decoderOf, type ModelConfig, type Task } from "./config.ts";

/** What errors call a model for a task, and its method. */
const MODELS: Readonly<Record<Task, readonly [model: string, call: string]>> = {
  segmentation: ["a segmentation model", "segment"],
  depth: ["a depth model", "depth"],
  normals: ["a model of surface normals", "normals"],
};

/**
 * @param call what the caller called
 * @throws UsageError naming the first task that the model does not have, and what it has instead; also for no task, and
 *   for one that is no task or comes twice
 */
export function checkTasks(call: string, config: ModelConfig, tasks: readonly Task[]): void {
  const isList: boolean = Array.isArray(tasks);
  if (
    !isList ||
    tasks.length === 0 ||
    new Set(tasks).size < tasks.length ||
    !tasks.every((task) => Object.hasOwn(MODELS, task))
  ) {
    const want = `want tasks among ${Object.keys(MODELS).join(", ")}, each once`;
    throw new UsageError(`${call}: ${want}, got ${quote(tasks)}. Leave them out for all that the model has.`);
  }
  const missing = tasks.find((task) => !decoderOf(config, task));
  if (missing === undefined) return;
  const others = config.decoders.map(({ task }) => MODELS[task][1]).join(" or ");
  throw new UsageError(
    `${call}: want ${MODELS[missing][0]}, got ${config.architecture}. Use ${others} with this model.`,
  );
}
