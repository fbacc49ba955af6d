import type { Sample } from './samples.ts';

/** Where we answer otherwise than the client's own server, on purpose. The pages in `docs/dialects` list the same ids. */
export interface Difference {
  id: string;
  /** The page that explains it. */
  page: 'capgo' | 'codepush';
  of(sample: Sample): boolean;
  ours: { status: number; body?: unknown };
  /** Kinds of the events that we keep. */
  kinds: string[];
}

export const differences: Difference[] = [
  {
    id: 'unknown-version',
    page: 'capgo',
    of: (sample) => isCapgo(sample) && errorOf(sample) === 'version_not_found',
    ours: { status: 200, body: { status: 'ok' } },
    kinds: ['activated'],
  },
  {
    id: 'new-action',
    page: 'capgo',
    of: (sample) =>
      isCapgo(sample) && sample.expect.http?.status === 400 && actionsOf(sample)[0] === 'session_key_required',
    ours: { status: 200, body: { status: 'ok' } },
    kinds: ['download_failed'],
  },
  {
    id: 'unknown-action',
    page: 'capgo',
    of: (sample) => isCapgo(sample) && actionsOf(sample).includes('invalid_action_xyz'),
    ours: {
      status: 200,
      body: {
        status: 'ok',
        results: [
          { status: 'ok', index: 0 },
          { status: 'ok', index: 1 },
        ],
      },
    },
    kinds: ['update_offered', 'other'],
  },
  {
    id: 'several-apps',
    page: 'capgo',
    of: (sample) => isCapgo(sample) && errorOf(sample) === 'mixed_app_ids',
    ours: {
      status: 200,
      body: {
        status: 'ok',
        results: [
          { status: 'ok', index: 0 },
          { status: 'ok', index: 1 },
        ],
      },
    },
    kinds: ['update_offered', 'update_offered'],
  },
  {
    id: 'refused-report',
    page: 'codepush',
    of: (sample) => sample.dialect.startsWith('codepush') && sample.expect.http?.status === 400,
    ours: { status: 400, body: '<text>' },
    kinds: [],
  },
];

function isCapgo(sample: Sample): boolean {
  return sample.dialect === 'capgo-stats';
}

function actionsOf({ body }: Sample): unknown[] {
  return (Array.isArray(body) ? (body as unknown[]) : [body]).map((each) => (each as { action?: unknown }).action);
}

function errorOf({ expect }: Sample): unknown {
  return (expect.http?.body as { error?: unknown } | undefined)?.error;
}
