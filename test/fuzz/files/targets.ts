import type { HostileTarget } from "./hostile-target.ts";
import { configTarget, processorTarget } from "./targets/configurations.ts";
import { paperTarget, pickleTarget, torchZipTarget } from "./targets/pickles.ts";
import { pictureTarget, pixelsTarget } from "./targets/pictures.ts";
import { indexTarget, safetensorsTarget } from "./targets/tables.ts";

/** All that reads a file which somebody else has made. */
export const TARGETS: readonly HostileTarget[] = [
  safetensorsTarget,
  indexTarget,
  configTarget,
  processorTarget,
  pickleTarget,
  torchZipTarget,
  paperTarget,
  pictureTarget,
  pixelsTarget,
];
