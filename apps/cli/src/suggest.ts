/** Names that are compared, at most. */
const most = 200_000;
/** Edits that a slip of the keyboard makes. */
const slips = 2;

/** Names much like one that is unknown, the nearest first, at most three: O(names · length²). */
export function suggestions(unknown: string, names: Iterable<string>): string[] {
  const wanted = unknown.toLowerCase();
  const found: { readonly name: string; readonly edits: number }[] = [];
  let compared = 0;
  for (const name of names) {
    compared += 1;
    if (compared > most) break;
    const candidate = name.toLowerCase();
    const edits = candidate.startsWith(wanted) ? 0 : distance(wanted, candidate);
    if (edits <= slips && edits < wanted.length) found.push({ name, edits });
  }
  return found
    .sort((a, b) => a.edits - b.edits)
    .slice(0, 3)
    .map(({ name }) => name);
}

/** Levenshtein's, or more than {@link slips} where the lengths alone say so. */
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > slips) return slips + 1;
  let before = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const now = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = before[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      now.push(Math.min(replaced, before[j]! + 1, now[j - 1]! + 1));
    }
    before = now;
  }
  return before[b.length]!;
}
