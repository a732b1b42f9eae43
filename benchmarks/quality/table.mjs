/** The recorded results of quality.mjs as the lines of a README. */
export function qualityTable(recorded, { table, whole, round, percent, machine }) {
  const { task, outputs, examples, shape, budget, positions, results, bigram } = recorded;
  const perplexity = ({ perplexity: value }) => (value === undefined ? "–" : round(value, 0));
  const figures = (test) => [perplexity(test), percent(test.top1), percent(test.top10)];
  const times = (value) => (value === undefined ? "not reached" : round(value, 1));
  const sooner = (test, value) => (test.perplexity === undefined ? "–" : times(value));
  const bySteps = budget.steps !== undefined;
  const { steps } = results[0].equalSteps;
  const budgetText = bySteps ? `${whole(budget.steps)} steps` : `${budget.seconds} s of processor time`;
  const equalSteps = bySteps ? [] : [`${whole(steps)} steps: perplexity`, "top-1", "top-10"];
  return [
    `![Top-10 accuracy over seconds of training, a line for each output layer](results/quality-${task}-seconds.svg)`,
    "",
    `${machine}, 1 thread; D = ${whole(outputs)}, ${whole(examples)} examples; ${shape.context} words, embedding ${shape.embedding}, d = ${shape.features} + 1, m = ${shape.batch}. ${budgetText} each; ${whole(positions)} held-out positions.`,
    "",
    table(
      [
        ...["output layer", "η", "of the body", "ms a step", "steps", "perplexity", "top-1", "top-10"],
        ...equalSteps,
        ...["sooner, by perplexity", "by top-10"],
      ],
      [
        ...results.map(({ method, curve, equalSteps: equal, sooner: ratios }) => {
          const { setting, steps: taken, seconds, test } = curve.at(-1);
          return [
            setting.optimizer === undefined ? method : `${method}, ${setting.optimizer}`,
            ...[setting.learningRate, setting.bodyLearningRate, round((1000 * seconds) / taken, 2), whole(taken)],
            ...figures(test),
            ...(bySteps ? [] : figures(equal.test)),
            ...[sooner(test, ratios.perplexity), times(ratios.top10)],
          ];
        }),
        ...(bigram === undefined
          ? []
          : [["Kneser-Ney bigram", ...Array(4).fill(""), ...figures(bigram), ...equalSteps.map(() => ""), "", ""]]),
      ],
    ),
  ].join("\n");
}

/** The recorded result of paper.mjs, beside the published figures. */
export function paperTable({ shape, results }, { table, whole, round, machine }) {
  const published = { factored: ["763", "501"], dense: ["1", "1"], hierarchical: ["125 on a GPU", "178 on a GPU"] };
  return [
    `${machine}, 1 thread; D = ${whole(shape.outputs)}, two hidden layers of ${shape.hidden}, m = ${shape.batch}, ${shape.words} words as input. Medians of processor time.`,
    "",
    table(
      ["output layer", "layer, ms", "model, ms", "layer, times dense", "published", "model, times dense", "published"],
      results.map(({ name, layerMs, modelMs, layerSpeedup, modelSpeedup }) => {
        const [publishedLayer, publishedModel] = published[name];
        return [
          ...[name, round(layerMs, 2), round(modelMs, 2)],
          ...[round(layerSpeedup, 0), publishedLayer, round(modelSpeedup, 0), publishedModel],
        ];
      }),
    ),
  ].join("\n");
}
