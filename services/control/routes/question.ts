import { releaseIsKnown } from '../../../lib/warehouse/queries/freshness.ts';
import type { OutcomeQuestion } from '../../../lib/warehouse/queries/question.ts';
import type { Warehouse } from '../../../lib/warehouse/warehouse.ts';
import type { ControlOptions } from '../options.ts';
import { Problem } from '../problem.ts';
import { count, flag, given, text, withDefault } from '../schema.ts';

const longestSeconds = 30 * 24 * 60 * 60;
const longestId = 128;

export const appParams = given({ app: text('The app id.', { maxLength: longestId }) }, ['app']);
export const releaseParams = given(
  {
    app: text('The app id.', { maxLength: longestId }),
    release: text('The release as the device named it, percent-encoded.', { maxLength: 2 * longestId }),
  },
  ['app', 'release'],
);

/** What every count of devices may be asked with. */
export const questionParameters = {
  channel: withDefault(text('Only devices that enrolled on this channel; all when left out.', { maxLength: 64 }), ''),
  include_excluded: withDefault(flag('Counts debug builds and emulators with the rest.'), false),
  confirm_seconds: count('Confirm time; the setting when left out.', { maximum: longestSeconds }),
  silence_seconds: count('Silence time; the setting when left out.', { maximum: longestSeconds }),
};

export const questionQuery = given(questionParameters);

export interface Asked {
  params: { app: string; release?: string };
  query: {
    channel: string;
    include_excluded: boolean;
    confirm_seconds: number | undefined;
    silence_seconds: number | undefined;
  };
}

export function questionOf({ params, query }: Asked, { clock, config }: ControlOptions): OutcomeQuestion {
  return {
    app: params.app,
    release: params.release ?? '',
    channel: query.channel,
    includeExcluded: query.include_excluded,
    asOf: new Date(clock()),
    confirmSeconds: query.confirm_seconds ?? config.confirmSeconds,
    silenceSeconds: query.silence_seconds ?? config.silenceSeconds,
    outcomeWindowSeconds: config.outcomeWindowSeconds,
  };
}

/** A release that no stored event names is a mistake in the address rather than an empty answer. */
export async function mustBeKnown(warehouse: Warehouse, { app, release }: OutcomeQuestion): Promise<void> {
  if (!(await releaseIsKnown(warehouse, app, release))) {
    throw new Problem('not_found', 'No stored event of this app names this release.');
  }
}
