import { type Defaulted, trainDefaults } from "../defaults.ts";
import { shellWord } from "../format.ts";
import type { Command, Input, Outcome } from "../grammar/command.ts";
import type { Values } from "../grammar/options.ts";
import type { Io } from "../io.ts";
import { Progress } from "../progress.ts";
import { finishSession, shownPath } from "../training/finish.ts";
import { formatTrainingReport } from "../training/report.ts";
import { runSession } from "../training/run.ts";
import { openSession, type Session } from "../training/session.ts";
import { type Optional, optional, type TrainValues } from "../training/settings.ts";

const interrupted = 130;

export const trainLanguageModel: Command<Defaulted, never, Optional> = {
  name: "train language-model",
  summary: "Train a neural language model, and show what it has learned",
  positionals: [],
  defaults: trainDefaults,
  required: [],
  optional,
  example: "--data novel.txt --features 256 --minutes 10 --out runs/novel",
  notes: [
    "One hidden layer of --features units unless --hidden puts others before it. Without --steps, --epochs and",
    "--minutes a run takes a minute. Without --out it is saved in runs/language-model, or -2, -3, … if that is taken.",
    "Ctrl-C saves a checkpoint first. --resume takes all options from the checkpoint; only limits, --data, --backend,",
    "--dtype and --threads may be told anew, and with the same limits it ends at the same numbers as an uninterrupted run.",
  ],

  async run(input: Input<TrainValues & Partial<Values>>, io: Io): Promise<Outcome> {
    const progress = new Progress(io, input.values.json ? "json" : "text");
    await using session = await openSession(input, io, progress);
    progress.note(`Training on ${session.backend.kernel}; Ctrl-C saves and stops`);
    const summary = await runSession(session, io, progress);
    if (summary.reason === "aborted") return stopped(session, summary.state.step, io);
    const report = await finishSession(session, summary, io, progress);
    return { data: report, text: formatTrainingReport(report) };
  },
};

function stopped(session: Session, steps: number, io: Io): Outcome {
  const directory = shownPath(session.folder, io);
  const resume = `${io.program} train language-model --out ${shellWord(directory)} --resume`;
  return {
    data: { interrupted: true, steps, directory, resume },
    text: `Interrupted after ${steps} steps; saved in ${directory}. Go on with:\n  ${resume}`,
    exitCode: interrupted,
  };
}
