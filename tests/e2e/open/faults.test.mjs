// Bad lines: what a Wi-Fi, a proxy or a tired server puts in place of an answer never reaches what the phone holds.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { addresses, browser, CACHE_DB, link, phone, portal, rows, serve, settle, shown, sleep, started, synced, until } from '../lib.mjs';

let server, line, chrome, items;
before(async () => {
  server = await serve();
  line = await link(server);
  chrome = await browser();
  items = (await addresses(server.url)).filter(p => /^\/(tin|canh-bao)\//.test(p)).length;
});
after(async () => {
  await chrome?.close();
  await line?.down();
  await server?.kill();
});
const isData = url => url.startsWith('/sync/');

test('a first sync over a line with a login page, redirects, altered and cut answers leaves nothing wrong, and completes when it heals', async () => {
  const context = await phone(chrome);
  const page = await context.newPage();
  const faults = [
    () => portal,
    () => ({ status: 302, headers: { location: 'http://127.0.0.1:1/login' }, body: '' }),
    () => ({ mangle: body => Buffer.concat([body.subarray(0, Math.max(0, body.length - 3)), Buffer.from('xyz')]) }),
    () => ({ mangle: body => body.subarray(0, Math.floor(body.length / 2)) }),
    () => ({ cut: 50 }),
  ];
  line.rule = url => (isData(url) ? portal : undefined);
  await settle(page, line.url);
  await sleep(2000);
  assert.equal((await rows(page, CACHE_DB, 'cards')).length, 0);
  for (const fault of faults) {
    line.rule = url => (isData(url) ? fault() : undefined);
    await page.goto(line.url);
    await sleep(1500);
    assert.equal((await rows(page, CACHE_DB, 'cards')).length, 0);
  }
  line.rule = () => undefined;
  await page.goto(line.url);
  await synced(page, items, 30);
  // And once it is here, none of this touches it.
  for (const fault of faults) {
    line.rule = () => fault();
    await page.goto(line.url);
    await started(page);
    assert.equal(await shown(page), 'app');
    assert.ok((await page.locator('main li a').count()) > 5);
  }
  assert.equal((await rows(page, CACHE_DB, 'cards')).length, items);
  line.rule = () => undefined;
  await context.close();
});

test('a login page is never kept as a page of ours', async () => {
  const context = await phone(chrome);
  await context.addInitScript(() => { delete window.WebAssembly; });
  const page = await context.newPage();
  await page.goto(line.url);
  await until('the worker answers', () => page.evaluate(() => !!navigator.serviceWorker.controller), 20000);
  line.rule = () => portal;
  await page.goto(`${line.url}/canh-bao`);
  assert.match(await page.locator('h1').innerText(), /Wi-Fi/);
  await sleep(500);
  const kept = await page.evaluate(async () => (await (await caches.open('bt-pages')).keys()).map(r => new URL(r.url).pathname));
  assert.ok(!kept.includes('/canh-bao'), kept.join(' '));
  line.rule = () => undefined;
  await context.close();
});

test('a server in trouble is asked at most six times in ten minutes', async () => {
  const context = await phone(chrome);
  const page = await context.newPage();
  await settle(page, line.url);
  await synced(page, items, 30);
  line.rule = url => (isData(url) ? { status: 503, headers: {}, body: '' } : undefined);
  await page.clock.install();
  line.seen.length = 0;
  await page.goto(line.url);
  await started(page);
  for (let minute = 0; minute < 20; minute++) {
    await page.clock.runFor(30_000);
    await sleep(100);
  }
  const asked = line.seen.filter(isData).length;
  assert.ok(asked >= 1 && asked <= 6, `${asked} requests`);
  line.rule = () => undefined;
  await context.close();
});
