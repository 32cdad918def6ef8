/** Paragraphs and tables of Markdown as elements; of what may stand in them, `code` and **bold**. */
export function showMarkdown(text: string): HTMLElement[] {
  return text
    .split(/\n\n+/)
    .filter((block) => block.trim() !== "")
    .map((block) => (block.startsWith("|") ? table(block.split("\n")) : paragraph(block)));
}

function paragraph(text: string): HTMLElement {
  const element = document.createElement("p");
  element.append(...inline(text));
  return element;
}

/** In a box of its own that scrolls sideways, which the keyboard can reach. */
function table([head = "", , ...rows]: readonly string[]): HTMLElement {
  const box = document.createElement("div");
  box.className = "table";
  box.tabIndex = 0;
  box.role = "region";
  box.ariaLabel = "Results";
  const element = document.createElement("table");
  element.createTHead().append(row(head, "th"));
  element.createTBody().append(...rows.map((text) => row(text, "td")));
  box.append(element);
  return box;
}

function row(text: string, kind: "td" | "th"): HTMLElement {
  const element = document.createElement("tr");
  const cells = text.replace(/^\||\|$/g, "").split("|");
  for (const [i, cell] of cells.entries()) {
    const child = document.createElement(kind);
    if (kind === "th") child.setAttribute("scope", "col");
    if (i > 0 && /^[-\d.]/.test(cell.trim())) child.className = "number";
    child.append(...inline(cell.trim()));
    element.append(child);
  }
  return element;
}

function inline(text: string): (Node | string)[] {
  return text.split(/(`[^`]*`|\*\*[^*]*\*\*)/).map((part) => {
    const mark = part.startsWith("`") ? "code" : part.startsWith("**") ? "strong" : undefined;
    if (!mark) return part;
    const element = document.createElement(mark);
    element.textContent = mark === "code" ? part.slice(1, -1) : part.slice(2, -2);
    return element;
  });
}
