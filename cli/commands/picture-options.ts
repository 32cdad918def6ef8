import { type Command, Option } from "commander";
import type { Antialias, ResizeMode, Size, WeightFormat } from "../../src/index.ts";
import { dtypeOption } from "./dtype-option.ts";
import { addHubOptions, type HubCommandOptions, MODEL } from "./hub-options.ts";
import { parseNumber, parseOutput, parseSizeOrNative, parseText } from "./parse-option.ts";
import { tuneOption } from "./tune-option.ts";
import { addViewOptions, type ViewCommandOptions } from "./view-options.ts";

/** What every command that runs a model on pictures takes. */
export interface ModelOptions extends HubCommandOptions, ViewCommandOptions {
  readonly model?: string;
  readonly output: string;
  readonly size?: Size | "native";
  readonly resize?: ResizeMode;
  readonly antialias?: Antialias;
  readonly dtype?: WeightFormat;
  readonly software?: boolean;
  readonly json?: boolean;
}

/** What every command that answers for a picture takes. */
export interface PictureOptions extends ModelOptions {
  readonly list?: string;
  readonly batch: number;
  readonly profile?: boolean;
  readonly explain?: boolean;
  readonly tune?: number;
}

interface Defaults {
  /** The embedded model, if there is one. */
  readonly model?: string;
  /** The way back to the picture's size, in words. */
  readonly resize: string;
}

export function addPictureOptions(command: Command, defaults: Defaults): Command {
  return addModelOptions(command, defaults)
    .option(
      "--list <file>",
      "a text file with more pictures, a path a line; - for those that come in by a pipe",
      parseText("--list"),
    )
    .option(
      "--batch <n>",
      "most pictures that run together, if the network works at one size for them",
      parseNumber("--batch", "a whole number from 1 up", (n) => Number.isSafeInteger(n) && n >= 1),
      1,
    )
    .option("--profile", "measure every kernel")
    .option("--explain", "tell what is run, in what way and why, and what memory it takes")
    .addOption(tuneOption());
}

const parseModel = parseText("--model", "a path or a name");

export function addModelOptions(command: Command, { model, resize }: Defaults): Command {
  if (model === undefined) command.requiredOption("--model <model>", MODEL, parseModel);
  else command.option("--model <model>", `${MODEL} (default: ${model})`, parseModel);
  addHubOptions(command)
    .option("-o, --output <dir>", "folder for the results; made if missing", parseOutput, "out")
    .option("--size <WxH|native>", "size the network works at (default: the model's own)", parseSizeOrNative)
    .addOption(
      new Option("--resize <mode>", `from the network's answer to the picture's size (default: ${resize})`).choices([
        "bilinear",
        "bicubic",
      ]),
    )
    .addOption(
      new Option(
        "--antialias <way>",
        "whose resizing of pictures, Pillow's or that of transformers 5 (default: pil where the model's class has it)",
      ).choices(["pil", "torchvision"]),
    )
    .addOption(dtypeOption());
  return addViewOptions(command)
    .option("--software", "use the software adapter even where there is a GPU")
    .option("--json", "print JSON, and no progress");
}
