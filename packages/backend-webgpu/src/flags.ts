/** Flags of the WebGPU specification, whose global objects Node does not have: how a buffer is used, then modes and stages. */
export const MAPPED: number = 0x1;
export const COPIED_FROM: number = 0x4;
export const COPIED_TO: number = 0x8;
export const UNIFORM: number = 0x40;
export const STORAGE: number = 0x80;

export const MAP_READ: number = 0x1;
export const COMPUTE_STAGE: number = 0x4;
