import { charts } from "./charts.ts";
import { backendItems, chosen, lossOptions } from "./choose.ts";
import { element, find } from "./dom.ts";
import { resultRows } from "./results.ts";
import { execute, explain, type Run, waitingRun } from "./run.ts";
import { losses } from "./shape.ts";
import { loadText, type Text } from "./text.ts";

const form = find("#settings", HTMLFormElement);
const trainButton = find("button[type=submit]", HTMLButtonElement);
const stopButton = find("#stop", HTMLButtonElement);
const status = find("#status", HTMLElement);
const table = find("#results", HTMLTableElement);
const chartArea = find("#charts", HTMLElement);
const exportArea = find("#export", HTMLElement);

async function start(): Promise<void> {
  find("select[name=loss]", HTMLSelectElement).append(...lossOptions());
  try {
    const [items, text] = await Promise.all([backendItems(), loadText()]);
    find("#backends", HTMLUListElement).append(...items);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void compare(text);
    });
    trainButton.disabled = false;
    status.textContent = `Ready: ${text.vocabularySize.toLocaleString("en")} words, ${text.batches.dataset.size.toLocaleString("en")} examples.`;
  } catch (error) {
    status.textContent = explain(error);
  }
}

/** Trains on each chosen backend, one after the other, and shows how it goes. */
async function compare(text: Text): Promise<void> {
  const { backends, loss, steps } = chosen(form);
  const runs = backends.map(waitingRun);
  const controller = new AbortController();
  stopButton.onclick = () => controller.abort();
  setBusy(true);
  exportArea.replaceChildren();
  const plan = { text, choice: losses[loss]!, steps };
  for (const run of runs) {
    if (controller.signal.aborted) break;
    status.textContent = `Training on ${run.choice.module.name} …`;
    await execute(run, plan, controller.signal, () => showSoon(runs));
  }
  show(runs);
  const failed = runs.filter(({ state }) => state === "failed").length;
  const ended = controller.signal.aborted ? "Stopped" : "Done";
  status.textContent = failed === 0 ? `${ended}.` : `${ended}; ${failed} of ${runs.length} backends failed.`;
  exportArea.replaceChildren(download(runs, { loss, steps }));
  setBusy(false);
}

function setBusy(busy: boolean): void {
  trainButton.disabled = busy;
  stopButton.disabled = !busy;
}

/** Milliseconds between two drawings. */
const INTERVAL = 250;
let shown = 0;

function showSoon(runs: readonly Run[]): void {
  if (performance.now() - shown > INTERVAL) show(runs);
}

function show(runs: readonly Run[]): void {
  table.replaceChildren(...resultRows(runs));
  chartArea.replaceChildren(...charts(runs));
  shown = performance.now();
}

/** A link to the numbers behind the page. */
function download(runs: readonly Run[], settings: object): HTMLElement {
  const backends = runs.map(({ choice, state, kernel, losses, milliseconds, error }) => {
    return { name: choice.module.name, state, kernel, losses, milliseconds, error };
  });
  const numbers = new Blob([JSON.stringify({ ...settings, backends })], { type: "application/json" });
  return element("a", { href: URL.createObjectURL(numbers), download: "losses.json" }, "Download the numbers (JSON)");
}

await start();
