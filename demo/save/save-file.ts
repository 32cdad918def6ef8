/** Hands a file to the person, as their browser keeps downloads. */
export function saveFile(name: string, content: Blob): void {
  const link = document.createElement("a");
  link.download = name;
  link.href = URL.createObjectURL(content);
  link.click();
  // Firefox reads it only after the click is over.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
