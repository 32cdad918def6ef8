import type { PlotOptions } from "@observablehq/plot";
import { plotSvg as drawn, type PlotText } from "../../cli/text/plot-svg.ts";
import { Html } from "./html.ts";

/** A plot for the report's page. */
export function plotSvg(text: PlotText, options: PlotOptions): Html {
  return new Html(drawn(text, options));
}
