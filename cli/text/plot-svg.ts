import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";

/** What a plot says to those who do not see it. */
export interface PlotText {
  readonly title: string;
  readonly description: string;
}

let count = 0;

/** For a page that gives background, colour and typeface. */
const OF_THE_PAGE = { background: "none", fontFamily: "inherit" };

/**
 * Draws a plot into SVG, here and now: who shows it needs neither a script nor a network.
 * @param style of the whole; the page's if left out
 */
export function plotSvg(
  { title, description }: PlotText,
  options: Plot.PlotOptions,
  style: Readonly<Record<string, string>> = OF_THE_PAGE,
): string {
  const { document } = parseHTML("<!doctype html><html><head></head><body></body></html>");
  const svg = Plot.plot({
    ...options,
    document,
    style: { fontSize: "12px", overflow: "visible", ...style },
  });
  const id = `plot${++count}`;
  const element = (name: string, text: string) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    made.setAttribute("id", `${id}-${name}`);
    made.textContent = text;
    return made;
  };
  svg.prepend(element("title", title), element("desc", description));
  svg.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-labelledby", `${id}-title ${id}-desc`);
  return svg.outerHTML;
}
