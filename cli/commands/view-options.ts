import type { Command } from "commander";
import type { Size } from "../../src/index.ts";
import { parseNumber, parseNumbers, parseTile } from "./parse-option.ts";

/** How the network looks at a picture, as the command line has it. */
export interface ViewCommandOptions {
  readonly tile?: number | Size;
  readonly overlap?: number;
  readonly tta?: boolean;
  readonly ttaScales?: readonly number[];
}

export function addViewOptions(command: Command): Command {
  return command
    .option(
      "--tile <pixels|WxH>",
      "cut pictures into windows of this side or size, with blended seams: large photos within fixed GPU memory " +
        "(default: the whole picture at once)",
      parseTile,
    )
    .option(
      "--overlap <share>",
      "of a window that its neighbours see too (default: 0.25)",
      parseNumber("--overlap", "a number from 0 to 0.8", (share) => share >= 0 && share <= 0.8),
    )
    .option("--tta", "average over the picture and its mirror image, at some scales")
    .option("--tta-scales <list>", "for --tta (default: 0.75,1,1.25)", parseNumbers("--tta-scales", "0.75,1,1.25"));
}
