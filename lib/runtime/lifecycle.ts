import { once } from 'node:events';
import type { EventEmitter } from 'node:events';
import { codeOf } from './errors.ts';
import type { Logger } from './logger.ts';

/**
 * What a process has started, in order, so that it can be stopped in reverse.
 *
 * Wiring code names each part as soon as it runs; if a later one fails to start, `stop` undoes exactly what was begun.
 */
export interface Lifecycle {
  /** Registers how a started part is stopped. */
  onStop(name: string, stop: () => unknown): void;
  /** Registers a part whose death ends the process: rejecting, or resolving while nobody asked it to stop. */
  watch(name: string, ended: Promise<unknown>): void;
  /** Rejects with the first death of a watched part. */
  readonly failed: Promise<never>;
  /** Stops all parts, the latest first. Each is tried, whatever the others do; true when none failed. Safe to call twice. */
  stop(): Promise<boolean>;
}

export function createLifecycle(logger: Logger): Lifecycle {
  const parts: { name: string; stop: () => unknown }[] = [];
  let fail: (error: Error) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => (fail = reject));
  failed.catch(() => undefined);
  let stopping: Promise<boolean> | undefined;

  async function stopAll(): Promise<boolean> {
    let clean = true;
    for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
      try {
        await part.stop();
        logger.debug({ part: part.name }, 'stopped');
      } catch (error) {
        clean = false;
        logger.error({ part: part.name, err: error }, 'did not stop cleanly');
      }
    }
    return clean;
  }

  return {
    onStop(name, stop) {
      parts.push({ name, stop });
      // Started while the rest was being stopped: nobody else would look at it again.
      if (stopping !== undefined) void stopAll();
    },
    watch(name, ended) {
      ended.then(
        () => {
          if (stopping === undefined) fail(new Error(`${name} ended by itself`));
        },
        (error: unknown) => fail(new Error(`${name} died`, { cause: error })),
      );
    },
    failed,
    stop: () => (stopping ??= stopAll()),
  };
}

export interface ProcessOptions {
  logger: Logger;
  /** Longest time a graceful stop may take, ms. */
  shutdownMs: number;
  /** Where SIGTERM and SIGINT arrive: `process`, or a test's own emitter. */
  signals: EventEmitter;
}

/**
 * Starts a process's parts and waits for its end. Resolves with the exit code: 0 after a signal and a clean stop, 1 when a
 * part died, a stop failed or took too long. Rejects when starting failed, everything begun having been stopped.
 * A second signal ends the wait for a clean stop.
 */
export async function runProcess(
  start: (lifecycle: Lifecycle) => Promise<void>,
  { logger, shutdownMs, signals }: ProcessOptions,
): Promise<number> {
  const lifecycle = createLifecycle(logger);
  const signalled = nextSignal(signals);
  const stopWithin = async (): Promise<boolean> => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<false>((resolve) => {
      timer = setTimeout(() => {
        logger.error({ seconds: shutdownMs / 1000 }, 'the stop took too long; leaving');
        resolve(false);
      }, shutdownMs);
    });
    const again = nextSignal(signals);
    const clean = await Promise.race([lifecycle.stop(), late, again.received.then(() => false)]);
    again.forget();
    clearTimeout(timer);
    return clean;
  };

  const starting = start(lifecycle);
  let why: string | Error | undefined;
  try {
    // A signal during a long start is obeyed as well.
    why = (await Promise.race([starting, signalled.received])) ?? undefined;
  } catch (error) {
    signalled.forget();
    await stopWithin();
    throw error;
  }
  starting.catch(() => undefined);
  why ??= await Promise.race([signalled.received, lifecycle.failed.catch((error: unknown) => error as Error)]);
  signalled.forget();
  if (typeof why === 'string') logger.info({ signal: why }, 'stopping');
  else logger.fatal({ code: codeOf(why), err: why }, 'a part died; the process ends with a failure');
  const clean = await stopWithin();
  return clean && typeof why === 'string' ? 0 : 1;
}

interface Signalled {
  received: Promise<string>;
  forget(): void;
}

function nextSignal(signals: EventEmitter): Signalled {
  const giveUp = new AbortController();
  const names = ['SIGTERM', 'SIGINT'];
  const received = Promise.race(names.map((name) => once(signals, name, { signal: giveUp.signal }).then(() => name)));
  received.then(
    () => giveUp.abort(),
    () => undefined,
  );
  return { received, forget: () => giveUp.abort() };
}
