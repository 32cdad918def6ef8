import type { Misuse } from "./odd-values.ts";

/** Long for a refusal, short for a test that waits. */
const PATIENCE_MS = 20_000;
const PATTERN = /^(?!InternalError)\w+: .+: want .+, got:? .*\. .+[.)?]$/s;

/**
 * The wrong uses that were not refused by an error of the library in its words, and what came instead.
 * @param isNamed whether an error is of one of the library's classes
 */
export async function faultsOf(misuses: readonly Misuse[], isNamed: (error: unknown) => boolean): Promise<string[]> {
  const faults: string[] = [];
  for (const [name, use] of misuses) {
    const outcome = await outcomeOf(use, isNamed);
    if (outcome !== undefined) faults.push(`${name}: ${outcome}`);
  }
  return faults;
}

async function outcomeOf(use: () => unknown, isNamed: (error: unknown) => boolean): Promise<string | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS, "nothing for 20 s");
  });
  const answer = (async () => `an answer, ${typeof (await use())}`)();
  try {
    return await Promise.race([answer, late]);
  } catch (error) {
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return isNamed(error) && PATTERN.test(text) ? undefined : text;
  } finally {
    clearTimeout(timer);
  }
}
