// A new release: nothing changes for the reader until it is whole and he says yes; only changed files travel.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { ASSETS, askWorker, browser, choose, link, open, phone, portal, release, serve, settle, sleep, started, until, version } from './lib.mjs';

let server, line, chrome;
const next = release({ 'boot.js': code => code + '\n// the next release', 'app.css': css => css + '\n/* the next release */', 'app-shell': html => html + '\n' });
/** In the order in which the worker fetches them: as the build lists them, the shell last. */
const changedFiles = ['/app.css', '/boot.js', '/app-shell'];
before(async () => {
  server = await serve();
  line = await link(server);
  chrome = await browser();
});
after(async () => {
  await chrome?.close();
  await line?.down();
  await server?.kill();
});

/** A phone with the old release, on which the reader has done `first`, then the new one on the server. */
async function before_update(first = async () => {}) {
  await server.kill();
  await server.start(ASSETS);
  line.rule = () => undefined;
  const context = await phone(chrome);
  const page = await context.newPage();
  await settle(page, line.url);
  await page.goto(line.url);
  await started(page);
  await first(page);
  await server.kill();
  await server.start(next.folder);
  line.seen.length = 0;
  return { context, page };
}
const look = page => page.evaluate(async () => {
  try { await (await navigator.serviceWorker.getRegistration()).update(); } catch {}
});
/** Looks until a file was asked for: a look that falls into an install which is under way asks for nothing more. */
const sought = (page, file) => until(`${file} was asked for`, async () => line.seen.includes(file) || (await look(page), await sleep(300), line.seen.includes(file)), 60000);
const waiting = page => page.evaluate(async () => !!(await navigator.serviceWorker.getRegistration()).waiting);

test('only changed files are fetched, the reader is told the size, one tap and one reload bring the new release', async () => {
  // Releases of before noted more digits of what a file holds: here of every second one.
  const { context, page } = await before_update(page => page.evaluate(async () => {
    const cache = await caches.open((await caches.keys()).find(name => name.startsWith('bt-app-')));
    for (const [at, request] of (await cache.keys()).entries()) {
      const held = await cache.match(request), headers = new Headers(held.headers), hash = headers.get('x-bt-hash');
      if (!hash) throw new Error(`${request.url} has none`);
      headers.set('x-bt-hash', hash + (at % 2 ? '0123' : ''));
      await cache.put(request, new Response(await held.blob(), { headers }));
    }
  }));
  await look(page);
  await until('the new worker waits', () => waiting(page), 60000);
  // Pages with scripts of their own are asked for anew, and answered in a few bytes where they are the same.
  const fetched = line.seen.filter(url => !/^\/(sw\.js|release\.json|sync\/|cay-goi$|nhan-canh-bao$)/.test(url));
  assert.deepEqual([...new Set(fetched)].sort(), [...changedFiles].sort());
  // Nothing has changed yet for whoever reads.
  assert.equal((await askWorker(page, { type: 'status' })).version, version(ASSETS));
  let loads = 0;
  page.on('load', () => loads++);
  const button = page.locator('[data-act=update], .toast .bt').first();
  await button.waitFor();
  assert.match(await page.locator('body').innerText(), /Có bản mới \(\s*\d+[\d,.]*\s*(B|KB|kB)\)/);
  await button.click();
  // Whoever asks the old worker keeps it alive: so nobody asks before the page has loaded again.
  await until('the page has loaded again', () => loads);
  await started(page);
  await until('the new release answers', async () => (await askWorker(page, { type: 'status' })).version === next.version);
  await sleep(1500);
  assert.equal(loads, 1);
  await until('the release before is gone', async () => {
    const names = await page.evaluate(() => caches.keys());
    assert.deepEqual(names.filter(name => name.startsWith('bt-app-')), [`bt-app-${next.version}`]);
    return true;
  });
  await context.close();
});

test('an update that is cut at any file leaves the old release whole, and goes on where it ended', async () => {
  const { context, page } = await before_update();
  const whole = [];
  const cut = file => url => {
    if (url === file) return { cut: 100 };
    if (changedFiles.includes(url)) whole.push(url);
  };
  for (const file of changedFiles) {
    line.rule = cut(file);
    line.seen.length = 0;
    await sought(page, file);
    await sleep(300);
    assert.equal(await waiting(page), false, `waiting although ${file} was cut`);
    await page.goto(line.url);
    await started(page);
    const status = await askWorker(page, { type: 'status' });
    assert.deepEqual([status.version, status.complete], [version(ASSETS), true]);
  }
  line.rule = cut();
  await until('the new worker waits', async () => (await waiting(page)) || (await look(page), waiting(page)), 60000);
  // What came whole is never fetched again, however often the browser looks.
  assert.deepEqual(whole.sort(), [...changedFiles].sort());
  await context.close();
});

test('files that are not those of the release are not believed: login page, altered bytes, error, way round', async () => {
  const { context, page } = await before_update();
  const faults = [() => portal, () => ({ mangle: body => Buffer.concat([body, Buffer.from(' ')]) }), () => ({ status: 503, headers: {}, body: '' }), () => ({ status: 302, headers: { location: '/app-shell?round' }, body: '' })];
  for (const fault of faults) {
    line.rule = url => (/^\/app-shell(\?raw=1)?$/.test(url) ? fault() : undefined);
    line.seen.length = 0;
    await sought(page, '/app-shell');
    await sleep(500);
    assert.equal(await waiting(page), false);
    const kept = await page.evaluate(async version => {
      const cache = await caches.open(`bt-app-${version}`);
      return !!(await cache.match('/app-shell'));
    }, next.version);
    assert.equal(kept, false);
    assert.ok(!line.seen.includes('/app-shell?round'), 'nobody is sent elsewhere for a program');
  }
  await context.close();
});

