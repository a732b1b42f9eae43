const interrupted = 130;

/** Calls back at the first SIGINT; the second ends the process at once with exit code 130. */
export function onInterrupt(listener: () => void): Disposable {
  let before = false;
  const handle = (): void => {
    if (before) process.exit(interrupted);
    before = true;
    listener();
  };
  process.on("SIGINT", handle);
  return { [Symbol.dispose]: () => process.off("SIGINT", handle) };
}
