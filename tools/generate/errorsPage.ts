import { faultCodes } from '../../lib/events/reader.ts';
import { errorCatalogue } from '../../lib/runtime/errors.ts';
import { problems as ofControl } from '../../services/control/problem.ts';
import { problems as ofGateway } from '../../services/gateway/problem.ts';
import { page, table } from './table.ts';

type Problems = Readonly<Record<string, { status: number; title: string }>>;

/** Every code that a user, a program or an alert can meet. */
export function errorsPage(): string {
  const rows = Object.entries(errorCatalogue).map(([code, { title, retryable, next }]) => [
    `\`${code}\``,
    title,
    retryable ? 'yes' : 'no',
    next,
  ]);
  return page(
    'Errors',
    'lib/runtime/errors.ts and the problem.ts of gateway and control',
    'Codes are stable; go by them and never by the text.',
    '## Of a process or a command',
    table(['code', 'meaning', 'may pass by itself', 'what to do'], rows),
    '## Answers of the device API',
    'As `application/problem+json` on the native path; [dialects](../dialects/README.md) answer in the words of their clients.',
    problemTable(ofGateway),
    'A single event is refused beside the others, in `rejected[]`, with one of: ' +
      [...faultCodes, 'app_not_allowed', 'too_many_apps', 'too_many_releases', 'rate_limited']
        .map((code) => `\`${code}\``)
        .join(', ') +
      '. It names the field and never the value.',
    '## Answers of the operator API',
    problemTable(ofControl),
  );
}

function problemTable(problems: Problems): string {
  const rows = Object.entries(problems).map(([code, { status, title }]) => [`\`${code}\``, String(status), title]);
  return table(['code', 'status', 'meaning'], rows);
}
