import type { PeersReport } from "./bench-peers.ts";
import { LEFT_OUT } from "./matches.ts";
import { type MatchResult, median, type Times } from "./play.ts";

/** The report as a table in Markdown. */
export function peersTable(report: PeersReport): string {
  const { date, commit, model, seeded, size, precision, runs, results } = report;
  const adapters = [...new Set(results.map(({ place }) => `${place}: ${report.adapters[place]}`))].join("; ");
  const leftOut = LEFT_OUT.filter(({ name }) => !results.some((result) => result.name === name));
  return [
    `\`${model}\`${seeded ? ", seeded," : ""} at ${size}×${size}, ${precision}; ${runs} rounds, ours and the peer in turn; ${adapters}; ${date}, commit ${commit}.`,
    "Times are the network alone: median (least, spread of all runs as a share of the median).",
    "The first answer is loading, compiling and one run, measured once, the files in the disk cache.",
    "",
    "| against | in | difference | theirs | ours | ours is faster by | in processor time | first answer, theirs | ours | ours is faster by |",
    "|---|---|---|---|---|---|---|---|---|---|",
    ...results.map((result) => `| ${cells(result).join(" | ")} |`),
    "",
    `Left out: ${leftOut.map(({ title, why }) => `${title} (${why})`).join("; ")}.`,
  ].join("\n");
}

const PLACES = { node: "Node", page: "Chromium" } as const;

function cells({ title, place, task, difference, problem, ours, peer, ratio, cpuRatio }: MatchResult): string[] {
  const about = [title, PLACES[place], difference === undefined ? "–" : difference.toExponential(0)];
  if (!ours || !peer || ratio === undefined)
    return [...about, `not timed: ${firstLine(problem)}`, "", "", "", "", "", ""];
  const repeats = task.kind === "network" ? 1 : task.repeats;
  const warm = [timing(peer, repeats), timing(ours, repeats), `**${times(ratio)}**`, cpuRatio ? times(cpuRatio) : ""];
  if (task.kind !== "network") return [...about, ...warm, "", "", ""];
  return [...about, ...warm, duration(peer.cold), duration(ours.cold), times(peer.cold / ours.cold)];
}

function timing({ seconds }: Times, repeats: number): string {
  const middle = median(seconds);
  const [least, most] = [Math.min(...seconds), Math.max(...seconds)];
  const spread = Math.round((100 * (most - least)) / middle);
  return `${duration(middle / repeats)} (${duration(least / repeats)}, ${spread} %)`;
}

function duration(seconds: number): string {
  return seconds < 1 ? `${(seconds * 1e3).toPrecision(3)} ms` : `${seconds.toPrecision(3)} s`;
}

function times(ratio: number): string {
  return `${ratio < 10 ? ratio.toPrecision(2) : Math.round(ratio)}×`;
}

/** A table's cell holds one line, and no bar. */
function firstLine(problem = ""): string {
  return problem.split("\n", 1)[0]!.replaceAll("|", "/");
}
