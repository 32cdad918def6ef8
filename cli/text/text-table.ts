import Table from "cli-table3";

/** A heading; `>` in front aligns its column to the right. */
type Heading = string;

/** Rows of text as columns, with two spaces between them. */
export function textTable(headings: readonly Heading[], rows: readonly (readonly string[])[]): string {
  const isRight = (heading: Heading) => heading.startsWith(">");
  const borders = ["top", "bottom", "left", "right", "mid"].flatMap((side) =>
    ["", "-mid", "-left", "-right"].map((end) => [`${side}${end}`, ""]),
  );
  const table = new Table({
    head: headings.map((heading) => (isRight(heading) ? heading.slice(1) : heading)),
    colAligns: headings.map((heading) => (isRight(heading) ? "right" : "left")),
    chars: { ...Object.fromEntries(borders), middle: "  " },
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
  });
  table.push(...rows.map((row) => [...row]));
  return table.toString().replace(/ +$/gm, "");
}
