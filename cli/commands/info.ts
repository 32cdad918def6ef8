import type { Command } from "commander";
import type { Size, WeightFormat } from "../../src/index.ts";
import { dtypeOption } from "./dtype-option.ts";
import { examples } from "./examples.ts";
import { addHubOptions, type HubCommandOptions, MODEL } from "./hub-options.ts";
import { parseSize } from "./parse-option.ts";

export interface InfoOptions extends HubCommandOptions {
  readonly size?: Size;
  readonly dtype?: WeightFormat;
  readonly json?: boolean;
}

export function infoCommand(program: Command): void {
  const command = program
    .command("info")
    .summary("tell what a model is and costs, without running it")
    .description(
      "Tells a model's architecture, parameters, bytes by type, classes, and its FLOPs and GPU memory for a picture, from " +
        "config.json and the tables of the weights alone. No adapter is opened. FLOPs are those that are run, a multiplication " +
        "and an addition being two: fewer than counters of PyTorch tell, which know neither Winograd's algorithm nor that " +
        "readouts are split and 1x1 projections come before upsampling.",
    )
    .argument("<model>", MODEL)
    .option("--size <WxH>", "size of the picture and of the network (default: the model's own)", parseSize)
    .addOption(dtypeOption());
  addHubOptions(command)
    .option("--json", "print JSON")
    .addHelpText("after", examples("info weights/dpt-small-camvid", "info Intel/dpt-large-ade --size 640x480 --json"))
    .action(async (model: string, options: InfoOptions) => (await import("../run/info.ts")).info(model, options));
}
