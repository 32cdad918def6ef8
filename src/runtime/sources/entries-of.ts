/** What was dropped, as the event knows it: to be asked in the event. */
export function entriesOf(data: Partial<DataTransfer> | undefined): readonly FileSystemEntry[] {
  return [...(data?.items ?? [])].flatMap((item) => item.webkitGetAsEntry() ?? []);
}
