import { type Backend, type BackendOptions, createRandom, type Dtype } from "@widehead/core";
import { type Case, type CaseContext, CaseFailure, defineCase } from "../../case.ts";

const dtypes: readonly Dtype[] = ["float32", "float64"];

/** Options that no type checker would pass. */
const wrongOptions: readonly unknown[] = [
  { dtype: "float16" },
  { threads: 0 },
  { threads: 1.5 },
  { threads: Number.NaN },
];

/** Disposes what it makes. */
async function withBackend(
  { module }: CaseContext,
  options: BackendOptions,
  body: (backend: Backend) => Promise<void> | void,
): Promise<void> {
  const backend = await module.create(options);
  try {
    await body(backend);
  } finally {
    await backend[Symbol.asyncDispose]();
  }
}

/** The option either works or is refused with ERR_UNSUPPORTED that names backend and flag, as the manifest says. */
async function expectHonest(
  context: CaseContext,
  flag: "float32" | "float64" | "threads",
  options: BackendOptions,
  body: (backend: Backend) => void,
): Promise<void> {
  const { module, expectCode } = context;
  if (module.supports[flag]) return withBackend(context, options, body);
  const { details } = await expectCode("ERR_UNSUPPORTED", () => module.create(options));
  expectSame("details.backend", details.backend, module.name);
  expectSame("details.flag", details.flag, flag);
}

function expectSame(label: string, observed: unknown, expected: unknown): void {
  if (observed !== expected)
    throw new CaseFailure(`${label}: expected ${String(expected)}, observed ${String(observed)}`);
}

export const manifestCases: readonly Case[] = [
  defineCase({
    id: "backend/manifest/probe",
    title: "The probe says what the backend is",
    plan: "It is available, with the kernel that an instance reports; manifest and name agree between module and instance, and the manifest is frozen.",
    needs: [],
    sizes: [{}],
    tolerance: { kind: "exact" },
    run: async ({ module, backend }) => {
      const probe = await module.probe();
      if (!probe.available) throw new CaseFailure(`probe: expected available, observed "${probe.reason}"`);
      expectSame("kernel", backend.kernel, probe.kernel);
      expectSame("name", backend.name, module.name);
      expectSame("frozen manifest", Object.isFrozen(module.supports), true);
      expectSame("manifest", JSON.stringify(backend.supports), JSON.stringify(module.supports));
    },
  }),
  defineCase({
    id: "backend/manifest/dtypes",
    title: "Each type works or is refused, as the manifest says",
    plan: "A backend of the type asked for has its round-off; one that is not supported throws ERR_UNSUPPORTED with backend and flag.",
    needs: [],
    sizes: [{}],
    tolerance: { kind: "exact" },
    run: async (context) => {
      for (const dtype of dtypes) {
        await expectHonest(context, dtype, { ...context.options, dtype }, ({ numerics }) => {
          expectSame("dtype", numerics.dtype, dtype);
          expectSame("roundoff", numerics.roundoff, dtype === "float32" ? 2 ** -24 : 2 ** -53);
        });
      }
    },
  }),
  defineCase({
    id: "backend/manifest/threads",
    title: "More threads work or are refused, as the manifest says",
    plan: "One thread always works; two work or throw ERR_UNSUPPORTED with backend and flag.",
    needs: [],
    sizes: [{}],
    tolerance: { kind: "exact" },
    run: async (context) => {
      await withBackend(context, { ...context.options, threads: 1 }, ({ threads }) =>
        expectSame("threads", threads, 1),
      );
      await expectHonest(context, "threads", { ...context.options, threads: 2 }, ({ threads }) =>
        expectSame("threads", threads, 2),
      );
    },
  }),
  defineCase({
    id: "backend/manifest/options",
    title: "Options outside their range are refused",
    plan: "An unknown type, and thread counts that are no positive integer: ERR_OPTION.",
    needs: [],
    sizes: [{}],
    tolerance: { kind: "exact" },
    run: async ({ module, expectCode }) => {
      for (const options of wrongOptions) {
        await expectCode("ERR_OPTION", () => module.create(options as BackendOptions));
      }
    },
  }),
  defineCase({
    id: "backend/manifest/deterministic",
    title: "The same calls on the same numbers give the same bits",
    plan: "A product and a solve, four times on one instance and once on another.",
    needs: ["deterministic"],
    sizes: [{ n: 9 }, { n: 65 }, { n: 130 }],
    tolerance: { kind: "exact" },
    run: async (context, { n }) => {
      const first = await productAndSolution(context.backend, n!);
      for (let round = 0; round < 3; round += 1) {
        context.expectExact("again", await productAndSolution(context.backend, n!), first);
      }
      await withBackend(context, context.options, async (other) => {
        context.expectExact("on another instance", await productAndSolution(other, n!), first);
      });
    },
  }),
  defineCase({
    id: "backend/manifest/threads-agree",
    title: "Two threads compute what one computes",
    plan: "A product and a solve on one and on two threads, large enough to be split.",
    needs: ["threads"],
    sizes: [{ n: 33 }, { n: 130 }],
    tolerance: {
      kind: "bound",
      value: ({ n }, roundoff) => 8 * n! * n! * roundoff,
      statement: "8 n² u on numbers of order √n; a wrong or missing part is off by order 1",
    },
    run: async (context, { n }) => {
      const results: Float64Array[] = [];
      for (const threads of [1, 2]) {
        await withBackend(context, { ...context.options, threads }, async (backend) => {
          results.push(await productAndSolution(backend, n!));
        });
      }
      context.expectClose("numbers", results[1]!, results[0]!, context.bound);
    },
  }),
];

/** A · B and (4√n I + A)⁻¹ B for normal A and B, one after the other. */
async function productAndSolution(backend: Backend, n: number): Promise<Float64Array> {
  const random = createRandom(9);
  const normal = (diagonal: number): Float64Array =>
    Float64Array.from({ length: n * n }, (_, i) => random.normal() + (i % (n + 1) === 0 ? diagonal : 0));
  using a = backend.allocate(n, n);
  using b = backend.allocate(n, n);
  using product = backend.allocate(n, n);
  using solution = backend.allocate(n, n);
  using status = backend.allocate(1, 1);
  backend.write(a, normal(4 * Math.sqrt(n)));
  backend.write(b, normal(0));
  backend.gemm(a, b, product);
  backend.luSolve(a, b, solution, status);
  const [products, solutions] = await backend.readMany([product, solution]);
  return Float64Array.from([...products!, ...solutions!]);
}
