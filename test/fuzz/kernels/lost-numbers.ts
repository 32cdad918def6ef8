import { FileError, NumberError } from "../../../src/runtime/errors.ts";
import { OPERATORS } from "./operators.ts";
import { PlantingChoices } from "./planting-choices.ts";
import { answerOf, type Backend } from "./trial.ts";

/** Of them nobody reads an answer without the labels beside it, which say that a pixel's logits are not finite. */
const BESIDE_LABELS = "classScoresResized";

/**
 * `count` trials from seed `first` on, each with a number that is NaN or infinite: wherever the float64 loop's answer is not
 * finite, the kernel's must not be either.
 * @returns a line for each trial that lost it, and the operators that had something to lose
 */
export async function lostNumbers(backend: Backend, first: number, count: number) {
  const lost: string[] = [];
  const concerned = new Set<string>();
  for (let seed = first; seed < first + count; seed++) {
    const trial = await drawn(seed, backend);
    if (!trial || trial.operator === BESIDE_LABELS) continue;
    const got = await answerOf(trial, backend);
    const broken = Array.from(trial.want).flatMap((y, i) => (Number.isFinite(y) ? [] : [i]));
    if (broken.length > 0) concerned.add(trial.operator);
    const at = broken.find((i) => Number.isFinite(got[i]));
    if (at === undefined) continue;
    const place = `value ${at} of ${got.length}: want ${trial.want[at]}, got ${got[at]}`;
    lost.push(`seed ${seed}: ${trial.operator} ${JSON.stringify(trial.parameters)}: ${place}`);
  }
  return { lost, concerned };
}

/** Nothing for a weight that is refused as it is transformed or quantised. */
async function drawn(seed: number, backend: Backend) {
  try {
    return await OPERATORS[seed % OPERATORS.length]!(new PlantingChoices(seed), backend);
  } catch (error) {
    if (error instanceof NumberError || error instanceof FileError) return undefined;
    throw error;
  }
}
