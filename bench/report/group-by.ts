/** Items by a word of each, in the order of their first. */
export function groupBy<Item>(items: readonly Item[], wordOf: (item: Item) => string): Item[][] {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const word = wordOf(item);
    const group = groups.get(word);
    if (group) group.push(item);
    else groups.set(word, [item]);
  }
  return [...groups.values()];
}
