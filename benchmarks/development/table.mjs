/** The recorded results of recommend.mjs and tags.mjs as the lines of a README. */
export function developmentTable({ metrics, results }, { table, whole, round, machine }) {
  return [
    `${machine}, 1 thread. Test parts; seconds of training.`,
    "",
    table(
      ["set", "rows", "outputs", "method", ...metrics, "seconds"],
      results.flatMap(({ set, rows, outputs, methods }) =>
        methods.map(({ method, figures, seconds }) => [
          ...[set, whole(rows), whole(outputs), method],
          ...figures.map((figure) => round(figure, 4)),
          seconds === undefined ? "" : round(seconds, 1),
        ]),
      ),
    ),
  ];
}
