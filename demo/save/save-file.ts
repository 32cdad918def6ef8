/** Hands a file to the person, as their browser keeps downloads. */
export function saveFile(name: string, content: Blob | Uint8Array | string, type: string): void {
  const blob = content instanceof Blob ? content : new Blob([content as BlobPart], { type });
  const link = document.createElement("a");
  link.download = name;
  link.href = URL.createObjectURL(blob);
  link.click();
  // Firefox reads it only after the click is over.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
