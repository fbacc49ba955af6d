/** The program's side of `program.ts`. */

/** The argument that the program was started with. */
export function argument(): unknown {
  return JSON.parse(process.argv[2] ?? '{}');
}

export function tell(message: object): void {
  process.send?.(message);
}

/** Resolves with the next message of whoever started the program. */
export function hear(): Promise<unknown> {
  return new Promise((resolve) => process.once('message', resolve));
}

/** For a program that serves: `asked` for every message, `stop` for `{ stop: true }`. */
export function onMessage(asked: () => void | Promise<void>, stop: () => Promise<void>): void {
  process.on('message', (message) => {
    const stopping = (message as { stop?: boolean }).stop === true;
    void (stopping ? stop() : asked());
  });
}

/** Lets the program end: everything it opened is closed. */
export function leave(): void {
  process.disconnect();
}
