/** A scalar that a call passes to a kernel. */
export type ScalarType = "u32" | "f32";

/**
 * A kernel, as data. Its WGSL `code` reads and writes operands through functions that {@link sourceOf} generates, because
 * WebGPU lets no two bindings of a call write to one buffer: `read_a(i, j)`, and for those that it writes `write_out(i, j, x)`.
 */
export interface Program<Operand extends string = string, Parameter extends string = string> {
  readonly name: string;
  readonly operands: Readonly<Record<Operand, "read" | "write">>;
  readonly parameters: Readonly<Record<Parameter, ScalarType>>;
  /** Declarations and the entry point `main`; `params.rows` is a parameter, `staged(i)` word i of the call's host data. */
  readonly code: string;
}

/** Gives TypeScript the names of operands and parameters. */
export function defineProgram<Operand extends string, Parameter extends string>(
  program: Program<Operand, Parameter>,
): Program<Operand, Parameter> {
  return program;
}

/** Threads of a workgroup where a kernel has one thread for each element. */
const ELEMENT_THREADS = 256;

/** Workgroups of a kernel with one thread for each element. */
export function elements(count: number): number {
  return Math.ceil(count / ELEMENT_THREADS);
}

/** The entry point of a kernel with one thread for each of `count` elements; `body` sees `index`. */
export function elementwise(count: string, body: string): string {
  return /* wgsl */ `
@compute @workgroup_size(${ELEMENT_THREADS})
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = (group.y * groups.x + group.x) * ${ELEMENT_THREADS}u + lane;
  if (index >= ${count}) { return; }
  ${body}
}`;
}

/**
 * The complete WGSL of a program.
 *
 * @param bindings  for each operand the number of the buffer it lies in; operands in one buffer share the number
 */
export function sourceOf(program: Program, bindings: readonly number[]): string {
  const operands = Object.keys(program.operands);
  const fields = [
    ...operands.flatMap((name) => [`${name}_offset: u32`, `${name}_stride: u32`]),
    "data: u32",
    ...Object.entries(program.parameters).map(([name, type]) => `${name}: ${type}`),
  ];
  const access = accessOf(program, bindings);
  return [
    `struct Params { ${fields.join(", ")} }`,
    "@group(0) @binding(0) var<uniform> params: Params;",
    "@group(0) @binding(1) var<storage, read> staging: array<u32>;",
    ...access.map((mode, at) => `@group(1) @binding(${at}) var<storage, ${mode}> buffer${at}: array<f32>;`),
    "fn staged(i: u32) -> u32 { return staging[params.data + i]; }",
    ...operands.flatMap((name, at) => accessors(name, program.operands[name] as string, bindings[at] as number)),
    program.code,
  ].join("\n");
}

/** How each buffer is bound: written to when one of its operands is. */
export function accessOf(program: Program, bindings: readonly number[]): readonly ("read" | "read_write")[] {
  const modes = Object.values(program.operands);
  return Array.from({ length: Math.max(...bindings) + 1 }, (_, buffer) =>
    modes.some((mode, at) => mode === "write" && bindings[at] === buffer) ? "read_write" : "read",
  );
}

function accessors(name: string, mode: string, buffer: number): readonly string[] {
  const element = `buffer${buffer}[params.${name}_offset + i * params.${name}_stride + j]`;
  const read = `fn read_${name}(i: u32, j: u32) -> f32 { return ${element}; }`;
  const write = `fn write_${name}(i: u32, j: u32, x: f32) { ${element} = x; }`;
  return mode === "write" ? [read, write] : [read];
}
