/** For each row of `x [rows, classes]`: the first class with the largest value, and how far it is ahead of the next. */
export function argMax(x: ArrayLike<number>, classes: number): { labels: number[]; margins: number[] } {
  const labels: number[] = [];
  const margins: number[] = [];
  for (let at = 0; at < x.length; at += classes) {
    let best = 0;
    for (let c = 1; c < classes; c++) if (x[at + c]! > x[at + best]!) best = c;
    let margin = Number.POSITIVE_INFINITY;
    for (let c = 0; c < classes; c++) if (c !== best) margin = Math.min(margin, x[at + best]! - x[at + c]!);
    labels.push(best);
    margins.push(margin);
  }
  return { labels, margins };
}
