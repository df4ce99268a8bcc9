// The kill switch, both ways: a word in release.json, and a worker that removes itself. What the reader stored stays.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { askWorker, browser, phone, release, serve, settle, shown, sleep, started, until } from '../lib.mjs';

let server, chrome;
before(async () => {
  server = await serve();
  chrome = await browser();
});
after(async () => {
  await chrome?.close();
  await server?.kill();
});

async function reader() {
  await server.kill();
  await server.start();
  const context = await phone(chrome);
  const page = await context.newPage();
  await settle(page, server.url);
  await page.goto(server.url);
  await started(page);
  await page.evaluate(() => new Promise(done => {
    const open = indexedDB.open('something-of-the-reader', 1);
    open.onupgradeneeded = () => open.result.createObjectStore('kept');
    open.onsuccess = () => { open.result.close(); done(); };
  }));
  return { context, page };
}

async function gone(context, page) {
  await until('the worker is gone', () => page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length === 0), 20000);
  await until('the pages come from the server again', async () => (await shown(page)) === 'html');
  const left = await page.evaluate(async () => [(await caches.keys()).filter(n => /^bt-(app|pages)/.test(n)), (await indexedDB.databases()).map(db => db.name)]);
  assert.deepEqual(left[0], []);
  assert.ok(left[1].includes('something-of-the-reader'));
}

test('{"kill":true} in release.json sends worker and app away, with one navigation', async () => {
  const { context, page } = await reader();
  const off = release();
  fs.writeFileSync(path.join(off.folder, 'release.json'), '{"kill":true}');
  await server.kill();
  await server.start(off.folder);
  // The worker asks some times a day; let that time have passed.
  await page.evaluate(async () => (await caches.open('bt-flags')).delete('/bt-flag/kill-check'));
  let loads = 0;
  page.on('load', () => loads++);
  await page.goto(server.url);
  await gone(context, page);
  await sleep(2500);
  assert.ok(loads <= 2, `${loads} loads`);
  assert.equal(await shown(page), 'html');
  await context.close();
});

test('a worker that removes itself does so without asking anybody', async () => {
  const { context, page } = await reader();
  const off = release();
  fs.copyFileSync(path.join(off.folder, 'sw-off.js'), path.join(off.folder, 'sw.js'));
  await server.kill();
  await server.start(off.folder);
  let loads = 0;
  page.on('load', () => loads++);
  await page.evaluate(async () => { await (await navigator.serviceWorker.getRegistration()).update(); });
  await gone(context, page);
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
