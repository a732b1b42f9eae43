/**
 * How an output [m, n] is dealt out to parts: in groups of rows where it is tall, in groups of columns where it is wide.
 * Groups are whole register tiles, so that the number of parts does not change how an element is computed.
 */
const ROW_GROUP: usize = 4;
const COLUMN_GROUP: usize = 16;

export function firstRow(m: usize, n: usize, part: usize, parts: usize): usize {
  return m >= n ? shareStart(m, ROW_GROUP, part, parts) : 0;
}

export function endRow(m: usize, n: usize, part: usize, parts: usize): usize {
  return m >= n ? shareStart(m, ROW_GROUP, part + 1, parts) : m;
}

export function firstColumn(m: usize, n: usize, part: usize, parts: usize): usize {
  return m >= n ? 0 : shareStart(n, COLUMN_GROUP, part, parts);
}

export function endColumn(m: usize, n: usize, part: usize, parts: usize): usize {
  return m >= n ? n : shareStart(n, COLUMN_GROUP, part + 1, parts);
}

/** Where the share of one of `parts` begins, when `count` items are dealt out in whole groups; the last ends at `count`. */
export function shareStart(count: usize, group: usize, part: usize, parts: usize): usize {
  const groups = (count + group - 1) / group;
  return min(count, ((groups * part) / parts) * group);
}