test('a page of before the update still finds its files on the server', async () => {
  await server.kill();
  const other = release({ 'boot.js': code => code + '\n// one more' });
  // As a build would: the program under another name.
  const { app } = JSON.parse(fs.readFileSync(path.join(ASSETS, 'release.json'), 'utf8'));
  fs.rmSync(path.join(other.folder, app.glue));
  await server.start(other.folder);
  assert.equal((await fetch(server.url + app.glue)).status, 200);
});

/** Gives a release another name, as where nothing but its worker was changed. */
function renamed({ folder, version }) {
  const name = version.replace(/./g, digit => 'f0123456789abcde'['0123456789abcdef'.indexOf(digit)]);
  for (const file of ['sw.js', 'release.json'].map(file => path.join(folder, file))) {
    fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replaceAll(version, name));
  }
  return name;
}

test('a release that is new in its worker alone takes over by itself: nobody is asked about no bytes', async () => {
  const { context, page } = await before_update();
  const only = release();
  const name = renamed(only);
  await server.kill();
  await server.start(only.folder);
  let loads = 0;
  page.on('load', () => loads++);
  await until('it answers', async () => (await askWorker(page, { type: 'status' })).version === name || (await look(page), await sleep(500), false), 60000);
  await sleep(3000);
  assert.equal(loads, 0, 'what is read stays');
  assert.doesNotMatch(await page.locator('body').innerText(), /Có bản mới/);
  await server.kill();
  await open(page, `${line.url}/canh-bao`);
  await page.reload();
  await started(page);
  assert.equal((await askWorker(page, { type: 'status' })).complete, true);
  await context.close();
});

test('what a release that waits has brought is no reason for the next one to take over by itself', async () => {
  const folder = path.join(next.folder, '..', path.basename(next.folder) + '-again');
  fs.cpSync(next.folder, folder, { recursive: true });
  const name = renamed({ folder, version: next.version });
  const { context, page } = await before_update();
  await look(page);
  await until('the second waits', () => waiting(page), 60000);
  await server.kill();
  await server.start(folder);
  await look(page);
  await until('the third is whole', () => page.evaluate(async name => !!(await (await caches.open(`bt-app-${name}`)).match('/app-shell')), name), 60000);
  await sleep(3000);
  assert.equal((await askWorker(page, { type: 'status' })).version, version(ASSETS), 'whoever reads goes on with what he has');
  assert.ok(await waiting(page));
  await context.close();
  fs.rmSync(folder, { recursive: true });
});

test('a release that takes over leaves the next one whole, which is still on its way', async () => {
  const third = release({ 'app.css': css => css + '\n/* the third */', 'app-shell': html => html + '\n\n' });
  const { context, page } = await before_update();
  const state = () => page.evaluate(async () => {
    const { installing, waiting } = await navigator.serviceWorker.getRegistration();
    return { comes: !!installing, waits: !!waiting };
  });
  await look(page);
  await until('the second waits', () => waiting(page));
  await server.kill();
  await server.start(third.folder);
  line.seen.length = 0;
  line.rule = path => (path === '/app-shell' ? { wait: 8000 } : undefined);
  look(page).catch(() => {});
  await until('the third is on its way', async () => (await state()).comes && line.seen.includes('/app-shell'));
  let loads = 0;
  page.on('load', () => loads++);
  await page.locator('[data-act=update], .toast .bt').first().click();
  await until('the second has taken over', () => loads);
  await started(page);
  await until('the third waits', async () => { const now = await state(); return now.waits && !now.comes; }, 60000);
  await page.goto('about:blank');
  await line.down();
  await until('it opens without a network', async () => { await page.goto(line.url); return true; });
  await started(page);
  assert.equal((await askWorker(page, { type: 'status' })).version, third.version);
  await line.up();
  await context.close();
});

test('who reads text alone is asked before a new release comes, and has it after one tap and one reload', async () => {
  const { context, page } = await before_update(async page => {
    await open(page, `${line.url}/cai-dat`);
    await choose(page, 'mode', 'text');
    await open(page, line.url);
    await until('the worker can know', () => page.evaluate(async () => !!(await caches.match('/bt-flag/text'))));
  });
  const changed = () => line.seen.filter(url => changedFiles.includes(url.split('?')[0]));
  const toast = page.locator('#bt-toast');
  await until('it is offered', async () => (await toast.count()) || (await look(page), await sleep(300), toast.count()), 60000);
  const bytes = next.list.reduce((sum, [url, , size]) => sum + (changedFiles.includes(url) ? size : 0), 0);
  assert.equal((await toast.locator('p').innerText()).trim(), `Có bản mới (${Math.round(bytes / 1024)} KB).`);
  await sleep(1000);
  assert.deepEqual(changed(), []);
  assert.equal(await waiting(page), false);
  let loads = 0;
  page.on('load', () => loads++);
  await toast.getByRole('button', { name: 'Tải về' }).click();
  await until('the page has loaded again', () => loads, 60000);
  await started(page);
  await until('the new release answers', async () => (await askWorker(page, { type: 'status' })).version === next.version);
  await sleep(1500);
  assert.equal(loads, 1);
  assert.deepEqual(changed().sort(), [...changedFiles].sort());
  await context.close();
});
