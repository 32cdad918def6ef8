import { Marked } from "marked";
import { Html, html } from "./html.ts";

/** Results name adapters and kernels: whatever looks like HTML in them is text. */
const marked = new Marked({ renderer: { html: ({ text }) => html`${text}`.text } });

/** The tables of the README as they stand there, wide ones in a box that scrolls. */
export function markdownHtml(markdown: string): Html {
  const page = marked.parse(markdown, { async: false });
  return new Html(
    page
      .replaceAll("<table>", '<div class="table" tabindex="0" role="region" aria-label="Table"><table>')
      .replaceAll("</table>", "</table></div>"),
  );
}
