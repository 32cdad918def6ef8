import type { ClassArea } from "../../cli/run/class-areas.ts";

const MOST = 4;

/** What a picture shows, in a sentence for whoever does not see it: "Found road 31 %, sky 9 %, and 2 more classes". */
export function summaryOf(areas: readonly ClassArea[]): string {
  const found = areas.filter(({ pixels }) => pixels > 0).toSorted((a, b) => b.pixels - a.pixels);
  const told = found
    .slice(0, MOST)
    .map(({ name, share }) => `${name} ${share < 0.01 ? "below 1" : Math.round(100 * share)} %`);
  const rest = found.length - told.length;
  if (rest > 0) told.push(`and ${rest} more ${rest === 1 ? "class" : "classes"}`);
  return `Found ${told.join(", ")}`;
}
