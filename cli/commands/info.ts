import type { Command } from "commander";
import type { Size, WeightFormat } from "../../src/index.ts";
import { dtypeOption } from "./dtype-option.ts";
import { examples } from "./examples.ts";
import { parseSize } from "./parse-option.ts";

export interface InfoOptions {
  readonly size?: Size;
  readonly dtype?: WeightFormat;
  readonly json?: boolean;
}

export function infoCommand(program: Command): void {
  program
    .command("info")
    .summary("tell what a model is and costs, without running it")
    .description(
      "Tells a model's architecture, parameters, bytes by type, classes, and its FLOPs and GPU memory for a picture, from " +
        "config.json and the tables of the weights alone. No adapter is opened.",
    )
    .argument("<model>", "folder with config.json and weights, or a .pt of isl-org/DPT")
    .option("--size <WxH>", "size of the picture and of the network (default: the model's own)", parseSize)
    .addOption(dtypeOption())
    .option("--json", "print JSON")
    .addHelpText("after", examples("info weights/dpt-small-camvid", "info dpt-large-ade --size 640x480 --json"))
    .action(async (model: string, options: InfoOptions) => (await import("../run/info.ts")).info(model, options));
}
