// Installing: a manifest that browsers accept, icons of the size they claim, and exactly one release on the phone.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { ASSETS, askWorker, booted, browser, link, open, phone, portal, serve, settle, shown, started, until, version, visited } from './lib.mjs';

let server, chrome, context, page;
before(async () => {
  server = await serve();
  chrome = await browser();
  context = await phone(chrome);
  page = await context.newPage();
  await settle(page, server.url);
});
after(async () => {
  await chrome?.close();
  await server?.kill();
});

/** Width and height of a PNG, from its header. */
const size = png => [png.readUInt32BE(16), png.readUInt32BE(20)];

test('the manifest is complete in both languages, and its pictures have the sizes it says', async () => {
  for (const name of ['/manifest.webmanifest', '/manifest.en.webmanifest']) {
    const answer = await fetch(server.url + name);
    assert.match(answer.headers.get('content-type'), /manifest\+json/);
    const manifest = await answer.json();
    assert.equal(manifest.id, '/');
    assert.equal(manifest.display, 'standalone');
    assert.equal(manifest.shortcuts.length, 3);
    const icons = manifest.icons.map(icon => `${icon.purpose} ${icon.sizes}`);
    for (const needed of ['any 192x192', 'any 512x512', 'maskable 512x512', 'monochrome 512x512']) assert.ok(icons.includes(needed), needed);
    const forms = new Set(manifest.screenshots.map(shot => shot.form_factor));
    assert.deepEqual([...forms].sort(), ['narrow', 'wide']);
    for (const picture of [...manifest.icons, ...manifest.screenshots, ...manifest.shortcuts.flatMap(s => s.icons)]) {
      const file = await fetch(server.url + picture.src);
      assert.equal(file.status, 200, picture.src);
      assert.equal(file.headers.get('content-type'), picture.type, picture.src);
      if (picture.sizes === 'any') continue;
      const real = size(Buffer.from(await file.arrayBuffer())).join('x');
      assert.equal(real, picture.sizes, picture.src);
    }
    for (const place of [manifest.start_url, ...manifest.shortcuts.map(s => s.url)]) assert.equal((await fetch(server.url + place)).status, 200, place);
  }
});

test('Chromium finds nothing that keeps the app from being installed', async () => {
  const cdp = await context.newCDPSession(page);
  const { errors } = await cdp.send('Page.getAppManifest');
  assert.deepEqual(errors, []);
  const { installabilityErrors } = await cdp.send('Page.getInstallabilityErrors');
  // A window without a memory can install nothing; that is the one thing it may say.
  assert.deepEqual(installabilityErrors.map(e => e.errorId).filter(id => id !== 'in-incognito'), []);
});

test('the phone holds exactly the files of the release, without tools that nobody opened, under one version', async () => {
  const wanted = JSON.parse(fs.readFileSync(path.join(ASSETS, 'release.json'), 'utf8')).files.filter(f => f.precache).map(f => f.url).sort();
  const held = await page.evaluate(async () => {
    const names = (await caches.keys()).filter(name => name.startsWith('bt-app-'));
    const requests = await (await caches.open(names[0])).keys();
    return { names, urls: requests.map(r => new URL(r.url).pathname).sort() };
  });
  assert.deepEqual(held.names, [`bt-app-${version(ASSETS)}`]);
  assert.deepEqual(held.urls, wanted);
});

test('every file comes over the line once, though a first page has no worker yet', async () => {
  const line = await link(server);
  const other = await (await phone(chrome)).newPage();
  await settle(other, line.url);
  // The program runs behind the page by now.
  await until('the first items are stored', async () => line.seen.some(url => url.startsWith('/sync/') && url.includes('/cards/')), 60000);
  await other.waitForTimeout(1000);
  const files = line.seen.filter(url => /^\/app-[0-9a-f]/.test(url));
  assert.deepEqual(files.toSorted(), [...new Set(files)].sort());
  assert.deepEqual(files.filter(url => !url.endsWith('.js')).map(url => url.split('.')[1]), ['w1', 'w2', 'w3', 'w4']);
  await other.context().close();
  await line.down();
});

test('a program that was cut goes on where it ended, and comes as it is where its parts do not', async () => {
  const line = await link(server);
  const first = await (await phone(chrome)).newPage();
  line.rule = url => (url.endsWith('.w3') ? { cut: 100 } : undefined);
  await first.goto(line.url);
  await until('the part was asked for', () => line.seen.some(url => url.endsWith('.w3')));
  await until('the install was given up', () => first.evaluate(async () => !(await navigator.serviceWorker.getRegistration())));
  line.rule = () => undefined;
  line.seen.length = 0;
  await settle(first, line.url);
  const fetched = line.seen.filter(url => url.startsWith('/app-')).map(url => url.split('.')[1]);
  assert.ok(fetched.includes('w3') && fetched.includes('w4'), fetched.join());
  assert.ok(!fetched.includes('w1') && !fetched.includes('w2') && !fetched.includes('wasm'), fetched.join());
  await first.context().close();
  const second = await (await phone(chrome)).newPage();
  line.rule = url => (url.endsWith('.w2') ? portal : undefined);
  await settle(second, line.url);
  assert.ok(line.seen.some(url => url.endsWith('.wasm')));
  const left = await second.evaluate(async () => (await (await caches.open((await caches.keys()).find(name => name.startsWith('bt-app-')))).keys()).map(r => r.url).filter(url => /\.w\d$/.test(url)));
  assert.deepEqual(left, []);
  await second.context().close();
  await line.down();
});

