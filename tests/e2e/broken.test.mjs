// What breaks under the app while it stands: the database, the store of files, the worker itself, a line that hangs, the clock.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { addresses, askWorker, browser, CACHE_DB, items, link, open, phone, release, rows, serve, settle, shown, sleep, started, synced, until } from './lib.mjs';

let server, line, chrome, count;
before(async () => {
  server = await serve();
  line = await link(server);
  chrome = await browser();
  count = items(await addresses(server.url)).length;
});
beforeEach(() => { line.rule = () => undefined; });
after(async () => {
  await chrome?.close();
  await line?.down();
  await server?.kill();
});
const isData = url => url.startsWith('/sync/');

/** A phone that has the whole app and what it asked for. */
async function furnished(url = line.url, cards = count) {
  const context = await phone(chrome), page = await context.newPage();
  await settle(page, url);
  await synced(page, cards, Math.min(cards, 30));
  return { context, page };
}

/** In a page: as a profile that is damaged, or a disk that does not answer. */
const BROKEN = {
  throws: () => { IDBFactory.prototype.open = () => { throw new DOMException('', 'SecurityError'); }; },
  fails: () => {
    IDBFactory.prototype.open = () => {
      const request = new EventTarget();
      Object.assign(request, { error: new DOMException('', 'UnknownError'), readyState: 'done', onerror: null });
      queueMicrotask(() => {
        const event = new Event('error');
        request.onerror?.(event);
        request.dispatchEvent(event);
      });
      return request;
    };
  },
  hangs: () => { IDBFactory.prototype.open = () => Object.assign(new EventTarget(), { readyState: 'pending' }); },
};

test('where the database cannot be opened, the pages of the server are read', async () => {
  for (const [how, broken] of Object.entries(BROKEN)) {
    const { context, page } = await furnished();
    await page.addInitScript(broken);
    await page.goto(line.url);
    await until(`opening ${how}: the HTML edition stands in the page`, async () => (await shown(page)) === 'html', 60000);
    await until(`opening ${how}: with its list`, async () => (await page.locator('main li a').count()) > 5);
    // And so it stays from page to page.
    await page.goto(line.url + (await page.locator('main li a[href^="/tin/"]').first().getAttribute('href')));
    assert.equal(await shown(page), 'html', how);
    assert.ok((await page.locator('article').innerText()).length > 100, how);
    await context.close();
  }
});

test('where the worker can no longer read what it keeps, the network answers', async () => {
  // A worker that can be told to break: its code is the release's own.
  const { folder } = release();
  fs.appendFileSync(path.join(folder, 'sw.js'), `;addEventListener('message', ({ data }) => {
    if (data === 'break') for (const what of ['match', 'open', 'keys', 'has', 'delete']) CacheStorage.prototype[what] = () => { throw new Error('broken'); };
  });`);
  const own = await serve({ assets: folder });
  const { context, page } = await furnished(own.url);
  await open(page, own.url);
  await page.evaluate(() => navigator.serviceWorker.controller.postMessage('break'));
  for (const address of ['/', '/canh-bao', '/tim?q=lu', '/to-khong-co']) {
    const answer = await page.goto(own.url + address);
    assert.equal(answer.status(), address === '/to-khong-co' ? 404 : 200, address);
    assert.equal(await shown(page), 'html', address);
    assert.ok((await page.locator('main').innerText()).length > 50, address);
  }
  await context.close();
  await own.kill();
});

test('a worker that is stopped under its page answers the next request, with no server too', async () => {
  const { context, page } = await furnished();
  await open(page, line.url);
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
  await line.down();
  await stopped();
  await page.evaluate(() => { window.__same = true; });
  await page.locator('main li a[href^="/tin/"]').first().click();
  await page.locator('article').waitFor();
  assert.equal(await page.evaluate(() => window.__same), true);
  for (const address of ['/canh-bao', '/', '/cai-dat']) {
    await stopped();
    await open(page, line.url + address);
    assert.equal(await shown(page), 'app', address);
  }
  await stopped();
  assert.equal((await askWorker(page, { type: 'status' })).complete, true);
  await context.close();
  await line.up();
});

test('a line that hangs holds up nobody, is given up, and is tried again', async () => {
  const { context, page } = await furnished();
  server.import([{ id: 'treo', kind: 'bulletin', topics: ['y-te'], issued: '-1m', source: { name: 'Trạm y tế' }, title: 'Tin sau khi đường truyền treo', summary: 'Đã tới.', body: ['Đã tới.'] }]);
  count += 1;
  await until('the server has it', async () => items(await addresses(server.url)).length === count);
  let release;
  const hangs = new Promise(done => { release = done; });
  line.rule = url => (isData(url) ? hangs : undefined);
  await page.clock.install();
  await page.goto(line.url);
  await started(page);
  line.seen.length = 0;
  await until('it asks', () => line.open > 0 && line.open);
  assert.ok((await page.locator('main li a').count()) > 5);
  await page.locator('main li a[href^="/tin/"]').first().click();
  await page.locator('article').waitFor();
  await page.clock.runFor(9000);
  assert.ok(line.open > 0, 'it has patience');
  await page.clock.runFor(2000);
  await until('it gave up', () => !line.open);
  const before = line.seen.filter(isData).length;
  line.rule = () => undefined;
  await sleep(300);
  assert.equal(line.seen.filter(isData).length, before, 'not at once');
  await until('the new item is here', async () => {
    await page.clock.runFor(30_000);
    return (await rows(page, CACHE_DB, 'cards')).length === count;
  });
  release();
  await context.close();
});

test('a clock that is moved while the page is open holds no question back', async () => {
  const { context, page } = await furnished();
  await page.clock.install();
  line.seen.length = 0;
  await page.goto(line.url);
  await started(page);
  await until('it has asked', () => line.seen.some(isData) && !line.open);
  await sleep(300);
  const back = async () => {
    line.seen.length = 0;
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await sleep(500);
    return line.seen.filter(isData).length;
  };
  assert.equal(await back(), 0, 'it has just asked');
  const now = await page.evaluate(() => Date.now());
  await page.clock.setSystemTime(now - 2 * 86400e3);
  assert.ok((await back()) > 0, 'set back by two days');
  assert.equal(await back(), 0, 'once');
  await page.clock.setSystemTime(now + 3 * 86400e3);
  assert.ok((await back()) > 0, 'ahead by three');
  assert.ok((await page.locator('main li a').count()) > 5);
  await page.clock.setSystemTime(now);
  assert.ok((await back()) > 0, 'and set right');
  await context.close();
});
