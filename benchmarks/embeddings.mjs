import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { ask, fastText, fastTextVersion, widehead } from "./embeddings/rivals.mjs";
import { similarity } from "./embeddings/similarity.mjs";
import { prepare } from "./embeddings/texts.mjs";
import { record } from "./support.mjs";

/**
 * Vectors of words against those of fastText, which samples its negatives: the same tokens, dimensions, minimum count and
 * processor time on one thread, everything else by the defaults of each. How far they agree with people is measured on
 * files of word pairs, such as MEN and WordSim-353, which do not come with this library.
 *
 *     npm run benchmark -- embeddings --pairs FILE [--pairs FILE] [sotu FILE sotu,FILE …]
 */

const shape = { dimensions: 100, minimumCount: 5 };
/** fastText's, each a budget of time; this library runs by its defaults in either. */
const methods = ["skipgram", "cbow"];

const { values, positionals } = parseArgs({
  options: { pairs: { type: "string", multiple: true, default: [] } },
  allowPositionals: true,
});
const installed = fastTextVersion() !== undefined;
if (!installed) process.stdout.write("fasttext is not installed; this library runs for a minute beside nothing\n");

const results = [];
for (const sources of positionals.length > 0 ? positionals : ["sotu"]) {
  const folder = mkdtempSync(join(tmpdir(), "widehead-benchmark-"));
  try {
    const text = await prepare(sources, folder);
    // What a run takes before and after its steps counts as well.
    const overhead = widehead(text.data, { ...shape, steps: 1, out: join(folder, "one") }).seconds;
    for (const method of methods) results.push(await compare(text, method, overhead, folder));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
record("embeddings", { ...shape, results });

async function compare({ name, data, tokens, trainingTokens }, method, overhead, folder) {
  const rival = installed ? fastText(method, tokens, shape, folder) : undefined;
  const seconds = rival?.seconds ?? 60;
  const [out, vectors] = [join(folder, method), join(folder, `${method}.txt`)];
  const own = widehead(data, { ...shape, minutes: Math.max(1, seconds - overhead) / 60, out });
  ask("export", out, "--out", vectors);
  const agreement = {};
  for (const pairs of values.pairs) {
    const fields = { widehead: await similarity(vectors, pairs) };
    if (rival !== undefined) fields.fastText = await similarity(rival.vectors, pairs);
    agreement[basename(pairs).replace(/\..*/, "")] = fields;
  }
  const { kernel, steps, examples, loss } = own.result;
  const result = {
    ...{ text: name, trainingTokens, method, kernel, steps, examples, loss },
    ...{ seconds: { fastText: rival?.seconds, widehead: own.seconds }, agreement },
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
  return result;
}
