import { Choices } from "./choices.ts";
import { OPERATORS } from "./operators.ts";
import { type Backend, type Outcome, runTrial, type Trial } from "./trial.ts";

/** What came of an operator's trials; errors as parts of what is allowed. */
export interface Tally {
  readonly operator: string;
  trials: number;
  /** Largest error against the derived bound. */
  ofBound: number;
  /** The same against WebNN's tolerance, where it has one. */
  ofWebnn: number | undefined;
}

export interface TrialRuns {
  readonly tallies: readonly Tally[];
  /** A line for each trial that was wrong, with the seed that makes it again. */
  readonly failures: readonly string[];
}

/** Trials that are on the way at once: while one is compiled, the loop of another runs. */
const AT_ONCE = 4;

/** `count` trials from seed `first` on, whose number decides the operator. */
export async function runTrials(backend: Backend, first: number, count: number): Promise<TrialRuns> {
  const tallies = new Map<string, Tally>();
  const failures: string[] = [];
  let next = first;
  const work = async () => {
    while (next < first + count) {
      const seed = next++;
      const trial = await OPERATORS[seed % OPERATORS.length]!(new Choices(seed), backend);
      const outcome = await runTrial(trial, backend).catch((error: unknown) => String(error));
      if (typeof outcome === "string") {
        failures.push(`seed ${seed}: ${describe(trial)}: ${outcome}`);
        continue;
      }
      addTo(tallies, trial, outcome);
      if (outcome.ofBound > 1 || (outcome.ofWebnn ?? 0) > 1) failures.push(`seed ${seed}: ${verdict(trial, outcome)}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { tallies: [...tallies.values()].sort((a, b) => a.operator.localeCompare(b.operator)), failures };
}

function addTo(tallies: Map<string, Tally>, { operator }: Trial, { ofBound, ofWebnn }: Outcome): void {
  const tally = tallies.get(operator) ?? { operator, trials: 0, ofBound: 0, ofWebnn: undefined };
  tally.trials++;
  tally.ofBound = Math.max(tally.ofBound, ofBound);
  if (ofWebnn !== undefined) tally.ofWebnn = Math.max(tally.ofWebnn ?? 0, ofWebnn);
  tallies.set(operator, tally);
}

function verdict(trial: Trial, { ofBound, ofWebnn, at, got }: Outcome): string {
  const parts = `${ofBound.toPrecision(3)} of its bound, ${ofWebnn?.toPrecision(3) ?? "no part"} of WebNN's`;
  return `${describe(trial)}: ${parts}; value ${at}: want ${trial.want[at]}, got ${got}`;
}

function describe({ operator, parameters }: Trial): string {
  return `${operator} ${JSON.stringify(parameters)}`;
}
