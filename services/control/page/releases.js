import { element, setText } from './dom.js';
import { count, interval, percent } from './format.js';

export const outcomes = ['installed', 'healed', 'failed', 'silent', 'in_progress'];

/** A rate whose interval is wider than this is not worth much yet, and is said to be so. */
const widestInterval = 0.2;

const labels = {
  devices: 'Devices',
  installed: 'Installed',
  healed: 'Healed',
  failed: 'Failed',
  silent: 'Silent',
  in_progress: 'In progress',
  excluded: 'Excluded',
};

/** Devices that take part in a release: every outcome, the excluded ones left out. */
export function devicesSoFar(devices) {
  return outcomes.reduce((sum, name) => sum + devices[name], 0);
}

/** The table of releases. Rows stay where they are and only their texts change. `hrefOf` gives a release's own address. */
export function createReleaseTable(body, hrefOf) {
  const rows = new Map();

  return {
    show(releases, selected) {
      const names = new Set(releases.map(({ release }) => release));
      for (const [name, row] of rows) {
        if (names.has(name)) continue;
        row.node.remove();
        rows.delete(name);
      }
      releases.forEach((release, at) => {
        let row = rows.get(release.release);
        if (row === undefined) rows.set(release.release, (row = createRow()));
        row.show(release, release.release === selected, hrefOf(release.release));
        if (body.children[at] !== row.node) body.insertBefore(row.node, body.children[at] ?? null);
      });
    },
  };
}

function cell(className, ...children) {
  const node = element('td', className, ...children);
  node.setAttribute('role', 'cell');
  return node;
}

function createRow() {
  const link = element('a', 'release');
  const channels = element('span', 'channels');
  const value = element('strong', 'rate');
  const range = element('span', 'range');
  const of = element('span', 'of');
  const bar = element('div', 'bar');
  bar.setAttribute('aria-hidden', 'true');
  const parts = outcomes.map((name) => element('span', name));
  bar.append(...parts);

  const head = element('th', 'name', link, channels);
  head.scope = 'row';
  head.setAttribute('role', 'rowheader');
  const presumed = element('small', 'presumed');
  const numbers = Object.fromEntries(
    Object.keys(labels).map((name) => [name, { text: element('span'), cell: undefined }]),
  );
  for (const [name, label] of Object.entries(labels)) {
    const entry = numbers[name];
    entry.cell = cell(name === 'excluded' ? 'number aside' : 'number', entry.text);
    entry.cell.dataset.label = label;
    if (name === 'installed') entry.cell.append(presumed);
  }
  const node = element(
    'tr',
    '',
    head,
    cell('rate-cell', value, range, of),
    cell('bar-cell', bar),
    ...Object.values(numbers).map((entry) => entry.cell),
  );
  node.setAttribute('role', 'row');
  // A click anywhere in the row is a click on its link; keyboards and screen readers have the link itself.
  node.addEventListener('click', (event) => {
    if (!link.contains(event.target) && getSelection()?.isCollapsed !== false) link.click();
  });

  return {
    node,
    show({ release, channels: names, devices, success_rate: rate }, selected, href) {
      setText(link, release);
      link.href = href;
      node.classList.toggle('selected', selected);
      if (selected) link.setAttribute('aria-current', 'true');
      else link.removeAttribute('aria-current');
      setText(channels, names.join(', '));
      const known = rate.denominator > 0;
      const few = known && rate.upper - rate.lower > widestInterval;
      value.classList.toggle('weak', !known || few);
      setText(value, known ? percent(rate.value) : 'No data');
      setText(range, known ? interval(rate.lower, rate.upper) + (few ? ' · few devices' : '') : '');
      setText(of, known ? `${count(rate.numerator)} of ${count(rate.denominator)}` : 'none has reported its end');
      outcomes.forEach((name, at) => (parts[at].style.flexGrow = String(devices[name])));
      setText(numbers.devices.text, count(devicesSoFar(devices)));
      for (const name of [...outcomes, 'excluded']) {
        setText(numbers[name].text, count(devices[name]));
        numbers[name].cell.classList.toggle('zero', devices[name] === 0);
      }
      setText(presumed, devices.presumed > 0 ? `${count(devices.presumed)} presumed` : '');
    },
  };
}
