/** Where text goes; a terminal can rewrite its last line. */
export interface Sink {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Everything that a command takes from its surroundings, so that tests can be the surroundings. */
export interface Io {
  readonly stdout: Sink;
  readonly stderr: Sink;
  /** The lines that come in, without their ends. */
  stdin(): AsyncIterable<string>;
  /** Milliseconds of a clock that never runs backwards. */
  now(): number;
  /** Folder that relative paths start from. */
  readonly directory: string;
  /** How the user calls this program, for hints: `widehead`. */
  readonly program: string;
  /** Bytes of memory that this process holds. */
  residentMemory(): number;
  /** Bytes that models may take here. */
  memoryLimit(): number;
  /** Calls back at the first interruption; the second ends the process. Without a listener the first one does. */
  onInterrupt(listener: () => void): Disposable;
}
