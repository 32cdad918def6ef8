import * as errors from "../runtime/errors.ts";

/** An answer or an error, as it goes from one thread to another: by itself an error would lose its class on the way. */
export type Outcome<T> = { readonly value: T } | { readonly error: SentError };

interface SentError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
}

/** Named by their exports, which bundlers leave as they are. */
const CLASSES = new Map<string, unknown>(Object.entries(errors));

export async function outcomeOf<T>(task: Promise<T>): Promise<Outcome<T>> {
  try {
    return { value: await task };
  } catch (error) {
    const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
    return { error: { name, message, stack } };
  }
}

/** The answer. @throws the error, of its own class */
export function answerOf<T>(outcome: Outcome<T>): T {
  if ("value" in outcome) return outcome.value;
  throw received(outcome.error);
}

function received({ name, message, stack }: SentError): Error {
  const known: unknown = CLASSES.get(name) ?? Reflect.get(globalThis, name);
  const isClass = typeof known === "function" && known.prototype instanceof Error;
  if (!isClass && name !== "Error") return new DOMException(message, name);
  const error = isClass ? new (known as ErrorConstructor)(message) : new Error(message);
  // The stack of the worker, where it began, instead of this one.
  if (stack !== undefined) error.stack = stack;
  return error;
}
