import type { GraphRunner } from "../runs/graph-runner.ts";
import type { Recordable } from "../runs/job.ts";

/** What every answer of a model is made with. */
export interface AnswerContext {
  readonly runner: GraphRunner;
  readonly model: Recordable;
  /** Called after each of the passes that one picture takes, where it takes several. */
  readonly onPass: (done: number, total: number) => void;
}