test('what a proxy altered on the way is not believed: the program comes as it is, a file at its second address', async () => {
  const line = await link(server);
  const first = await (await phone(chrome)).newPage();
  const altered = body => { const other = Buffer.from(body); other[other.length - 1] ^= 1; return other; };
  line.rule = url => (url.endsWith('.w4') || url === '/app-shell' ? { mangle: altered } : undefined);
  await settle(first, line.url);
  assert.ok(line.seen.some(url => url.endsWith('.wasm')), 'the parts made another program');
  assert.ok(line.seen.includes('/app-shell?raw=1'));
  line.rule = () => undefined;
  await open(first, line.url);
  await first.context().close();
  await line.down();
});

test('who saves data gets nothing of the program unasked: it is offered with its size, and starts after a yes', async () => {
  const line = await link(server);
  const context = await phone(chrome);
  await context.addInitScript(() => Object.defineProperty(navigator, 'connection', { value: { saveData: true, effectiveType: '4g' } }));
  const page = await context.newPage();
  const toast = page.locator('#bt-toast');
  const fetched = () => line.seen.filter(url => /^\/(app-|sw\.js|sync\/)/.test(url));
  // Who only reads is not even asked.
  await page.goto(line.url);
  await booted(page);
  assert.equal(await toast.count(), 0);
  await page.goto(`${line.url}/cai-ung-dung`);
  await toast.waitFor();
  await page.waitForLoadState('networkidle');
  await page.waitForTimeout(1000);
  assert.deepEqual(fetched(), []);
  // The size that is told is that of the release.
  const [, told] = /\(khoảng (\d+) KB\)/.exec(await toast.innerText());
  const real = JSON.parse(fs.readFileSync(path.join(ASSETS, 'release.json'), 'utf8')).files.reduce((sum, file) => sum + (file.precache ? file.bytes : 0), 0);
  assert.ok(Math.abs(told * 1000 - real) <= 0.1 * real, `${told} KB where it is ${real} bytes`);
  await toast.getByRole('button', { name: 'Tải về' }).click();
  await until('the release is complete', async () => (await askWorker(page, { type: 'status' })).complete, 60000);
  assert.ok(fetched().some(url => url.endsWith('.w4')), fetched().join());
  await until('the program runs behind the page', async () => fetched().some(url => url.startsWith('/sync/')));
  await open(page, line.url);
  assert.equal(await toast.count(), 0);
  await context.close();
  await line.down();
});

test('the browser asks for the worker past its own cache', async () => {
  assert.equal(await page.evaluate(async () => (await navigator.serviceWorker.ready).updateViaCache), 'none');
});

test('the worker answers the start address with the app, and what it kept is what the server has', async () => {
  const other = await context.newPage();
  await other.goto(`${server.url}/?src=app`);
  await until('the app stands in the page', () => other.evaluate(() => !!document.querySelector('[data-shell] main h1')));
  const status = await askWorker(other, { type: 'status' });
  assert.equal(status.version, version(ASSETS));
  assert.equal(status.complete, true);
  await other.close();
});

test('the program comes out of the cache and the sync from the network without waking the worker', async () => {
  await page.goto(server.url);
  await started(page);
  const source = start => until(start, () => page.evaluate(start =>
    performance.getEntriesByType('resource').find(file => new URL(file.name).pathname.startsWith(start))?.workerFinalSourceType, start));
  assert.equal(await source('/app-'), 'cache');
  assert.equal(await source('/sync/'), 'network');
});

test('English is there without a network for who never read in it; without its words screens are Vietnamese', async () => {
  const other = await serve();
  const context = await phone(chrome);
  const page = await context.newPage();
  const bar = () => page.locator('.bar').innerText();
  await settle(page, other.url);
  await open(page, other.url);
  await other.kill();
  await open(page, `${other.url}/en`);
  assert.match(await bar(), /Alerts/);
  // By a tap from one language to the other, too.
  await open(page, other.url);
  await page.locator('.hd .lg').click();
  await until('English words', async () => /Alerts/.test(await bar()));
  // A phone that took its file back shows what there is.
  await page.evaluate(async () => { for (const name of await caches.keys()) await (await caches.open(name)).delete('/en.txt'); });
  await open(page, `${other.url}/en`);
  assert.match(await bar(), /Cảnh báo/);
  await other.start();
  await visited('English words', () => open(page, `${other.url}/en`), async () => /Alerts/.test(await bar()));
  await context.close();
});

test('a missing file is a plain 404 and never a page', async () => {
  const answer = await page.evaluate(async () => {
    const got = await fetch('/app-0000000000000000_bg.wasm');
    return [got.status, got.headers.get('content-type')];
  });
  assert.equal(answer[0], 404);
  assert.doesNotMatch(answer[1] || '', /html/);
});

test('worker and pages of the desk stay apart: what is no page of the app goes to the server', async () => {
  const answer = await page.evaluate(async () => (await fetch('/sitemap.xml')).headers.get('content-type'));
  assert.match(answer, /xml/);
  const other = await context.newPage();
  const got = await other.goto(`${server.url}/ban-lam-viec`);
  assert.equal(got.fromServiceWorker(), false);
  await other.goto(`${server.url}/?html=1`);
  assert.equal(await shown(other), 'html');
  await other.close();
});
