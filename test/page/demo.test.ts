import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { startService, type Service } from '../delivery/service.ts';
import { waitFor } from '../waitFor.ts';
import { chromiumMissing, startChromium } from './chromium.ts';
import { hardToRead } from './contrast.ts';
import { watchWire } from './wire.ts';

const skip = chromiumMissing() ?? false;

/** What a session in the browser left behind. */
interface Visit {
  page: Page;
  context: BrowserContext;
  /** Errors on its console and requests to anywhere but the operator port. */
  faults: string[];
}

describe('the demo, in a browser', { skip }, () => {
  let demo: Service | undefined;
  let browser: Browser | undefined;
  let link: string;
  let operatorKey: string;
  let ingestKey: string;
  let deviceUrl: string;
  let operatorUrl: string;
  let folder: string;
  let visit: Visit;

  before(async () => {
    const service = startService('demo', ['demo', '--port', '0', '--control-port', '0', '--seed', '7'], {
      LOG_LEVEL: 'warn',
    });
    demo = service;
    await waitFor(
      () => {
        if (!service.running()) throw new Error(`the demo has ended:\n${service.output()}`);
        return service.output().includes('Ctrl-C ends');
      },
      { timeoutMs: 60_000, what: 'the link of the demo' },
    );
    const output = service.output();
    const find = (pattern: RegExp): string =>
      pattern.exec(output)?.[1] ?? assert.fail(`no ${pattern.source}: ${output}`);
    link = find(/Open +(\S+)/);
    operatorUrl = new URL(link).origin;
    operatorKey = find(/(rgo_\w+)/);
    ingestKey = find(/(rgi_\w+)/);
    deviceUrl = find(/curl (\S+)\/v1\/events/);
    folder = find(/removes (\S+)\.\n/);
    browser = await startChromium();
    visit = await newVisit();
  });

  after(async () => {
    await browser?.close();
    await demo?.kill();
  });

  async function newVisit(): Promise<Visit> {
    const context = await browser!.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en-GB' });
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    const faults: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(message.text());
    });
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith(`${operatorUrl}/`)) faults.push(`asked ${request.url()}`);
    });
    return { page, context, faults };
  }

  const rowOf = (page: Page, release: string) =>
    page.locator('#releases tr', { has: page.getByText(release, { exact: true }) });
  async function devicesOf(page: Page, release: string): Promise<number> {
    const text = await rowOf(page, release).locator('[data-label=Devices]').innerText();
    return Number(text.replaceAll(/\D/g, ''));
  }

  test('its link signs in and shows both releases; the code leaves the address, the key is in no cookie', async () => {
    const { page, context } = visit;
    await page.goto(link);
    await rowOf(page, '2.4.0').waitFor({ timeout: 30_000 });
    await rowOf(page, '2.4.1').waitFor({ timeout: 30_000 });
    assert.ok(!page.url().includes('#') && !page.url().includes('signin'), page.url());
    assert.equal(await page.evaluate('history.length'), 2, 'the address with the code is not one to go back to');
    const [cookie] = await context.cookies();
    assert.equal(cookie?.httpOnly, true);
    assert.equal(cookie.sameSite, 'Strict');
    assert.ok(!cookie.value.includes(operatorKey) && !link.includes(cookie.value));
    assert.equal(await page.evaluate('document.cookie'), '');
  });

  test('the numbers move by themselves', async () => {
    const { page } = visit;
    const before = await devicesOf(page, '2.4.0');
    await waitFor(async () => (await devicesOf(page, '2.4.0')) > before, { timeoutMs: 30_000, what: 'more devices' });
    await page.getByText(/newest event \d+ s ago/).waitFor();
  });

  test('the broken release is seen: its rate falls below that of the other, and its reason comes to the top', async () => {
    const { page } = visit;
    const top = page.locator('#reasons tr').first();
    await top.getByText('checksum_failed').waitFor({ timeout: 90_000 });
    assert.match(await top.innerText(), /download failed · integrity/);
    const rate = async (release: string): Promise<number> =>
      parseFloat(await rowOf(page, release).locator('.rate').innerText());
    await waitFor(async () => (await rate('2.4.1')) < (await rate('2.4.0')), {
      timeoutMs: 60_000,
      what: 'a lower rate',
    });
    assert.match(
      await page.locator('#panel-sentence').innerText(),
      /of the [\d,]+ devices that reported so far run it; \d+ failed/,
    );
    assert.ok((await page.locator('#plot path.rate.main').getAttribute('d'))!.includes('L'), 'the chart has a line');
  });

  test('the table says what it is to those who do not see it', async () => {
    const { page } = visit;
    await page.getByRole('table', { name: /Releases of this app/ }).waitFor();
    for (const name of ['Release', /Success rate/, 'Failed', 'Silent', 'Excluded']) {
      await page.getByRole('columnheader', { name }).first().waitFor();
    }
    await page.getByRole('rowheader', { name: '2.4.1' }).waitFor();
    assert.equal(await page.getByRole('link', { name: '2.4.1' }).getAttribute('aria-current'), 'true');
  });

  test('the keyboard reaches a release and moves through the chart; back goes back', async () => {
    const { page } = visit;
    await page.getByRole('link', { name: '2.4.0' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: '2.4.0' }).waitFor();
    assert.match(page.url(), /release=2\.4\.0/);
    await page.locator('#plot').focus();
    const latest = await page.locator('#chart-reading').innerText();
    for (let times = 0; times < 3; times += 1) await page.keyboard.press('ArrowLeft');
    assert.notEqual(await page.locator('#chart-reading').innerText(), latest);
    assert.equal(await page.locator('#announcer').innerText(), await page.locator('#chart-reading').innerText());
    await page.goBack();
    await page.getByRole('heading', { name: '2.4.1' }).waitFor();
  });

  test('light and dark, every text is readable', async () => {
    const { page } = visit;
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      const { seen, faults } = await hardToRead(page);
      assert.ok(seen > 40, `${seen} texts looked at`);
      assert.deepEqual(faults, [], colorScheme);
    }
    const ground = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    assert.ok(/\d+/g.exec(ground)!.map(Number)[0]! < 60, `dark is dark: ${ground}`);
    await page.emulateMedia({ colorScheme: 'light' });
  });

  test('from a wide screen down to a phone of 375 px, all of it is seen without scrolling sideways', async () => {
    const { page } = visit;
    for (const width of [1600, 1280, 1081, 981, 980, 861, 720, 561, 375]) {
      await page.setViewportSize({ width, height: 800 });
      const widest = await page.evaluate<number>('document.documentElement.scrollWidth');
      assert.ok(widest <= width, `${widest} px at ${width}`);
    }
    for (const label of ['Devices', 'Failed', 'Excluded']) {
      const cell = rowOf(page, '2.4.1').locator(`[data-label=${label}]`);
      const box = (await cell.boundingBox())!;
      assert.ok(box.x >= 0 && box.x + box.width <= 375, label);
    }
    // The layout is one of blocks now; the table is still one.
    await page.getByRole('table', { name: /Releases of this app/ }).waitFor();
    await page.setViewportSize({ width: 1280, height: 900 });
  });

  test('a reload keeps session and view', async () => {
    const { page } = visit;
    await page.reload();
    await page.getByRole('heading', { name: '2.4.1' }).waitFor();
  });

  test('an address with a release that nobody has taken part in shows the others, and no fault', async () => {
    const { page, context, faults } = await newVisit();
    await context.addCookies(await visit.context.cookies());
    await page.goto(`${operatorUrl}/?app=com.example.shop&release=9.9.9`);
    await rowOf(page, '2.4.1').waitFor();
    const before = await devicesOf(page, '2.4.0');
    await waitFor(async () => (await devicesOf(page, '2.4.0')) > before, { timeoutMs: 30_000, what: 'more devices' });
    assert.equal(await page.locator('#panel').isVisible(), false);
    assert.deepEqual(faults, []);
    await context.close();
  });

  test('an event of your own appears as its app, and whatever it is called is only text', async () => {
    const { page } = visit;
    const nasty = '<img src=x onerror="document.title=1">';
    const event = { app_id: 'com.example.mine', device_id: 'phone-1', release: nasty };
    const posted = await fetch(`${deviceUrl}/v1/events`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ingestKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ ...event, kind: 'download_failed', error_code: '<b>full</b>', channel: 'beta' }),
    });
    assert.equal(posted.status, 202);
    const picker = page.getByLabel('App');
    await picker.locator('option', { hasText: 'com.example.mine' }).waitFor({ state: 'attached' });
    await picker.selectOption('com.example.mine');
    await rowOf(page, nasty).getByText('0 of 1').waitFor();
    await page.locator('#reasons').getByText('<b>full</b>').waitFor();
    assert.equal(await page.locator('main img, main b').count(), 0);
    await page.goBack();
    await page.getByRole('heading', { name: '2.4.1' }).waitFor();
  });

  test('so far nothing went wrong in the browser, and nothing was asked of anybody else', () => {
    assert.deepEqual(visit.faults, []);
  });

  test('a page on the device port can neither read with the cookie nor write, although the browser sends it', async () => {
    const page = await visit.context.newPage();
    await page.goto(`${deviceUrl}/healthz`);
    const wire = await watchWire(page);
    const attempts = [
      { method: 'GET', path: '/v1/apps', mode: 'cors' },
      { method: 'GET', path: '/v1/apps', mode: 'no-cors' },
      { method: 'GET', path: '/session', mode: 'cors' },
      { method: 'POST', path: '/session', mode: 'no-cors' },
    ];
    for (const { method, path, mode } of attempts) {
      const body = method === 'POST' ? `, body: '{}'` : '';
      const read = await page.evaluate<string>(
        `fetch('${operatorUrl}${path}', { method: '${method}', mode: '${mode}', credentials: 'include'${body} })
          .then((answer) => answer.text(), () => 'not readable')`,
      );
      assert.equal(read, 'not readable', `${method} ${path} ${mode}`);
      const { status, cookies, headers } = await wire.next(operatorUrl + path);
      assert.equal(status, 403, `${method} ${path} ${mode}`);
      assert.match(cookies, /rollguard_\d+/, 'the browser has sent the cookie');
      assert.ok(!Object.keys(headers).some((name) => name.toLowerCase().startsWith('access-control-')));
    }
    const signOut = `fetch('${operatorUrl}/session', { method: 'DELETE', credentials: 'include', headers: { 'x-rollguard-console': '1' } })
      .then(() => 'sent', () => 'refused')`;
    assert.equal(await page.evaluate(signOut), 'refused');
    await page.close();
    await visit.page.reload();
    await visit.page.getByRole('heading', { name: '2.4.1' }).waitFor();
  });

  test('the link works once; the operator key works after it', async () => {
    const { page, context } = await newVisit();
    await page.goto(link);
    await page.getByText(/This link has been used/).waitFor();
    await page.getByLabel('Operator key').fill('rgo_00000000000000000000000000000000');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText(/unknown or revoked/).waitFor();
    await page.getByLabel('Operator key').fill(operatorKey);
    await page.keyboard.press('Enter');
    await rowOf(page, '2.4.1').waitFor();
    assert.equal(await page.getByLabel('Operator key').inputValue(), '', 'the key is not left in the page');
    await context.close();
  });

  test('a session that is over asks again, over the view as it was', async () => {
    const { page, context } = visit;
    await page.goto(`${operatorUrl}/?app=com.example.shop&release=2.4.0`);
    await page.getByRole('heading', { name: '2.4.0' }).waitFor();
    await context.clearCookies();
    await page.getByText(/The session is over/).waitFor();
    assert.ok(await page.locator('#panel-title').isVisible());
    await page.getByLabel('Operator key').fill(operatorKey);
    await page.keyboard.press('Enter');
    await page.locator('#sign-in').waitFor({ state: 'hidden' });
    await page.locator('body:not(.stale)').waitFor();
    assert.match(page.url(), /release=2\.4\.0/);
  });

  test('signing out ends the session in the server, too, and clears the screen', async () => {
    const { page, context } = visit;
    const [cookie] = await context.cookies();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Operator key').waitFor();
    assert.equal(await page.locator('#releases tr').count(), 0);
    const headers = { cookie: `${cookie!.name}=${cookie!.value}` };
    assert.equal((await fetch(`${operatorUrl}/v1/apps`, { headers })).status, 401);
    await page.getByLabel('Operator key').fill(operatorKey);
    await page.keyboard.press('Enter');
    await rowOf(page, '2.4.1').waitFor();
  });

  test('without its server the page says since when, and greys what it shows; the demo leaves nothing behind', async () => {
    const { page } = visit;
    assert.ok(existsSync(folder));
    await demo!.stop();
    assert.ok(!existsSync(folder), `${folder} is gone`);
    await page
      .getByRole('alert')
      .getByText(/Disconnected since \d\d:\d\d:\d\d/)
      .waitFor();
    assert.ok(await page.locator('body.stale #view').isVisible());
  });
});
