import type { Dtype } from "@widehead/core";
import type { Sizes } from "./case.ts";
import type { Worst } from "./expectations.ts";

export type Status = "pass" | "skip" | "fail";

/** The outcome of one case, over all its sizes. */
export interface CaseResult {
  readonly id: string;
  readonly title: string;
  readonly status: Status;
  /** Why it was skipped or failed. */
  readonly reason?: string;
  /** Where it failed. */
  readonly sizes?: Sizes;
  readonly worst?: Worst;
  readonly milliseconds: number;
}

/** What the suite says about one backend; plain data. */
export interface Report {
  readonly backend: string;
  readonly kernel: string;
  readonly dtype: Dtype;
  /** The worst of all results. */
  readonly status: Status;
  readonly totals: { readonly pass: number; readonly skip: number; readonly fail: number };
  readonly summary: string;
  readonly results: readonly CaseResult[];
}

/** The report over these results. */
export function makeReport(
  subject: { readonly backend: string; readonly kernel: string; readonly dtype: Dtype },
  results: readonly CaseResult[],
): Report {
  const count = (status: Status): number => results.filter((result) => result.status === status).length;
  const totals = { pass: count("pass"), skip: count("skip"), fail: count("fail") };
  const status = totals.fail > 0 ? "fail" : totals.pass > 0 ? "pass" : "skip";
  const summary = `${subject.backend} ${subject.dtype} (${subject.kernel}): ${totals.pass} passed, ${totals.fail} failed, ${totals.skip} skipped`;
  return { ...subject, status, totals, summary, results };
}

/** The report as text: a line for each case with its worst observed / allowed, then the summary. */
export function formatReport(report: Report): string {
  const width = Math.max(0, ...report.results.map(({ id }) => id.length));
  return [...report.results.map((result) => formatResult(result, width)), "", report.summary].join("\n");
}

function formatResult(result: CaseResult, width: number): string {
  const line = `${result.status}  ${result.id.padEnd(width)}`;
  if (result.status === "pass") return result.worst ? `${line}  ${formatWorst(result.worst)}` : line.trimEnd();
  return `${line}  ${result.reason}${formatSizes(result.sizes ?? {})}`;
}

function formatWorst({ ratio, label, sizes }: Worst): string {
  return `observed / allowed ${ratio.toPrecision(2)} (${label})${formatSizes(sizes)}`;
}

/** ` at m=1 n=2`, or nothing. */
function formatSizes(sizes: Sizes): string {
  const parts = Object.entries(sizes).map(([name, value]) => `${name}=${value}`);
  return parts.length === 0 ? "" : ` at ${parts.join(" ")}`;
}
