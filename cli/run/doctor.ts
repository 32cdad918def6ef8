import { readFileSync } from "node:fs";
import { join } from "node:path";
import { doctor, doctorText } from "../../src/doctor.ts";
import { MachineError } from "../../src/runtime/errors.ts";
import { openGpu } from "../adapter/open-gpu.ts";
import type { DoctorCommandOptions } from "../commands/doctor.ts";
import { TUNING } from "../files/tuning-folder.ts";
import { packageRoot } from "../package-root.ts";
import { printJson } from "../text/print-json.ts";

/** `dpt-webgpu doctor`. @throws MachineError if a way to compute is wrong, once the report is printed */
export async function runDoctor({ seconds, software = false, json = false }: DoctorCommandOptions): Promise<void> {
  const { adapter, notice } = await openGpu({ software });
  const { version } = JSON.parse(readFileSync(join(packageRoot(), "package.json"), "utf8")) as { version: string };
  const report = await doctor({ adapter, seconds, tuningStore: TUNING.tuningStore });
  const system = `${process.platform} ${process.arch}`;
  if (json) printJson({ version, system, notice, ...report });
  else console.log(`version     ${version}\nsystem      ${system}\n${doctorText(report)}`);
  const bad = report.results.filter(({ status }) => status === "wrong" || status === "does not run");
  if (bad.length === 0) return;
  const names = bad.slice(0, 3).map(({ case: name, path }) => `${name} by ${path}`);
  throw new MachineError(
    `doctor: want right answers, got wrong ones of ${names.join(", ")}${bad.length > 3 ? ", …" : ""}. ` +
      "Update the graphics driver, and report this with what is printed above.",
  );
}
