// The package has neither an entry point nor types of its own.
declare module "wgsl-preprocessor/wgsl-preprocessor.js" {
  /** Joins the template and obeys `#if`, `#elif`, `#else` and `#endif`. */
  export function wgsl(strings: TemplateStringsArray, ...values: unknown[]): string;
}
