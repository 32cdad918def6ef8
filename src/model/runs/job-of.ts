import { checkTasks } from "../config/check-tasks.ts";
import { windowSize } from "../windows/window-layout.ts";
import { checkBatch } from "./check-batch.ts";
import { forwardGraph } from "./forward.ts";
import { batchJob, type Job, processorOf, type Recordable } from "./job.ts";
import { scoresAtPicture } from "./scores-at-picture.ts";
import type { NetworkWork, Work } from "./work.ts";

/**
 * Finds out sizes and checks them; nothing is recorded yet.
 * @throws FileError for a picture without a processor, UsageError for a size that is too small for the network, for a
 *   batch that is none, and as {@link checkTasks}
 */
export function jobOf(model: Recordable, work: Work): Job {
  if ("pixelValues" in work) return networkJob(model, work);
  const { tasks, size, resize, scores = false, batch = 1, tile } = work;
  if (tasks) checkTasks("model", model.config, tasks);
  checkBatch(batch);
  const picture = work.picture ?? processorOf(model).size;
  const window = tile === undefined ? picture : windowSize(picture, tile);
  const isWhole = picture.width === window.width && picture.height === window.height;
  return batchJob(model, {
    groups: [{ picture: window, count: batch }],
    tasks,
    size,
    resize,
    logits: isWhole ? "labels" : "logits",
    scores: scores ? scoresAtPicture : undefined,
  });
}

function networkJob({ config, weights, precision }: Recordable, { pixelValues, stages = false }: NetworkWork): Job {
  const [, , height = 0, width = 0] = pixelValues;
  return {
    key: `forward ${pixelValues} ${stages}`,
    network: { width, height },
    pixels: [{ shape: pixelValues, dtype: precision }],
    record: (inF32) => forwardGraph(config, weights, precision, pixelValues, { stages, inF32 }),
  };
}
