/** What an option may be. */
export interface Kind {
  /** In words. */
  readonly want: string;
  readonly is: (value: unknown) => boolean;
}

const ofType = (want: string, type: "boolean" | "number" | "string" | "function"): Kind => ({
  want,
  is: (value) => typeof value === type,
});

export const TRUTH = ofType("true or false", "boolean");
/** Which numbers make sense is for those to say who use them. */
export const NUMBER = ofType("a number", "number");
export const TEXT = ofType("a string", "string");
export const FUNCTION = ofType("a function", "function");

export function either(...kinds: readonly Kind[]): Kind {
  return { want: kinds.map(({ want }) => want).join(" or "), is: (value) => kinds.some(({ is }) => is(value)) };
}

export function word(...words: readonly string[]): Kind {
  return {
    want: words.map((each) => `"${each}"`).join(" or "),
    is: (value) => words.some((each) => each === value),
  };
}

export function listOf(want: string, { is }: Kind): Kind {
  return { want, is: (value) => Array.isArray(value) && value.every(is) };
}

/** An object with some methods, whoever made it. */
export function having(want: string, ...methods: readonly string[]): Kind {
  return { want, is: (value) => isObject(value) && methods.every((name) => typeof value[name] === "function") };
}

/** An object with all of some fields; or, unless it has to be whole, with some of them and no others. */
export function record(fields: Readonly<Record<string, Kind>>, { isWhole }: { readonly isWhole: boolean }): Kind {
  const names = Object.keys(fields);
  return {
    want: `{ ${names.join(", ")} }`,
    is: (value) =>
      isObject(value) &&
      // Sizes may be more than that: a picture, or a result.
      (isWhole || Object.keys(value).every((name) => names.includes(name))) &&
      names.every((name) => (value[name] === undefined && !isWhole) || fields[name]!.is(value[name])),
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
