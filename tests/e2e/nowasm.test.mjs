// The program cannot run: the pages of the server are used, after one reload at most, and nothing is lost.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { addresses, askWorker, browser, phone, serve, settle, shown, sleep, started, until } from './lib.mjs';

let server;
before(async () => { server = await serve(); });
after(async () => { await server?.kill(); });

test('a browser without WebAssembly reads everything, and pages it saw again with no server', async () => {
  const chrome = await browser();
  const context = await phone(chrome);
  await context.addInitScript(() => { delete window.WebAssembly; });
  const page = await context.newPage();
  await page.goto(server.url);
  assert.equal(await page.evaluate(() => typeof WebAssembly), 'undefined');
  await until('the small worker is here', () => page.evaluate(() => navigator.serviceWorker.controller?.scriptURL.includes('lite')), 20000);
  const held = await page.evaluate(async () => {
    const all = [];
    for (const name of await caches.keys()) for (const request of await (await caches.open(name)).keys()) all.push(new URL(request.url).pathname);
    return all;
  });
  assert.ok(!held.some(url => /^\/app-/.test(url)), held.join(' '));
  const [article] = (await addresses(server.url)).filter(p => p.startsWith('/tin/'));
  await page.goto(server.url + article);
  assert.equal(await shown(page), 'html');
  const title = await page.locator('h1').innerText();
  await page.goto(server.url);
  await sleep(500);
  await server.kill();
  await page.goto(server.url + article);
  assert.equal(await page.locator('h1').innerText(), title);
  await page.goto(server.url);
  assert.ok((await page.locator('main li a').count()) > 5);
  await server.start();
  await chrome.close();
});

test('a program that does not start gives way to the HTML edition with one reload, and is tried again on request', async () => {
  const chrome = await browser();
  const context = await phone(chrome);
  const page = await context.newPage();
  await settle(page, server.url);
  // The stored program is damaged, as by a full disk.
  await page.evaluate(async () => {
    for (const name of (await caches.keys()).filter(n => n.startsWith('bt-app-'))) {
      const cache = await caches.open(name);
      const wasm = (await cache.keys()).find(r => r.url.endsWith('.wasm'));
      const headers = (await cache.match(wasm)).headers;
      await cache.put(wasm, new Response(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 9]), { headers }));
    }
  });
  let loads = 0;
  page.on('load', () => loads++);
  await page.goto(server.url);
  await until('the HTML edition stands in the page', async () => (await shown(page)) === 'html', 15000);
  await sleep(1500);
  assert.equal(loads, 2);
  assert.ok((await page.locator('main li a').count()) > 5);
  assert.equal((await askWorker(page, { type: 'status' })).noWasm, true);
  // It stays that way from page to page, and visited pages stay readable with no server.
  await page.goto(`${server.url}/canh-bao`);
  assert.equal(await shown(page), 'html');
  await sleep(500);
  await server.kill();
  await page.goto(`${server.url}/canh-bao`);
  assert.equal(await page.locator('h1').count(), 1);
  await page.goto(`${server.url}/tim`);
  assert.match(await page.locator('main').innerText(), /chưa bắt được mạng|chưa có trong máy/);
  await server.start();
  await chrome.close();
});

test('a program that never says that it is ready is given eight seconds', async () => {
  const chrome = await browser();
  const context = await phone(chrome);
  const page = await context.newPage();
  await settle(page, server.url);
  await page.addInitScript(() => {
    WebAssembly.instantiate = WebAssembly.instantiateStreaming = () => new Promise(() => {});
  });
  let loads = 0;
  page.on('load', () => loads++);
  const start = Date.now();
  await page.goto(server.url);
  await until('the HTML edition stands in the page', async () => (await shown(page)) === 'html', 15000);
  assert.ok(Date.now() - start > 7000);
  await sleep(500);
  assert.equal(loads, 2);
  await chrome.close();
});

test('without a network a program that fails is tried again at the next start', async () => {
  const chrome = await browser();
  const context = await phone(chrome);
  const page = await context.newPage();
  await settle(page, server.url);
  await page.goto(server.url);
  await started(page);
  await server.kill();
  await page.route('**/app-*.js', route => route.abort());
  await page.addInitScript(() => { WebAssembly.validate = () => !window.name.includes('old'); });
  await page.evaluate(() => { window.name = 'old'; });
  await page.goto(server.url);
  await page.locator('#sorry').waitFor();
  assert.match(await page.locator('#sorry').innerText(), /vẫn còn nguyên/);
  await page.evaluate(() => { window.name = ''; });
  await page.unroute('**/app-*.js');
  await page.goto(server.url);
  await started(page);
  await server.start();
  await chrome.close();
});
