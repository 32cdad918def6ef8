import type { Graph } from "../graph/graph.ts";
import type { Kernel } from "../graph/kernel.ts";
import { bestPath } from "../paths/best-path.ts";
import { type Choice, choicesOf, leanest } from "../paths/path-choices.ts";
import type { PathTimes } from "../paths/path-times.ts";
import { familyOf } from "../paths/switched-off.ts";
import { takePaths } from "../paths/take-paths.ts";
import type { OpenedDevice } from "./opened-device.ts";

/** Puts the best known path in place of every dispatch, or the one that is asked for; none that is known to be wrong. */
export class PathTaker {
  readonly #asked: readonly string[] | undefined;
  readonly #onNotice: ((notice: string) => void) | undefined;
  /** Kinds of paths that were told to be taken although they are wrong. */
  readonly #told = new Set<string>();

  /** @param asked how the names of paths begin that are taken whatever is known of them */
  constructor(asked: readonly string[] | undefined, onNotice: ((notice: string) => void) | undefined) {
    this.#asked = asked;
    this.#onNotice = onNotice;
  }

  /**
   * @param lean whether the paths are taken instead that need the least memory between their kernels
   * @returns how many paths have not been measured; 0 where none is taken by measurement
   */
  async take(graph: Graph, opened: OpenedDevice, lean: boolean): Promise<number> {
    const { records } = opened;
    const choices = await this.choicesOf(graph, opened);
    if (!lean && !this.#asked) {
      takePaths(graph, choices, (kernel) => records.of(kernel));
      return [...choices.values()].reduce((sum, choice) => sum + records.missing(choice), 0);
    }
    const ways = lean ? leanest(choices) : choices;
    const wrong = (kernel: Kernel) => this.#withoutThoseAsked(records.of(kernel));
    takePaths(graph, ways, wrong);
    for (const choice of ways.values()) {
      const { name } = bestPath(choice, wrong(choice.kernel)).path;
      this.#tellIfWrong(name, records.of(choice.kernel));
    }
    return 0;
  }

  /** The kernels of a graph with their paths, and in the records what is known of these. */
  async choicesOf(graph: Graph, { traits, preference, records }: OpenedDevice): Promise<ReadonlyMap<string, Choice>> {
    const choices = await choicesOf(graph, traits, preference);
    await records.load(choices.values());
    return choices;
  }

  /** What is wrong with paths that nobody asks for, and no times. */
  #withoutThoseAsked({ refused }: PathTimes): PathTimes {
    const isAsked = (name: string) => this.#asked?.some((beginning) => name.startsWith(beginning)) ?? false;
    return { seconds: {}, refused: Object.fromEntries(Object.entries(refused).filter(([name]) => !isAsked(name))) };
  }

  #tellIfWrong(name: string, { refused }: PathTimes): void {
    const kind = familyOf({ name });
    if (!Object.hasOwn(refused, name) || this.#told.has(kind)) return;
    this.#told.add(kind);
    this.#onNotice?.(
      `paths: '${name}' is taken as it is asked for, though it ${refused[name]}. Ask for another, or update the graphics ` +
        "driver and run the self-test again.",
    );
  }
}
