import type { ThreadControl } from "./library/vendor.ts";

/** What was set last: a BLAS library keeps one number of threads for the whole process. */
let lastControl: ThreadControl | undefined;
let lastCount = 0;

/** Sets the number of threads for the calls that follow, where another instance or another call had set another. */
export function useThreads(control: ThreadControl, count: number): void {
  if (control === lastControl && count === lastCount) return;
  control.set(count);
  lastControl = control;
  lastCount = count;
}
