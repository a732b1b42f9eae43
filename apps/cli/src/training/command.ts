import type { AnyCommand, Outcome } from "../grammar/command.ts";
import type { Io } from "../io.ts";
import { Progress } from "../progress.ts";
import { finishSession, resumeCommand, shownPath } from "./finish.ts";
import { runSession } from "./run.ts";
import { openSession } from "./session.ts";
import type { RunSettings } from "./settings.ts";
import type { RunModel, TrainingData, TrainingTask } from "./task.ts";

const interrupted = 130;

/** What every run does alike, for help. */
const usualNotes = [
  "Ctrl-C saves a checkpoint first. --resume takes all options from the checkpoint; only limits, --data, --backend,",
  "--dtype and --threads may be told anew, and with the same limits it ends at the same numbers as an uninterrupted run.",
];

/** The command that trains a task's models. */
export function trainCommand<S extends RunSettings, D extends TrainingData, M extends RunModel<B>, B>(
  task: TrainingTask<S, D, M, B>,
): AnyCommand {
  return {
    name: `train ${task.name}`,
    positionals: [],
    required: [],
    ...task.command,
    notes: [...(task.command.notes ?? []), ...usualNotes],

    async run(input, io): Promise<Outcome> {
      const progress = new Progress(io, input.values.json ? "json" : "text");
      await using session = await openSession(task, input, io, progress);
      progress.note(`Training on ${session.backend.kernel}; Ctrl-C saves and stops`);
      const summary = await runSession(session, task.plan(session), io, progress);
      if (summary.reason === "aborted") return stopped(task.name, session, summary.state.step, io);
      return await finishSession(task, session, summary, io, progress);
    },
  };
}

function stopped(task: string, session: { readonly folder: string }, steps: number, io: Io): Outcome {
  const directory = shownPath(session.folder, io);
  const resume = `${io.program} ${resumeCommand(task, session, io)}`;
  return {
    data: { interrupted: true, steps, directory, resume },
    text: `Interrupted after ${steps} steps; saved in ${directory}. Go on with:\n  ${resume}`,
    exitCode: interrupted,
  };
}
