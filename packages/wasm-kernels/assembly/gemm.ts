import { packPanel } from "./pack";
import { LANES, SIZE } from "./real";
import { dot, multiplyRow } from "./rows";
import { endColumn, endRow, firstColumn, firstRow } from "./share";
import { storeElement } from "./store";
import { A_STEP, B_STEP, mergeTile, multiplyTile, TILE_COLUMNS, TILE_ROWS } from "./tile";

/** Steps of the inner dimension at a time: a panel of each operand fits the first-level cache. */
const MAX_STEPS: usize = 256;

/** Bytes of op(A) that are packed at a time, to stay in the second-level cache. */
const BLOCK_BYTES: usize = 256 * 1024;

const PANEL_BYTES: usize = B_STEP * MAX_STEPS;
const TILE_BYTES: usize = B_STEP * TILE_ROWS;

/** Below this many rows packing costs more than it saves. */
const MIN_ROWS: usize = 4;

/** Up to this many steps the product is bound by reading and writing `out`. */
const FEW_STEPS: usize = 4;

/** Bytes of scratch memory that each part needs. */
export function packBytes(): usize {
  return BLOCK_BYTES + PANEL_BYTES + TILE_BYTES;
}

/**
 * out = α · op(A) · op(B) + β · out, [m, k] · [k, n]; of the two strides of each operand one is SIZE. `out` is not read
 * where β is 0. A part computes some rows or some columns, with the same bits as a single part would.
 */
export function gemm(
  part: usize,
  parts: usize,
  scratch: usize,
  m: usize,
  n: usize,
  k: usize,
  alpha: Real,
  a: usize,
  aRowStride: usize,
  aColumnStride: usize,
  b: usize,
  bRowStride: usize,
  bColumnStride: usize,
  beta: Real,
  out: usize,
  outStride: usize,
): void {
  if (n === 1 && m > 1 && outStride === SIZE) {
    gemm(part, parts, scratch, 1, m, k, alpha, b, 0, bRowStride, a, aColumnStride, aRowStride, beta, out, 0);
    return;
  }
  const inRows = bColumnStride === SIZE && (m < MIN_ROWS || k <= FEW_STEPS);
  const inDots = !inRows && m < MIN_ROWS && bRowStride === SIZE && aColumnStride === SIZE;
  const row = firstRow(m, n, part, parts);
  const column = firstColumn(m, n, part, parts);
  const rows = endRow(m, n, part, parts) - row;
  const columns = endColumn(m, n, part, parts) - column;
  a += row * aRowStride;
  b += column * bColumnStride;
  out += row * outStride + column * SIZE;
  if (inRows) {
    for (let i: usize = 0; i < rows; i += 1) {
      multiplyRow(columns, k, alpha, a + i * aRowStride, aColumnStride, b, bRowStride, beta, out + i * outStride);
    }
  } else if (inDots) {
    multiplyDots(rows, columns, k, alpha, a, aRowStride, b, bColumnStride, beta, out, outStride);
  } else {
    scratch += part * packBytes();
    multiplyBlocks(
      scratch,
      rows,
      columns,
      k,
      alpha,
      a,
      aRowStride,
      aColumnStride,
      b,
      bRowStride,
      bColumnStride,
      beta,
      out,
      outStride,
    );
  }
}

/** The rows of A and the columns of B lie without gaps. */
function multiplyDots(
  m: usize,
  n: usize,
  k: usize,
  alpha: Real,
  a: usize,
  aRowStride: usize,
  b: usize,
  bColumnStride: usize,
  beta: Real,
  out: usize,
  outStride: usize,
): void {
  for (let j: usize = 0; j < n; j += 1) {
    for (let i: usize = 0; i < m; i += 1) {
      const value = alpha * dot(k, a + i * aRowStride, b + j * bColumnStride);
      storeElement(value, beta, out + i * outStride + j * SIZE);
    }
  }
}

/**
 * A block of A is packed to stay in the second-level cache; a panel of B is packed right before its use, so that it stays
 * in the first-level cache while all panels of the block pass by.
 */
function multiplyBlocks(
  scratch: usize,
  m: usize,
  n: usize,
  k: usize,
  alpha: Real,
  a: usize,
  aRowStride: usize,
  aColumnStride: usize,
  b: usize,
  bRowStride: usize,
  bColumnStride: usize,
  beta: Real,
  out: usize,
  outStride: usize,
): void {
  const panel = scratch + BLOCK_BYTES;
  const steps = evenShare(k, MAX_STEPS);
  const blockRows = LANES * evenShare((m + LANES - 1) / LANES, BLOCK_BYTES / (A_STEP * steps));
  for (let p: usize = 0; p < k || p === 0; p += steps) {
    const depth = min(steps, k - p);
    const keep: Real = p === 0 ? beta : 1;
    for (let i: usize = 0; i < m; i += blockRows) {
      const rows = min(blockRows, m - i);
      packRows(rows, depth, a + i * aRowStride + p * aColumnStride, aRowStride, aColumnStride, scratch);
      for (let j: usize = 0; j < n; j += TILE_COLUMNS) {
        const columns = min(TILE_COLUMNS, n - j);
        packPanel(columns, depth, b + p * bRowStride + j * bColumnStride, bColumnStride, bRowStride, panel, B_STEP);
        multiplyPanel(scratch, panel, rows, columns, depth, alpha, keep, out + i * outStride + j * SIZE, outStride);
      }
    }
  }
}

/** The size of each piece when `count` is cut into as few even pieces of at most `most` as possible; at least 1. */
function evenShare(count: usize, most: usize): usize {
  const pieces = max((count + most - 1) / most, 1);
  return max((count + pieces - 1) / pieces, 1);
}

function packRows(rows: usize, steps: usize, a: usize, rowStride: usize, columnStride: usize, out: usize): void {
  for (let i: usize = 0; i < rows; i += LANES) {
    packPanel(min(LANES, rows - i), steps, a + i * rowStride, rowStride, columnStride, out, A_STEP);
    out += A_STEP * steps;
  }
}

/** All panels of the block of A with one panel of B. */
function multiplyPanel(
  block: usize,
  panel: usize,
  rows: usize,
  columns: usize,
  steps: usize,
  alpha: Real,
  beta: Real,
  out: usize,
  outStride: usize,
): void {
  const tile = panel + PANEL_BYTES;
  for (let i: usize = 0; i < rows; i += TILE_ROWS) {
    const a = block + (i / LANES) * A_STEP * steps + (i % LANES) * SIZE;
    const used = min(TILE_ROWS, rows - i);
    if (used === TILE_ROWS && columns === TILE_COLUMNS) {
      multiplyTile(steps, a, panel, alpha, beta, out, outStride);
    } else {
      multiplyTile(steps, a, panel, alpha, 0, tile, B_STEP);
      mergeTile(tile, beta, used, columns, out, outStride);
    }
    out += TILE_ROWS * outStride;
  }
}
