import type { Graph } from "../graph/graph.ts";
import type { Kernel, Path } from "../graph/kernel.ts";
import { byteLength } from "../graph/tensor.ts";
import type { Traits } from "../graph/traits.ts";

/** What is known of some adapters before anything is measured on them. */
export interface PathPreference {
  /** Whose description it is about. */
  readonly adapter: RegExp;
  /** How the names of paths begin that are the fastest there, the best first. */
  readonly families: readonly string[];
  /** For whoever asks; that it is known of the adapter if left out. */
  readonly why?: string;
}

/** A kernel of a graph with all ways to compute it on a device. */
export interface Choice {
  readonly kernel: Kernel;
  /** How many dispatches of the graph it is. */
  readonly count: number;
  /** At least one; the most promising first. */
  readonly paths: readonly Path[];
  /** Why the first is the first. */
  readonly expected: string;
}

/** The kernels of a graph that can be computed in several ways, by text: equal texts have equal paths. */
export async function choicesOf(
  graph: Graph,
  traits: Traits,
  preference?: PathPreference,
): Promise<ReadonlyMap<string, Choice>> {
  const choices = new Map<string, Choice>();
  for (const { kernel } of graph.dispatches) {
    const known = choices.get(kernel.code);
    if (known) {
      choices.set(kernel.code, { ...known, count: known.count + 1 });
    } else if (kernel.paths) {
      choices.set(kernel.code, { kernel, count: 1, ...inOrder(await kernel.paths(traits), preference) });
    }
  }
  return choices;
}

/** The same choices with the path first that needs the least memory between its kernels. */
export function leanest(choices: ReadonlyMap<string, Choice>): ReadonlyMap<string, Choice> {
  const between = ({ stages }: Path) =>
    stages.slice(0, -1).reduce((sum, { kernel }) => sum + byteLength(kernel.output), 0);
  return new Map(
    [...choices].map(([code, choice]) => {
      const paths = choice.paths.toSorted((a, b) => between(a) - between(b));
      return [code, { ...choice, paths, expected: "takes the least memory" }];
    }),
  );
}

function inOrder(paths: readonly Path[], preference: PathPreference | undefined): Pick<Choice, "paths" | "expected"> {
  const expected = paths.length === 1 ? "the only one here" : `expected to be the fastest of ${paths.length}`;
  if (!preference) return { paths, expected };
  const rank = ({ name }: Path) => {
    const at = preference.families.findIndex((family) => name.startsWith(family));
    return at < 0 ? preference.families.length : at;
  };
  const sorted = paths.toSorted((a, b) => rank(a) - rank(b));
  const isPreferred = paths.length > 1 && rank(sorted[0]!) < preference.families.length;
  return {
    paths: sorted,
    expected: isPreferred ? (preference.why ?? `known to be fast on ${preference.adapter.source}`) : expected,
  };
}
