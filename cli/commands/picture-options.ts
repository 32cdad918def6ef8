import { type Command, Option } from "commander";
import type { Antialias, ResizeMode, Size, WeightFormat } from "../../src/index.ts";
import { dtypeOption } from "./dtype-option.ts";
import { parseSizeOrNative } from "./parse-option.ts";
import { tuneOption } from "./tune-option.ts";

/** What every command that runs a model on pictures takes. */
export interface ModelOptions {
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
  readonly profile?: boolean;
  readonly explain?: boolean;
  readonly tune?: number;
}

/** @param model the embedded one, @param resize the default way back to the picture's size */
export function addPictureOptions(command: Command, defaults: { model: string; resize: ResizeMode }): Command {
  return addModelOptions(command, defaults)
    .option("--profile", "measure every kernel")
    .option("--explain", "tell what is run, in what way and why, and what memory it takes")
    .addOption(tuneOption());
}

/** @param model the embedded one, @param resize the default way back to the picture's size, in words */
export function addModelOptions(command: Command, { model, resize }: { model: string; resize: string }): Command {
  return command
    .option("--model <dir>", `folder with config.json, preprocessor_config.json and weights (default: ${model})`)
    .option("-o, --output <dir>", "folder for the results; made if missing", "out")
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
        "whose resizing of pictures, Pillow's or that of transformers 5 (default: pil)",
      ).choices(["pil", "torchvision"]),
    )
    .addOption(dtypeOption())
    .option("--software", "use the software adapter even where there is a GPU")
    .option("--json", "print JSON, and no progress");
}
