/** What was dropped, as the event knows it: to be asked in the event. */
export function entriesOf(data: DataTransfer): readonly FileSystemEntry[] {
  return [...data.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
}
