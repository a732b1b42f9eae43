import { elements } from "../program.ts";
import type { GemmProgram } from "./gemm-product.ts";
import { thinGemm } from "./gemm-thin.ts";
import { tiledGemm } from "./gemm-tiled.ts";

/** Larger tiles read less, smaller ones keep more of the device busy. */
const tiles = [
  { size: 64, program: tiledGemm(64, 16) },
  { size: 32, program: tiledGemm(32, 16) },
  { size: 16, program: tiledGemm(16, 8) },
];
/** Workgroups that a product should at least have, for a device to be busy. */
const BUSY = 64;
/** Sides up to which a product is thin. */
const THIN = 8;

/** The kernel for a product [rows, columns], and its workgroups. */
export interface GemmChoice {
  readonly program: GemmProgram;
  readonly workgroups: number | readonly [number, number];
}

/** The largest tile that spreads the product over enough workgroups, else the smallest; no tile where it is thin. */
export function chooseGemm(rows: number, columns: number): GemmChoice {
  if (Math.min(rows, columns) <= THIN) return { program: thinGemm, workgroups: elements(rows * columns) };
  const choices = tiles.map(({ size, program }) => {
    return { program, workgroups: [Math.ceil(columns / size), Math.ceil(rows / size)] as const };
  });
  const busy = choices.find(({ workgroups: [x, y] }) => x * y >= BUSY);
  return busy ?? (choices.at(-1) as GemmChoice);
}
