import { wgsl as preprocess } from "wgsl-preprocessor/wgsl-preprocessor.js";
import { InternalError } from "../../runtime/errors.ts";

/**
 * WGSL text from a template. Numbers are baked in as they print; `#if ${condition}` … `#elif` … `#else` … `#endif`
 * choose whole statements.
 * @throws InternalError for what would print as a wrong shader: undefined, NaN, Infinity, objects, a stray boolean.
 */
export function wgsl(strings: TemplateStringsArray, ...values: readonly (string | number | boolean)[]): string {
  for (const [i, value] of values.entries()) {
    const isCondition = /#(?:el)?if\s+$/.test(strings[i]!);
    const isText = typeof value === "string" || (typeof value === "number" && Number.isFinite(value));
    if (isCondition ? typeof value !== "boolean" : !isText) {
      const want = isCondition ? "a boolean" : "a string or a finite number";
      const where = strings[i]!.trimEnd().split("\n").at(-1)!.trim();
      throw new InternalError(`wgsl: want ${want} after "${where}", got ${String(value)}. Report this.`);
    }
  }
  return preprocess(strings, ...values).trim();
}
