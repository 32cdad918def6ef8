import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { convertCommand } from "./commands/convert.ts";
import { depthCommand } from "./commands/depth.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { evalCommand } from "./commands/eval.ts";
import { forwardCommand } from "./commands/forward.ts";
import { infoCommand } from "./commands/info.ts";
import { normalsCommand } from "./commands/normals.ts";
import { quantizeCommand } from "./commands/quantize.ts";
import { segmentCommand } from "./commands/segment.ts";
import { verifyCommand } from "./commands/verify.ts";
import { packageRoot } from "./package-root.ts";

/** The command line. Commands import what they run when they run, so that help is quick. */
export function program(): Command {
  const { version } = JSON.parse(readFileSync(join(packageRoot(), "package.json"), "utf8")) as { version: string };
  const program = new Command("dpt-webgpu")
    .description("Dense Prediction Transformers on WebGPU: class, depth or surface normal of every pixel of a picture.")
    .version(version)
    .showHelpAfterError("Run it with --help to see what it takes.")
    .exitOverride();
  const commands = [
    segmentCommand,
    depthCommand,
    normalsCommand,
    evalCommand,
    forwardCommand,
    verifyCommand,
    infoCommand,
    convertCommand,
    quantizeCommand,
    doctorCommand,
  ];
  for (const add of commands) add(program);
  program.addHelpText(
    "after",
    "\nExit code: 0 on success, 1 on failure, 2 on bad usage. DEBUG=1 adds stacks to errors.",
  );
  return program;
}
