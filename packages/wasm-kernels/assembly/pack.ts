import { LANES, SIZE } from "./real";
import { transposeTile } from "./transpose";

/**
 * Copies `steps` steps of `lanes` elements each, so that the elements of a step lie side by side: element [step, lane] goes
 * to out + step · outStep + lane · SIZE. Lanes that are missing to fill `outStep` bytes become zero.
 */
export function packPanel(
  lanes: usize,
  steps: usize,
  source: usize,
  laneStride: usize,
  stepStride: usize,
  out: usize,
  outStep: usize,
): void {
  for (let first: usize = 0; first * SIZE < outStep; first += LANES) {
    const used = lanes > first ? min(LANES, lanes - first) : 0;
    packVector(used, steps, source + first * laneStride, laneStride, stepStride, out + first * SIZE, outStep);
  }
}

function packVector(
  lanes: usize,
  steps: usize,
  source: usize,
  laneStride: usize,
  stepStride: usize,
  out: usize,
  outStep: usize,
): void {
  let step: usize = 0;
  if (lanes === LANES && laneStride === SIZE) {
    for (; step < steps; step += 1) v128.store(out + step * outStep, v128.load(source + step * stepStride));
  } else if (lanes === LANES && stepStride === SIZE) {
    for (; step + LANES <= steps; step += LANES) {
      transposeTile(source + step * SIZE, laneStride, out + step * outStep, outStep);
    }
  }
  for (; step < steps; step += 1) {
    const target = out + step * outStep;
    v128.store(target, v128.splat<Real>(0));
    for (let lane: usize = 0; lane < lanes; lane += 1) {
      store<Real>(target + lane * SIZE, load<Real>(source + lane * laneStride + step * stepStride));
    }
  }
}
