/** The recorded results of limits.mjs, on one thread and on two, as the lines of a README. */
export function limitsTable([one, two], { table, whole, round, machine }) {
  const rateOf = ({ multiplyAdds, aloneMs }) => (2 * multiplyAdds) / (1e6 * aloneMs);
  return [
    `${machine}. Medians; on two threads in the last two columns.`,
    "",
    table(
      [
        ...["outputs", "d", "m", "K", "loss", "steps", "goal, ms", "step", "products and system alone", "GFLOP/s"],
        ...["rows of V", "the rest", "step, 2 threads", "alone, 2 threads"],
      ],
      one.results.map((result, i) => [
        ...[whole(result.outputs), `${result.features} + 1`, result.batch, result.targets],
        ...[result.loss, result.optimizer ?? "sgd", result.goalMs],
        ...[round(result.stepMs, 3), round(result.aloneMs, 3), whole(rateOf(result)), round(result.rowsMs, 3)],
        round(result.stepMs - result.aloneMs - result.rowsMs, 3),
        ...[round(two.results[i].stepMs, 3), round(two.results[i].aloneMs, 3)],
      ]),
    ),
  ].join("\n");
}
