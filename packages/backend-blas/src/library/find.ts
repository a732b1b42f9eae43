import { explicitCandidate, platformLibraries } from "./candidates.ts";
import type { Foreign } from "./native.ts";
import { type Library, openLibrary } from "./open.ts";

/** The machine that a backend runs on. */
export interface Host {
  readonly platform: NodeJS.Platform;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Cores that this process may use. */
  readonly cores: number;
  loadForeign(): Promise<Foreign>;
}

/** A library, or why there is none. */
export type Found = { readonly library: Library } | { readonly reason: string };

const variable = "WIDEHEAD_BLAS";

/** The library of that path, else the one that WIDEHEAD_BLAS names, else the first of the platform's that serves. */
export async function findLibrary(path: string | undefined, host: Host): Promise<Found> {
  let foreign: Foreign;
  try {
    foreign = await host.loadForeign();
  } catch (error) {
    return { reason: `koffi, which calls native libraries, cannot be loaded: ${messageOf(error)}` };
  }
  const named = path ?? host.environment[variable];
  if (named !== undefined && named !== "") {
    const origin = path === undefined ? `${variable}=${named}` : named;
    return open(explicitCandidate(named, host.platform), origin, foreign);
  }
  return search(host, foreign);
}

function search(host: Host, foreign: Foreign): Found {
  const { candidates, remedy } = platformLibraries(host.platform);
  const reasons: string[] = [];
  for (const candidate of candidates) {
    const found = open(candidate, candidate.path, foreign);
    if ("library" in found) return found;
    reasons.push(found.reason);
  }
  return { reason: `no BLAS was found: ${reasons.join("; ")}. To get one: ${remedy}` };
}

function open(candidate: Parameters<typeof openLibrary>[0], origin: string, foreign: Foreign): Found {
  try {
    return { library: openLibrary(candidate, foreign) };
  } catch (error) {
    return { reason: `${origin}: ${messageOf(error)}` };
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
