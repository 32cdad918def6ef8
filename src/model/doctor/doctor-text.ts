import type { DoctorReport, PathResult } from "./doctor-report.ts";

/** Limits that decide what fits and how it is computed. */
const SHOWN = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
  "maxComputeWorkgroupsPerDimension",
];

/** A report as lines of text for people; what is right is counted, what is not has a line. */
export function doctorText(report: DoctorReport): string {
  const { adapter, software, agent, features, limits, subgroupSizes, clock, results, switchedOff, isKept } = report;
  const count = (status: PathResult["status"]) => results.filter((result) => result.status === status).length;
  const bad = results.filter(({ status }) => status === "wrong" || status === "does not run");
  const notTried = count("not tried");
  return [
    `adapter     ${adapter}${software ? " (software)" : ""}`,
    ...(agent ? [`agent       ${agent}`] : []),
    `features    ${features.join(", ") || "none"}`,
    ...(subgroupSizes ? [`subgroups   ${subgroupSizes.join(" to ")} invocations`] : []),
    `timestamps  ${{ none: "none", "stands still": "rounded to nothing", runs: "yes" }[clock]}`,
    ...SHOWN.filter((name) => name in limits).map((name) => `limit       ${name} ${limits[name]}`),
    "",
    `${count("right")} of ${results.length} ways to compute are right, in ${report.seconds.toFixed(1)} s`,
    ...(notTried > 0 ? [`${notTried} were not tried, for want of time`] : []),
    ...bad.map(line),
    ...(switchedOff.length > 0
      ? [
          `switched off ${isKept ? "on this adapter from now on" : "nowhere, since nothing is kept here"}: ${switchedOff.join(", ")}`,
        ]
      : []),
    bad.length === 0
      ? notTried > 0
        ? "what was tried is right"
        : "all well"
      : "please report this, with all of the above",
  ].join("\n");
}

function line({ case: name, precision, path, status, error, message }: PathResult): string {
  const why =
    status === "wrong" ? `errs by ${error!.toExponential(1)} of the largest value` : `does not run: ${message}`;
  return `WRONG       ${name} in ${precision}, ${path}: ${why}`;
}
