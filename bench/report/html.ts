const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text that is HTML already. */
export class Html {
  constructor(readonly text: string) {}
}

/** A template whose values are escaped, but for those that are HTML; lists are joined. */
export function html(strings: TemplateStringsArray, ...values: readonly (string | number | Html | readonly Html[])[]) {
  return new Html(strings.map((part, i) => part + (i < values.length ? textOf(values[i]!) : "")).join(""));
}

function textOf(value: string | number | Html | readonly Html[]): string {
  if (value instanceof Html) return value.text;
  if (typeof value === "object") return value.map(({ text }) => text).join("\n");
  return String(value).replaceAll(/[&<>"']/g, (character) => ENTITIES[character]!);
}
