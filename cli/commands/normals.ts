import type { Command } from "commander";
import { examples } from "./examples.ts";
import { addPictureOptions, type PictureOptions } from "./picture-options.ts";

export function normalsCommand(program: Command): void {
  const command = program
    .command("normals")
    .summary("estimate the surface normal at every pixel of pictures")
    .description(
      "Estimates the surface normal at every pixel of pictures, by a model that has them (TIPSv2). Writes " +
        "NAME.normals.png: x, y and z in red, green and blue, 0 for -1 and 255 for 1.",
    )
    .argument("[images...]", "JPEG, PNG, WebP, TIFF, AVIF, … (default: the embedded street photo)");
  addPictureOptions(command, { resize: "bilinear" })
    .addHelpText("after", examples("normals photo.jpg --model tipsv2-b14-dpt"))
    .action(async (images: string[], options: PictureOptions & { readonly model: string }) =>
      (await import("../run/normals.ts")).normals(images, options),
    );
}
