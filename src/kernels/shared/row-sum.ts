import { wgsl } from "./wgsl.ts";

/**
 * Statements, for `across` invocations to a row: the sum of the row's part of the workgroup array `name` as `<name>Total`
 * in each of them. The shader has `lane`, its local index, and `across`, its place in the row.
 */
export function rowSum(name: string, type: "f32" | "vec2f", across: number): string {
  return wgsl`
    workgroupBarrier();
    var ${name}Total = ${type}();
    for (var i = 0u; i < ${across}u; i++) { ${name}Total += ${name}[lane - across + i]; }`;
}
