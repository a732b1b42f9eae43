/** A reporter of vitest's: for each backend that the conformance suite ran on, a line with cases passed, and what was skipped and why. */
export default class ConformanceReporter {
  onTestRunEnd(modules) {
    const tests = modules.flatMap(({ children }) => [...children.allTests()]);
    const runs = grouped(
      tests.filter((test) => test.meta().conformance !== undefined),
      (test) => `${test.parent.fullName} (${test.meta().conformance})`,
    );
    const lines = [...runs].map(([name, cases]) => `conformance of ${name}: ${summary(cases)}\n`);
    process.stdout.write(lines.sort().join(""));
  }
}

function summary(cases) {
  const inState = (state) => cases.filter((test) => test.result().state === state);
  const [passed, failed, skipped] = ["passed", "failed", "skipped"].map(inState);
  // A case without a note was left out by whoever named the tests to run.
  const reasons = grouped(
    skipped.filter((test) => test.result().note !== undefined),
    (test) => test.result().note,
  );
  const skips = [...reasons].map(([reason, tests]) => ` (${tests.map(({ name }) => name).join(", ")}: ${reason})`);
  return `${passed.length} passed, ${failed.length} failed, ${skipped.length} skipped${skips.join("")}`;
}

function grouped(items, keyOf) {
  const groups = new Map();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}
