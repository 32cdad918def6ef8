import { type DoctorReport, isBad, type PathResult } from "./doctor-report.ts";

/** Limits that decide what fits and how it is computed. The data of a report has all. */
const SHOWN = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
  "maxComputeWorkgroupsPerDimension",
];

/** A report as lines of text for people, for a bug report: the place, each path, and what came of it at the end. */
export function doctorText(report: DoctorReport): string {
  const { adapterInfo, features, limits, subgroupSizes, languageFeatures, clock, results } = report;
  const info = Object.entries(adapterInfo).map(([name, value]) => `${name} ${value}`);
  return [
    `version     dpt-webgpu ${report.version}`,
    `date        ${report.date}`,
    ...Object.entries(report.about).map(([name, value]) => `${name.padEnd(11)} ${value}`),
    ...(report.agent ? [`agent       ${report.agent}`] : []),
    `adapter     ${report.adapter}${report.software ? " (software)" : ""}`,
    ...(info.length > 0 ? [`told of it  ${info.join(", ")}`] : []),
    `features    ${features.join(", ") || "none"}`,
    ...(languageFeatures.length > 0 ? [`language    ${languageFeatures.join(", ")}`] : []),
    ...(subgroupSizes ? [`subgroups   ${subgroupSizes.join(" to ")} invocations`] : []),
    `timestamps  ${{ none: "none", "stands still": "rounded to nothing", runs: "yes" }[clock]}`,
    ...SHOWN.filter((name) => name in limits).map((name) => `limit       ${name} ${limits[name]}`),
    "",
    ...results.map(line),
    "",
    ...summary(report),
  ].join("\n");
}

function line({ case: name, precision, path, status, error, bound, seconds, message }: PathResult): string {
  const mark = {
    right: "right",
    wrong: "WRONG",
    "does not run": "WRONG",
    "not done": "NOT DONE",
    "not tried": "not tried",
  };
  const compared = error === undefined ? "" : `errs by ${error.toExponential(1)} (at most ${bound.toExponential(0)})`;
  const why = { right: "", wrong: "", "does not run": "does not run", "not done": "no answer yet", "not tried": "" };
  const told = [compared, why[status], message, seconds !== undefined && `${seconds.toFixed(2)} s`].filter(Boolean);
  return `${mark[status].padEnd(11)} ${[`${name} in ${precision}, ${path}`, told.join("; ")].filter(Boolean).join(": ")}`;
}

/** What came of it. */
function summary({ results, seconds, lost, switchedOff, isKept }: DoctorReport): string[] {
  const count = (status: PathResult["status"]) => results.filter((result) => result.status === status).length;
  const isClean = !results.some(isBad);
  const isWhole = count("right") === results.length;
  const kept = isKept ? "on this adapter from now on" : "nowhere, since nothing is kept here";
  return [
    `${count("right")} of ${results.length} ways to compute are right, in ${seconds.toFixed(1)} s`,
    ...(lost === undefined ? [] : [`the device was lost: ${lost}`]),
    ...(count("not done") > 0 ? [`${count("not done")} had no answer when time was up`] : []),
    ...(count("not tried") > 0
      ? [
          `${count("not tried")} were not tried, ${lost === undefined ? "for want of time" : "since the device was lost"}`,
        ]
      : []),
    ...(switchedOff.length > 0 ? [`switched off ${kept}: ${switchedOff.join(", ")}`] : []),
    isClean && lost === undefined
      ? isWhole
        ? "all well"
        : "what was tried is right"
      : "please report this, with all of the above",
  ];
}
