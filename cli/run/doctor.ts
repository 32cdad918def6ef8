import { createRequire } from "node:module";
import { release } from "node:os";
import { doctor, doctorText } from "../../src/doctor.ts";
import { MachineError } from "../../src/runtime/errors.ts";
import { openGpu } from "../adapter/open-gpu.ts";
import type { DoctorCommandOptions } from "../commands/doctor.ts";
import { commitOf } from "../commit-of.ts";
import { TUNING } from "../files/tuning-folder.ts";
import { packageRoot } from "../package-root.ts";
import { printJson } from "../text/print-json.ts";

/** `dpt-webgpu doctor`. @throws MachineError if a way to compute is wrong, once the report is printed */
export async function runDoctor({ seconds, software = false, json = false }: DoctorCommandOptions): Promise<void> {
  const { adapter, notice } = await openGpu({ software });
  const commit = commitOf(packageRoot());
  const about = {
    ...(commit && { commit }),
    system: `${process.platform} ${release()} ${process.arch}`,
    node: process.version,
    webgpu: versionOf("webgpu"),
    ...(notice && { notice }),
  };
  const report = await doctor({ adapter, seconds, about, tuningStore: TUNING.tuningStore });
  if (json) printJson(report);
  else console.log(doctorText(report));
  const bad = report.results.filter(({ status }) => status === "wrong" || status === "does not run");
  if (bad.length === 0) return;
  const names = bad.slice(0, 3).map(({ case: name, path }) => `${name} by ${path}`);
  throw new MachineError(
    `doctor: want right answers, got wrong ones of ${names.join(", ")}${bad.length > 3 ? ", …" : ""}. ` +
      "Update the graphics driver, and report this with what is printed above.",
  );
}

/** Of a package that is installed; of `webgpu` it tells which Dawn that is. */
function versionOf(name: string): string {
  const { version } = createRequire(import.meta.url)(`${name}/package.json`) as { version: string };
  return version;
}
