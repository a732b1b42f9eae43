/** Vectors of words: for each text and budget, how far each program's agree with people. */
export function embeddingsTable({ dimensions, minimumCount, results }, { table, whole, round, machine }) {
  const sets = Object.keys(results[0].agreement);
  const programs = ["widehead", "fastText"];
  const figure = ({ agreement }, set, program) => agreement[set][program]?.correlation?.toFixed(3) ?? "";
  return [
    `${machine}, 1 thread; ${dimensions} dimensions, words that come ${minimumCount} times.`,
    "",
    table(
      [
        ...["text", "training tokens", "budget: fastText", "its seconds", "ours"],
        ...sets.flatMap((set) => programs.map((program) => `${set}, ${program}`)),
        ...sets.map((set) => `pairs, ${set}`),
      ],
      results.map((result) => [
        ...[result.text, whole(result.trainingTokens), result.method],
        ...[
          result.seconds.fastText === undefined ? "" : round(result.seconds.fastText, 1),
          round(result.seconds.widehead, 1),
        ],
        ...sets.flatMap((set) => programs.map((program) => figure(result, set, program))),
        ...sets.map((set) => whole(result.agreement[set].widehead.covered)),
      ]),
    ),
  ].join("\n");
}
