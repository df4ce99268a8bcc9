// The worker: what it keeps fails, or it is stopped in the middle. Its page lives on.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { askWorker, browser, furnished, open, release, serve, shown } from './lib.mjs';

let chrome;
before(async () => { chrome = await browser(); });
after(async () => { await chrome?.close(); });

test('where the worker can no longer read what it keeps, the network answers', async () => {
  // A worker that can be told to break: its code is the release's server.
  const { folder } = release();
  fs.appendFileSync(path.join(folder, 'sw.js'), `;addEventListener('message', ({ data }) => {
    if (data === 'break') for (const what of ['match', 'open', 'keys', 'has', 'delete']) CacheStorage.prototype[what] = () => { throw new Error('broken'); };
  });`);
  const server = await serve({ assets: folder });
  const { context, page } = await furnished(chrome, server.url);
  await page.evaluate(() => navigator.serviceWorker.controller.postMessage('break'));
  for (const address of ['/', '/canh-bao', '/tim?q=lu', '/to-khong-co']) {
    const answer = await page.goto(server.url + address);
    assert.equal(answer.status(), address === '/to-khong-co' ? 404 : 200, address);
    assert.equal(await shown(page), 'html', address);
    assert.ok((await page.locator('main').innerText()).length > 50, address);
  }
  await context.close();
  await server.kill();
});

test('a file of the app that the phone lost is missing where there is no server: no page comes in its place', async () => {
  const server = await serve();
  const { context, page } = await furnished(chrome, server.url);
  await page.evaluate(async () => { for (const name of await caches.keys()) await (await caches.open(name)).delete('/app.css'); });
  await server.kill();
  // Past what the browser itself remembers.
  const got = path => page.evaluate(path => fetch(path, { cache: 'reload' }).then(answer => answer.headers.get('content-type'), error => error.name), path);
  assert.equal(await got('/app.css'), 'TypeError');
  assert.match(await got('/boot.js'), /^text\/javascript/, 'what it has comes');
  await context.close();
});

test('a worker that is stopped under its page answers the next request, with no server too', async () => {
  const server = await serve();
  const { context, page } = await furnished(chrome, server.url);
  const tools = await context.newCDPSession(page);
  await tools.send('ServiceWorker.enable');
  const stopped = async () => {
    const running = new Map();
    const gone = new Promise(done => tools.on('ServiceWorker.workerVersionUpdated', ({ versions }) => {
      for (const { versionId, runningStatus } of versions) running.set(versionId, runningStatus);
      if (running.size && [...running.values()].every(status => status === 'stopped')) done();
    }));
    await tools.send('ServiceWorker.stopAllWorkers');
    await gone;
  };
  await server.kill();
  await stopped();
  await page.evaluate(() => { window.__same = true; });
  await page.locator('main li a[href^="/tin/"]').first().click();
  await page.locator('article').waitFor();
  assert.equal(await page.evaluate(() => window.__same), true);
  for (const address of ['/canh-bao', '/', '/cai-dat']) {
    await stopped();
    await open(page, server.url + address);
    assert.equal(await shown(page), 'app', address);
  }
  await stopped();
  assert.equal((await askWorker(page, { type: 'status' })).complete, true);
  await context.close();
});
