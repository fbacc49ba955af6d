import { capgoActions, type CapgoAction, type Names } from './capgoActions.ts';

/** The fields of one event that say something about others. */
export interface CapgoStep {
  action: string;
  platform: string;
  /** The bundle it names, "builtin" and file already resolved. */
  version: string;
  /** The bundle it says was current before; "" where it says none. */
  old: string;
  /** What the bundle of the store is called. */
  builtin: string;
}

/** What the events before this one, in the same request, say about it. */
export interface Context {
  names: Names;
  /** True for the `set` with which the plugin went back to a bundle it knows, after the one before did not start. */
  fallback: boolean;
  /** The failed step that this failure sums up; "" when it stands for itself. */
  cause: string;
}

/** With these a new update begins: what failed before is over. */
const begins = new Set([
  'download_zip_start',
  'download_manifest_start',
  'download_0',
  'download_complete',
  'set_next',
]);

/**
 * Reads one device's events in the order in which the plugin queued them. Some can only be understood by what stands
 * before them, and the plugin sends what belongs together within a second, mostly in one request. Nothing is kept from
 * one request to the next: the same request is always understood in the same way, by every gateway.
 */
export class CapgoHistory {
  private running = '';
  private revertedJustNow = false;
  private cause = '';

  /** The context of the next event. */
  next(step: CapgoStep): Context {
    const { action, version, old, builtin } = step;
    const known = Object.hasOwn(capgoActions, action) ? capgoActions[action] : undefined;
    const fallback = action === 'set' && this.revertedJustNow && old === builtin;
    const context: Context = {
      names: this.settle(namesOf(known, step.platform), version),
      fallback,
      cause: action === 'finish_download_fail' ? this.cause : '',
    };

    if (action === 'set' || begins.has(action)) {
      this.revertedJustNow = false;
      this.cause = '';
    }
    if (action === 'update_fail') this.revertedJustNow = true;
    if (known?.kind === 'download_failed' && action !== 'download_fail') this.cause = action;
    if (action === 'set' || action === 'reset' || (known && context.names === 'running')) this.running = version;
    else if (action === 'set_next' && old !== '') this.running = old;
    return context;
  }

  /** Unsure is what is charged to the bundle it names, unless that one is seen to run: what runs was not being fetched. */
  private settle(names: Names, version: string): Names {
    if (names !== 'unsure') return names;
    return version === this.running ? 'running' : 'target';
  }
}

function namesOf(action: CapgoAction | undefined, platform: string): Names {
  if (!action) return 'target';
  const { names } = action;
  if (typeof names === 'string') return names;
  return platform === 'ios' || platform === 'electron' ? names[platform] : names.android;
}
