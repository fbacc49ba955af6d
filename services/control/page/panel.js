import { createChart } from './chart.js';
import { byId, element, setText } from './dom.js';
import { count, devices as deviceWords, interval, percent } from './format.js';
import { devicesSoFar } from './releases.js';

const mostReasons = 6;
const mostOthers = 4;

const kindWords = {
  download_failed: 'download failed',
  install_failed: 'installation failed',
  rolled_back: 'rolled back',
  app_crashed: 'crashed',
};

/** What is shown of the selected release: a sentence, its chart beside the other releases, its reasons. */
export function createPanel(announce) {
  const panel = byId('panel');
  const chart = createChart(byId('plot'), byId('chart-reading'), announce);

  return {
    /** `errors`: undefined while they are not known. */
    show(release, releases, history, errors) {
      panel.hidden = release === undefined;
      if (release === undefined) return;
      setText(byId('panel-title'), release.release);
      setText(byId('panel-sentence'), sentence(release));
      const others = releases.filter((each) => each !== release).slice(0, mostOthers);
      chart.draw([release, ...others].map(({ release: name }) => ({ name, samples: history.of(name) })));
      if (errors !== undefined) showReasons(errors, devicesSoFar(release.devices));
    },
  };
}

function sentence({ devices, success_rate: rate }) {
  const all = devicesSoFar(devices);
  const rest = [];
  if (devices.in_progress > 0) rest.push(`${count(devices.in_progress)} in progress`);
  if (devices.silent > 0) rest.push(`${count(devices.silent)} silent`);
  if (rate.denominator === 0) {
    const of = all === 0 ? 'Every device so far is excluded.' : `Of ${deviceWords(all)} none has reported its end.`;
    return `No data. ${of}`;
  }
  const first = `${percent(rate.value)} (${interval(rate.lower, rate.upper)}) of the ${deviceWords(rate.denominator)} that reported so far run it; ${count(devices.failed)} failed.`;
  const bounds = rate.bounds_with_silent;
  const bound =
    devices.silent > 0
      ? ` Counting the silent ones as failed it would be ${percent(bounds.lower)}, as installed ${percent(bounds.upper)}.`
      : '';
  return first + (rest.length > 0 ? ` Not counted yet: ${rest.join(', ')}.` : '') + bound;
}

function showReasons(errors, all) {
  byId('no-reasons').hidden = errors.length > 0;
  byId('reasons-table').hidden = errors.length === 0;
  const most = errors[0]?.devices ?? 1;
  const body = byId('reasons');
  errors.slice(0, mostReasons).forEach((reason, at) => {
    const row = body.children[at] ?? body.appendChild(reasonRow());
    const [head, number, share] = row.children;
    const [code, about, bar] = head.children;
    setCode(code, reason.error_code === '' ? 'no code given' : reason.error_code);
    setText(about, [kindWords[reason.kind] ?? reason.kind, reason.error_class].filter(Boolean).join(' · '));
    head.title = reason.sample_message;
    bar.firstChild.style.width = `${(100 * reason.devices) / most}%`;
    setText(number, count(reason.devices));
    setText(share, all > 0 ? percent(reason.devices / all) : '–');
  });
  while (body.children.length > Math.min(errors.length, mostReasons)) body.lastChild.remove();
}

/** A long code may break after its underscores. */
function setCode(node, code) {
  if (node.textContent === code) return;
  const parts = code.split(/(?<=[_.-])/);
  node.replaceChildren(...parts.flatMap((part, at) => (at === 0 ? part : [element('wbr'), part])));
}

function reasonRow() {
  const head = element(
    'th',
    '',
    element('span', 'code'),
    element('span', 'about'),
    element('span', 'reason-bar', element('span')),
  );
  head.scope = 'row';
  head.lastChild.setAttribute('aria-hidden', 'true');
  return element('tr', '', head, element('td', 'number'), element('td', 'number'));
}
