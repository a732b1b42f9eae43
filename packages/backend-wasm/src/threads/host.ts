/// <reference types="node" />

/** A worker that runs worker/kernels.js. */
export interface WorkerThread {
  post(message: object): void;
  /** Lets the process end although the worker runs. */
  release(): void;
  terminate(): Promise<void>;
}

export interface WorkerEvents {
  message(data: unknown): void;
  /** The worker runs no more. */
  end(reason: string): void;
}

export type StartWorker = (events: WorkerEvents) => WorkerThread;

/** What is used of a worker in browsers. */
interface WebWorker {
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onerror: ((event: { readonly message?: string }) => void) | null;
  postMessage(message: object): void;
  terminate(): void;
}

/** By its global name, so that bundlers find the program. */
declare const Worker: new (program: URL, options: { readonly type: "module" }) => WebWorker;

interface Scope {
  readonly crossOriginIsolated?: boolean;
  readonly navigator?: { readonly hardwareConcurrency?: number };
  readonly process?: { readonly getBuiltinModule?: typeof process.getBuiltinModule };
}

const scope = globalThis as Scope;
const node = scope.process?.getBuiltinModule;

/** How many threads can run at the same time. */
export function availableCores(): number {
  return node?.("node:os").availableParallelism() ?? scope.navigator?.hardwareConcurrency ?? 1;
}

/** Why threads cannot share memory here, or undefined where they can. */
export function whyNoThreads(): string | undefined {
  if (scope.crossOriginIsolated === false) return "the page is not cross-origin isolated";
  return typeof SharedArrayBuffer === "undefined" ? "there is no SharedArrayBuffer here" : undefined;
}

export const startWorker: StartWorker = (events) => (node === undefined ? startInBrowser(events) : startInNode(events));

function startInNode({ message, end }: WorkerEvents): WorkerThread {
  const { Worker: NodeWorker } = process.getBuiltinModule("node:worker_threads");
  // The program needs none of the flags and loaders of the main thread, and some of them keep a worker from starting.
  const worker = new NodeWorker(new URL("../../worker/kernels.js", import.meta.url), { execArgv: [] });
  worker.on("message", message);
  worker.on("error", (error) => end(String(error)));
  worker.on("exit", (code) => end(`it exited with code ${code}`));
  return {
    post: (data) => worker.postMessage(data),
    release: () => worker.unref(),
    terminate: async () => {
      await worker.terminate();
    },
  };
}

function startInBrowser({ message, end }: WorkerEvents): WorkerThread {
  const worker = new Worker(new URL("../../worker/kernels.js", import.meta.url), { type: "module" });
  worker.onmessage = ({ data }) => message(data);
  worker.onerror = (event) => end(event.message ?? "its program cannot be loaded");
  return {
    post: (data) => worker.postMessage(data),
    release: () => {},
    terminate: async () => worker.terminate(),
  };
}
