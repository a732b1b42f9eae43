import { type Choice, choices, reference } from "./backends.ts";
import { element } from "./dom.ts";
import { losses } from "./shape.ts";

/** A box for each backend with what its probe says; those that can run are chosen at first. */
export async function backendItems(): Promise<HTMLElement[]> {
  return Promise.all(choices.map(backendItem));
}

async function backendItem({ module }: Choice): Promise<HTMLElement> {
  const probe = await module.probe();
  const required = module === reference.module;
  const box = element("input", {
    type: "checkbox",
    name: "backend",
    value: module.name,
    checked: probe.available,
    disabled: required,
  });
  const notes = probe.available
    ? [probe.kernel, probe.software && "emulated on the CPU", required && "the reference, in float64"]
    : [`not available: ${probe.reason}`];
  const note = element("small", {}, notes.filter((text) => text !== false).join("; "));
  return element("li", {}, element("label", {}, box, ` ${module.name} `, note));
}

export function lossOptions(): HTMLElement[] {
  return Object.entries(losses).map(([value, { label }]) => element("option", { value }, label));
}

/** What the form says: the backends, the reference first. */
export function chosen(form: HTMLFormElement): {
  readonly backends: Choice[];
  readonly loss: string;
  readonly steps: number;
} {
  const data = new FormData(form);
  const names = data.getAll("backend");
  const backends = choices.filter((choice) => choice === reference || names.includes(choice.module.name));
  return { backends, loss: String(data.get("loss")), steps: Number(data.get("steps")) };
}
