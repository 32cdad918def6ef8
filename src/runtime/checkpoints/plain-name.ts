/** Whether a name from the net stays in the folder it is put to, on every system. */
export function isPlainName(file: string): boolean {
  // A colon would make a drive or a stream of a Windows path.
  return file !== "" && file !== "." && file !== ".." && !/[/\\:\0]/.test(file);
}
