import { emptyDraft, type EventDraft, type Parsed } from '../../../lib/events/draft.ts';
import { errorClass } from '../../../lib/events/errorClass.ts';
import type { Kind } from '../../../lib/events/kinds.ts';
import { createReader, cutBytes, faultCodes, type Fault, type Reader } from '../../../lib/events/reader.ts';
import { parseJson } from '../body.ts';
import type { Rejection } from '../outcome.ts';
import { Problem } from '../problem.ts';
import { plainText } from '../reply.ts';
import { underKey, type Dialect, type DialectRequest, type Reading } from './dialect.ts';

/**
 * The reports of CodePush's clients and forks: a finished download, and how the first run of a bundle ended. There is no
 * time, platform or event id in them, and a client repeats a report until it gets a 2xx. A label counts within its
 * deployment only, so the release is `<deployment key>/<label>`; deployment keys are public, they stand in every app.
 */
export const codepush: Dialect = {
  name: 'codepush',
  mounts: underKey('codepush'),
  routes: ['/v0.1/public/codepush/report_status', '/reportStatus'].flatMap((path) => [
    { method: 'POST', path: `${path}/deploy`, read: (request) => reading(request, parseDeploy) },
    { method: 'POST', path: `${path}/download`, read: (request) => reading(request, parseDownload) },
  ]),
  reportsStarts: false,
  overLimit: 'accept',
  overDeviceLimit: 'drop',
  refuse: (problem) => plainText(problem.status, problem.message, problem.headers),
};

/** Status of a labelled deploy report → kind. No client is known to send the last. */
const statuses: Readonly<Record<string, Kind>> = {
  DeploymentSucceeded: 'install_completed',
  DeploymentFailed: 'rolled_back',
  Downloaded: 'download_completed',
};

const MAX_RELEASE = 128;
const faulty: ReadonlySet<string> = new Set(faultCodes);

type Parse = (read: Reader, draft: EventDraft) => Fault | undefined;

function reading(request: DialectRequest, parse: Parse): Reading {
  return {
    events: [fieldsOf(request)],
    parse: (fields) => parseReport(fields as Record<string, unknown>, request, parse),
    answer: ([rejection]) => (rejection && faulty.has(rejection.code) ? badRequest(rejection) : plainText(200, 'OK')),
  };
}

/** Caps are ours, not the client's: it could do nothing but repeat the report. */
function badRequest({ field, message }: Rejection): ReturnType<typeof plainText> {
  return plainText(400, `The report cannot be taken: ${field} ${message}.`);
}

/** Either spelling on either path, the camelCase one first; what is empty is absent. */
function fieldsOf({ body, headers }: DialectRequest): Record<string, unknown> {
  const form = headers['content-type']?.toLowerCase().startsWith('application/x-www-form-urlencoded') ?? false;
  const value: unknown = form ? Object.fromEntries(new URLSearchParams(body.toString('utf8'))) : parseJson(body);
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new Problem('unreadable_body', 'A report is a JSON object.');
  }
  const given = new Map(
    Object.entries(value as Record<string, unknown>).filter(([, each]) => each !== '' && each !== null),
  );
  const either = (camel: string, snake: string): unknown => given.get(camel) ?? given.get(snake);
  return {
    deployment_key: either('deploymentKey', 'deployment_key'),
    app_version: either('appVersion', 'app_version'),
    client_unique_id: either('clientUniqueId', 'client_unique_id'),
    previous_deployment_key: either('previousDeploymentKey', 'previous_deployment_key'),
    previous: either('previousLabelOrAppVersion', 'previous_label_or_app_version'),
    label: given.get('label'),
    status: given.get('status'),
  };
}

function parseReport(fields: Record<string, unknown>, request: DialectRequest, parse: Parse): Parsed {
  const read = createReader(fields);
  const draft = emptyDraft('other');
  const deployment = read.id('deployment_key');
  if (deployment === '') read.missing('deployment_key');
  const label = read.id('label');
  draft.app_id = request.keyApp || deployment;
  draft.device_id = read.id('client_unique_id');
  draft.release = label === '' ? '' : `${deployment}/${label}`;
  draft.app_version = read.id('app_version');
  draft.sdk = header(request, 'x-codepush-plugin-name').replace(/^@/, '');
  draft.sdk_version = cutBytes(header(request, 'x-codepush-plugin-version'), MAX_RELEASE);
  draft.repeats = 'never';
  // Devices without a name cannot be told apart, so none of them can be counted.
  draft.bystander = draft.device_id === '';
  const fault = parse(read, draft) ?? read.fault();
  if (fault) return { fault };
  if (draft.release.length > MAX_RELEASE) {
    return {
      fault: {
        code: 'too_long',
        field: 'label',
        message: `has, with its deployment key, at most ${MAX_RELEASE} characters`,
      },
    };
  }
  return { draft };
}

function parseDownload(read: Reader, draft: EventDraft): undefined {
  if (draft.release === '') read.missing('label');
  draft.kind = 'download_completed';
  draft.source_action = 'Downloaded';
}

function parseDeploy(read: Reader, draft: EventDraft): Fault | undefined {
  if (draft.app_version === '') read.missing('app_version');
  draft.previous_release = previousRelease(read);
  draft.source_action = 'deploy';
  // Without a label it is the store's binary that runs.
  if (draft.release === '') return undefined;
  const status = read.required('status', MAX_RELEASE);
  const kind = Object.hasOwn(statuses, status) ? statuses[status] : undefined;
  if (kind === undefined) {
    return read.fault() ?? { code: 'out_of_range', field: 'status', message: 'is none that a deploy report has' };
  }
  draft.kind = kind;
  draft.source_action = status;
  if (kind !== 'rolled_back') return undefined;
  draft.error_code = status;
  draft.error_class = errorClass(kind, status, '');
  return undefined;
}

/** What the device reported last: a label of the previous deployment, or a version of the store's binary. */
function previousRelease(read: Reader): string {
  const previous = read.id('previous');
  if (!/^v\d+$/.test(previous)) return previous;
  return `${read.id('previous_deployment_key') || read.id('deployment_key')}/${previous}`;
}

function header({ headers }: DialectRequest, name: string): string {
  return String(headers[name] ?? '');
}
