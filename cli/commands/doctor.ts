import type { Command } from "commander";
import { examples } from "./examples.ts";
import { parseNumber } from "./parse-option.ts";

export interface DoctorCommandOptions {
  readonly seconds?: number;
  readonly software?: boolean;
  readonly json?: boolean;
}

export function doctorCommand(program: Command): void {
  program
    .command("doctor")
    .summary("test this machine's graphics driver, and switch off what is wrong")
    .description(
      "Runs every kind of kernel by every path on the adapter in under ten seconds, and compares the answers with stored " +
        "ones. Names what is wrong, and switches that off for the commands that follow. Its report is what a bug report " +
        "should hold. Fails if anything is wrong.",
    )
    .option(
      "--seconds <number>",
      "when to stop; what was not tried by then is told (default: 9)",
      parseNumber("--seconds", "a number above 0", (value) => value > 0),
    )
    .option("--software", "test the software adapter even where there is a GPU")
    .option("--json", "print JSON")
    .addHelpText("after", examples("doctor", "doctor --json > report.json"))
    .action(async (options: DoctorCommandOptions) => (await import("../run/doctor.ts")).runDoctor(options));
}
