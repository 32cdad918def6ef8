import type { PredictionOptions } from "../../src/index.ts";
import { UsageError } from "../../src/runtime/errors.ts";
import type { ModelOptions } from "../commands/picture-options.ts";

/**
 * What the library is asked of pictures, as the command line has it.
 * @throws UsageError for what means nothing without another option
 */
export function askedOf({
  size,
  resize,
  tile,
  overlap,
  tta,
  ttaScales: scales,
}: Pick<ModelOptions, "size" | "resize" | "tile" | "overlap" | "tta" | "ttaScales">): PredictionOptions {
  if (scales && !tta) throw new UsageError("--tta-scales: want --tta, got scales without it. Add --tta.");
  if (overlap !== undefined && tile === undefined) {
    throw new UsageError("--overlap: want --tile, got an overlap without it. Add --tile.");
  }
  return { size, resize, tile, overlap, tta: scales ? { scales } : tta };
}
