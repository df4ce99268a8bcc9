// The kill switch, both ways: a word in release.json, and a worker that removes itself. What the reader stored stays.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { askWorker, browser, content, find, KEEP_DB, link, open, phone, release, serve, settle, shown, sleep, until } from './lib.mjs';

let server, line, chrome;
before(async () => {
  server = await serve();
  line = await link(server);
  chrome = await browser();
});
beforeEach(() => { line.rule = () => undefined; });
after(async () => {
  await chrome?.close();
  await line?.down();
  await server?.kill();
});

/** Leaves something behind that is none of the worker's. */
const mark = page => page.evaluate(() => new Promise(done => {
  const open = indexedDB.open('something-of-the-reader', 1);
  open.onupgradeneeded = () => open.result.createObjectStore('kept');
  open.onsuccess = () => { open.result.close(); done(); };
}));

async function reader(url = server.url) {
  await server.kill();
  await server.start();
  const context = await phone(chrome);
  const page = await context.newPage();
  await settle(page, url);
  await open(page, url + (await find(server.url, 'tui-khan-cap')));
  await page.locator('[data-act=save]').click();
  await page.locator('[data-act=save][aria-pressed=true]').waitFor();
  const saved = await until('it is saved', async () => (await content(page, KEEP_DB, 'saved')).length > 100 && content(page, KEEP_DB, 'saved'));
  await open(page, url);
  await mark(page);
  return { context, page, saved };
}

/** The release as it stands, with the word that withdraws it. */
function withdrawn() {
  const { folder } = release();
  fs.writeFileSync(path.join(folder, 'release.json'), '{"kill":true}');
  return folder;
}
/** The worker asks some times a day; let that time have passed. */
const forget = page => page.evaluate(async () => (await caches.open('bt-flags')).delete('/bt-flag/kill-check'));

/** The worker and what it kept; not what was saved. */
async function gone(page, saved) {
  await until('the worker is gone', () => page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length === 0), 40000);
  await until('the pages come from the server again', async () => (await shown(page)) === 'html');
  // The page may just be on its way to the server.
  const left = await until('what is left', () => page.evaluate(async () => [
    (await caches.keys()).filter(name => /^bt-(app|pages)/.test(name)), (await indexedDB.databases()).map(db => db.name),
  ]));
  assert.deepEqual(left[0], []);
  assert.ok(left[1].includes('something-of-the-reader'));
  if (!saved) return;
  assert.ok(left[1].includes(KEEP_DB), left[1].join(' '));
  assert.equal(await until('what was saved', () => content(page, KEEP_DB, 'saved')), saved);
}

test('{"kill":true} in release.json sends worker and app away, with one navigation', async () => {
  const { context, page, saved } = await reader();
  await server.kill();
  await server.start(withdrawn());
  await forget(page);
  let loads = 0;
  page.on('load', () => loads++);
  await page.goto(server.url);
  await gone(page, saved);
  await sleep(2500);
  assert.ok(loads <= 2, `${loads} loads`);
  assert.equal(await shown(page), 'html');
  await context.close();
});

test('on a slow line too: a page that is still loading does not call the worker back', async () => {
  const { context, page, saved } = await reader(line.url);
  await server.kill();
  await server.start(withdrawn());
  await forget(page);
  // A phone short of room has dropped the script that registers workers; so the page leaves while it is still on its way.
  await page.evaluate(async () => {
    for (const name of await caches.keys()) await (await caches.open(name)).delete('/boot.js');
  });
  line.rule = url => (url === '/' ? { wait: 4000 } : url === '/boot.js' ? { wait: 2500 } : undefined);
  let loads = 0;
  page.on('load', () => loads++);
  await page.goto(line.url, { waitUntil: 'commit' });
  await gone(page, saved);
  line.rule = () => undefined;
  await sleep(2500);
  await gone(page, saved);
  assert.ok(loads <= 2, `${loads} loads`);
  await context.close();
});

test('a phone that cannot run the program hears it too, and a question that found no answer is put again', async () => {
  await server.kill();
  await server.start();
  const context = await phone(chrome);
  await context.addInitScript(() => { delete window.WebAssembly; });
  const page = await context.newPage();
  await page.goto(line.url);
  await until('the small worker is here', () => page.evaluate(() => navigator.serviceWorker.controller?.scriptURL.includes('lite')), 30000);
  await mark(page);
  await forget(page);
  await server.kill();
  await server.start(withdrawn());
  line.rule = url => (url === '/release.json' ? 'refuse' : undefined);
  line.seen.length = 0;
  await page.goto(line.url);
  await until('the worker asks', () => line.seen.includes('/release.json'));
  assert.equal(await page.evaluate(() => !!navigator.serviceWorker.controller), true);
  line.rule = () => undefined;
  let loads = 0;
  page.on('load', () => loads++);
  await page.goto(line.url);
  await gone(page);
  await sleep(2500);
  assert.ok(loads <= 2, `${loads} loads`);
  await context.close();
});

test('a worker that removes itself does so without asking anybody', async () => {
  const { context, page, saved } = await reader();
  const off = release();
  fs.copyFileSync(path.join(off.folder, 'sw-off.js'), path.join(off.folder, 'sw.js'));
  await server.kill();
  await server.start(off.folder);
  let loads = 0;
  page.on('load', () => loads++);
  // Not waited for: the page is sent to the server meanwhile.
  await page.evaluate(() => { navigator.serviceWorker.getRegistration().then(held => held.update()); });
  await gone(page, saved);
  await sleep(2500);
  assert.ok(loads <= 2, `${loads} loads`);
  await context.close();
});

test('after the switch is turned back the app comes back', async () => {
  await server.kill();
  await server.start();
  const context = await phone(chrome);
  const page = await context.newPage();
  await settle(page, server.url);
  assert.equal((await askWorker(page, { type: 'status' })).complete, true);
  await context.close();
});
