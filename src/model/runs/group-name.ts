/** What an input or output is called for the pictures of a batch that have another size than the first: `pixels 1`. */
export function groupName(name: string, group: number): string {
  return group === 0 ? name : `${name} ${group}`;
}
