import { requireCount, requireNumber } from "../validate.ts";
import type { CurvatureOptions } from "./curvature.ts";

const defaults = { decay: 0.99, refreshEvery: 20, warmUp: 1 };

/** Fills in what is not told. Throws ERR_OPTION. */
export function checkCurvatureOptions(
  name: string,
  options: Partial<CurvatureOptions> & { readonly damping: number },
): CurvatureOptions {
  const checked = { ...defaults, ...options };
  const { damping, decay, refreshEvery, warmUp } = checked;
  requireNumber(`${name}.damping`, damping, damping > 0 && Number.isFinite(damping), "a finite number above 0");
  requireNumber(`${name}.decay`, decay, decay >= 0 && decay < 1, "a number from 0 to below 1");
  requireCount(`${name}.refreshEvery`, refreshEvery);
  requireNumber(`${name}.warmUp`, warmUp, warmUp >= 0 && Number.isFinite(warmUp), "a finite number ≥ 0");
  return checked;
}
