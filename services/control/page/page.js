import * as api from './api.js';
import { createConnection } from './connection.js';
import { byId, element, setText } from './dom.js';
import { count, devices, span } from './format.js';
import { createHistory } from './history.js';
import { createPanel } from './panel.js';
import { createReleaseTable } from './releases.js';
import { askForKey } from './signIn.js';

const appsEveryMs = 2000;

const announce = (text) => setText(byId('announcer'), text);
const panel = createPanel(announce);
const table = createReleaseTable(byId('releases'), (release) => addressOf({ app: view.app, release }));

/** What is looked at; the address holds it. */
let view = viewOf(location);
let apps = [];
let appsReadAt = -Infinity;
let latest;
/** Reasons by release, as read last. */
let errors = new Map();
let seen = createHistory();

function viewOf({ search }) {
  const query = new URLSearchParams(search);
  return { app: query.get('app') ?? '', release: query.get('release') ?? '' };
}

function addressOf({ app, release }) {
  const query = new URLSearchParams();
  if (app !== '') query.set('app', app);
  if (release !== '') query.set('release', release);
  const text = query.toString();
  return text === '' ? '/' : `/?${text}`;
}

/** `how`: what becomes of the address; undefined when it is right already. */
function setView(next, how) {
  if (next.app !== view.app) {
    latest = undefined;
    errors = new Map();
    seen = createHistory();
  }
  view = next;
  if (how !== undefined) history[how](null, '', addressOf(view));
}

/** Somebody has chosen. */
function go(next, how) {
  setView(next, how);
  show();
  connection.now();
}

/** Reads what the view needs. Throws an ApiError. */
async function read(gap) {
  const appsDue = performance.now() - appsReadAt >= appsEveryMs;
  const readingApps = appsDue ? api.readApps() : Promise.resolve(apps);
  if (view.app === '') {
    apps = await readingApps;
    appsReadAt = performance.now();
    const newest = apps.toSorted((left, right) => right.last_seen.localeCompare(left.last_seen))[0];
    if (newest === undefined) return void show();
    setView({ app: newest.app, release: '' }, 'replaceState');
  }
  const { app, release } = view;
  // An address may name a release that nobody has taken part in yet; it has no reasons to be asked for.
  const there = (list) => list?.releases.some((each) => each.release === release) === true;
  const asked = there(latest);
  const [known, releases, reasons] = await Promise.all([
    readingApps,
    api.readReleases(app),
    asked ? api.readErrors(app, release) : undefined,
  ]);
  apps = known;
  if (appsDue) appsReadAt = performance.now();
  // Somebody has gone elsewhere meanwhile.
  if (view.app !== app) return;
  latest = releases;
  if (reasons !== undefined) errors.set(release, reasons);
  seen.add(Date.parse(releases.as_of), releases.releases, gap);
  if (view.release === '' && releases.releases.length > 0) {
    setView({ app, release: releases.releases[0].release }, 'replaceState');
    connection.now();
  } else if (!asked && there(releases)) connection.now();
  show();
}

const connection = createConnection(read, announce);

function show() {
  showApps();
  const releases = latest?.releases ?? [];
  const nothing = latest !== undefined ? releases.length === 0 : apps.length === 0 && appsReadAt > 0 && view.app === '';
  byId('loading').hidden = latest !== undefined || nothing;
  byId('empty').hidden = !nothing;
  byId('view').hidden = latest === undefined || nothing;
  setText(
    byId('empty-text'),
    view.app === ''
      ? 'No device has reported anything so far. This page shows it within seconds.'
      : `No device has taken part in a release of ${view.app} so far.`,
  );
  document.title = view.app === '' ? 'Rollguard' : `${view.app} – Rollguard`;
  if (nothing) connection.empty();
  if (releases.length === 0) return;
  setText(byId('app-name'), view.app);
  const unattributed = latest.unattributed > 0 ? ` · ${devices(latest.unattributed)} with an unattributed failure` : '';
  setText(
    byId('app-note'),
    `${count(releases.length)} ${releases.length === 1 ? 'release' : 'releases'}${unattributed}`,
  );
  table.show(releases, view.release);
  const selected = releases.find(({ release }) => release === view.release);
  panel.show(selected, releases, seen, errors.get(view.release));
  connection.fresh(Date.parse(latest.as_of), Math.max(...releases.map((each) => Date.parse(each.last_seen))));
}

function showApps() {
  const picker = byId('app');
  const names = apps.map(({ app }) => app);
  if (view.app !== '' && !names.includes(view.app)) names.unshift(view.app);
  const shown = [...picker.options].map(({ value }) => value);
  if (names.join('\n') !== shown.join('\n')) {
    picker.replaceChildren(
      ...names.map((name) => {
        const option = element('option', '', name);
        option.value = name;
        return option;
      }),
    );
  }
  picker.value = view.app;
  byId('app-picker').hidden = names.length === 0;
}

byId('app').addEventListener('change', ({ target }) => go({ app: target.value, release: '' }, 'pushState'));
byId('releases').addEventListener('click', (event) => {
  const link = event.target.closest('a');
  if (link === null || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  go(viewOf(link), 'pushState');
  announce(`Showing ${view.release}`);
});
addEventListener('popstate', () => go(viewOf(location)));
byId('sign-out').addEventListener('click', async () => {
  await api.signOut().catch(() => undefined);
  // Nothing of what was seen stays on the screen.
  location.assign('/');
});

function welcome(session) {
  setText(byId('operator'), session.operator);
  byId('sign-out').hidden = false;
  byId('loading').hidden = latest !== undefined;
  setText(byId('confirm-time'), span(session.counting.confirm_seconds * 1000));
  setText(byId('silence-time'), span(session.counting.silence_seconds * 1000));
}

/** A link may bring a code for one sign-in in its fragment, which goes no further than this page. */
async function firstSession() {
  const code = new URLSearchParams(location.hash.slice(1)).get('signin');
  if (location.hash !== '') history.replaceState(null, '', addressOf(view));
  let refusal = '';
  if (code !== null) {
    try {
      return await api.signIn({ code });
    } catch (error) {
      refusal = error.message;
    }
  }
  return (await api.readSession()) ?? (await askForKey(refusal));
}

connection.start(firstSession, welcome);
