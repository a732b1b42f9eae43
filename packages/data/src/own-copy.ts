/** A copy that does not keep alive the chunk of a file that the string was cut from. */
export function ownCopy(text: string): string {
  return JSON.parse(JSON.stringify(text)) as string;
}
