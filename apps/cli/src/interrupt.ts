const interrupted = 130;

/** Ctrl-C, and what systems send before they end a process. */
const signals = ["SIGINT", "SIGTERM"] as const;

/** Calls back at the first SIGINT or SIGTERM; the second ends the process at once with exit code 130. */
export function onInterrupt(listener: () => void): Disposable {
  let before = false;
  const handle = (): void => {
    if (before) process.exit(interrupted);
    before = true;
    listener();
  };
  for (const signal of signals) process.on(signal, handle);
  return {
    [Symbol.dispose]() {
      for (const signal of signals) process.off(signal, handle);
    },
  };
}
