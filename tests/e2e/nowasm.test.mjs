// The program cannot run: the pages of the server are used, after one reload at most, and nothing is lost.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { addresses, askWorker, booted, browser, kept, link, phone, serve, settle, shown, sleep, started, until } from './lib.mjs';

let server;
before(async () => { server = await serve(); });
after(async () => { await server?.kill(); });

/** A phone that has the whole app. */
async function equipped() {
  const chrome = await browser(), context = await phone(chrome), page = await context.newPage();
  await settle(page, server.url);
  return { chrome, context, page };
}
/** A phone that cannot run it, once its small worker is here. */
async function old(url, without = () => { delete window.WebAssembly; }) {
  const chrome = await browser(), context = await phone(chrome);
  await context.addInitScript(without);
  const page = await context.newPage();
  await page.goto(url);
  await until('the small worker is here', () => page.evaluate(() => navigator.serviceWorker.controller?.scriptURL.includes('lite')), 60000);
  return { chrome, page };
}

test('a browser without WebAssembly reads everything, and pages it saw again with no server', async () => {
  const { chrome, page } = await old(server.url);
  assert.equal(await page.evaluate(() => typeof WebAssembly), 'undefined');
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
  // The kept list has only the beginning of its first article: all of it is kept beside it.
  const lead = await page.locator('a[data-lead]').getAttribute('href');
  for (const path of [article, '/', lead]) await kept(page, path);
  // What the server says counts before what is kept: of an article that was withdrawn nothing more is shown.
  const gone = { status: 410, headers: { 'x-bantin': '1' }, contentType: 'text/html', body: '<main id=main><p>Đã rút</p></main>' };
  await page.route(url => url.pathname === lead, route => route.fulfill(gone));
  const told = page.waitForResponse(answer => answer.status() === 410);
  await page.locator('a[data-lead]').click();
  await told;
  await sleep(500);
  assert.equal(await page.getByRole('link', { name: 'Đọc tiếp' }).count(), 1);
  await page.unrouteAll();
  await server.kill();
  await page.goto(server.url + article);
  assert.equal(await page.locator('h1').innerText(), title);
  await page.goto(server.url);
  assert.ok((await page.locator('main li a').count()) > 5);
  await page.locator('a[data-lead]').click();
  await page.getByRole('link', { name: 'Đọc tiếp' }).waitFor({ state: 'detached' });
  const text = await page.locator('main .bd').innerText();
  await page.goto(server.url + lead);
  assert.equal(await page.locator('main .bd').innerText(), text);
  // An address that it never saw.
  await page.goto(`${server.url}/cai-dat`);
  assert.match(await page.locator('main').innerText(), /chưa bắt được mạng|chưa có trong máy/);
  await server.start();
  await chrome.close();
});

test('a browser whose WebAssembly is too old for the program fetches none of it', async () => {
  const line = await link(server);
  const { chrome, page } = await old(line.url, () => { WebAssembly.validate = () => false; });
  assert.equal(await shown(page), 'html');
  assert.ok(!line.seen.some(url => /^\/app-/.test(url)), line.seen.join(' '));
  await chrome.close();
  await line.down();
});

test('a page that is kept, or stays open, never shows as in force what has ended since', async () => {
  const soon = await serve({ items: [{ id: 'a', kind: 'alert', topics: ['phong-chong-thien-tai'], places: ['20044'], issued: '-1h', expires: '+2h', source: { name: 'Đài' },
    title: 'Lũ quét ở A Lưới 2', summary: 'Lên cao.', body: [{ steps: ['Lên đồi'] }], alert: { level: 3, hazard: 'flash-flood', msg_type: 'alert' } }] });
  const { chrome, page } = await old(soon.url);
  const item = (await addresses(soon.url)).find(path => path.startsWith('/canh-bao/'));
  const paths = ['/', '/canh-bao', item];
  for (const path of paths) {
    await page.goto(soon.url + path);
    assert.ok(await page.locator('main .l3').count(), `${path} is live`);
    assert.equal(await page.locator('.bar .l3').innerText(), 'cấp 3');
    await kept(page, path);
  }
  // It stays open past the end; then it is opened again with no server.
  await page.goto(soon.url + item);
  await booted(page);
  assert.ok(await page.locator('main .l3').count(), 'live before its end');
  // The server would say what time it is: this one knows nothing of the clock of the story.
  await soon.kill();
  await page.clock.setFixedTime(Date.now() + 2.1 * 3600e3);
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  const ended = async path => {
    await page.locator('main .off .st', { hasText: 'chưa chắc đã an toàn' }).first().waitFor();
    assert.equal(await page.locator('main [class*=" l3"], .bar .n').count(), 0, path);
    const under = await page.locator('main section h2').allInnerTexts();
    assert.ok(!under.some(title => /đang có hiệu lực/.test(title)), `${path}: ${under.join(', ')}`);
    // As the server would say it of one that ended; a list has no steps.
    assert.deepEqual(await page.locator('h2:has(+ .do)').allInnerTexts(), path === '/' || path === '/canh-bao' ? [] : ['Cần làm nếu vẫn còn nguy hiểm'], path);
  };
  await ended('left open');
  for (const path of paths) {
    await page.goto(soon.url + path);
    await ended(path);
  }
  await chrome.close();
});

test('a phone whose clock is hours behind does not go on with what is over', async () => {
  const end = Date.now() + 25e3;
  const soon = await serve({ items: [{ id: 'a', kind: 'alert', topics: ['phong-chong-thien-tai'], places: ['20044'], issued: '-1h', expires: new Date(end).toISOString(), source: { name: 'Đài' },
    title: 'Lũ quét ở A Lưới 2', summary: 'Lên cao.', body: [{ steps: ['Lên đồi'] }], alert: { level: 3, hazard: 'flash-flood', msg_type: 'alert' } }] });
  const { chrome, page } = await old(soon.url);
  await page.addInitScript(() => {
    const now = Date.now;
    Date.now = () => now() - 6 * 3600e3;
  });
  await page.goto(`${soon.url}/canh-bao`);
  await booted(page);
  assert.ok(await page.locator('main .l3').count(), 'live before its end');
  await until('its end has come', () => Date.now() > end + 1000);
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await page.locator('main .off .st', { hasText: 'chưa chắc đã an toàn' }).first().waitFor();
  await chrome.close();
  await soon.kill();
});

test('a phone whose clock is ahead reads what has just come as it is, and without a network as its clock says', async () => {
  const soon = await serve({ items: [{ id: 'a', kind: 'alert', topics: ['phong-chong-thien-tai'], places: ['20044'], issued: '-1h', expires: '+2h', source: { name: 'Đài' },
    title: 'Lũ quét ở A Lưới 2', summary: 'Lên cao.', body: [{ steps: ['Lên đồi'] }], alert: { level: 3, hazard: 'flash-flood', msg_type: 'alert' } }] });
  const { chrome, page } = await old(soon.url);
  await page.addInitScript(() => {
    const now = Date.now;
    let ahead = location.hash === '#right' ? 0 : 7 * 3600e3;
    Date.now = () => now() + ahead;
    window.__set = ms => { ahead = ms; document.dispatchEvent(new Event('visibilitychange')); };
  });
  // Wrong from the beginning, and put wrong while the page stands open.
  for (const hash of ['', '#right']) {
    await page.goto('about:blank');
    await page.goto(`${soon.url}/canh-bao${hash}`);
    await booted(page);
    for (const hours of [7, 10]) {
      await page.evaluate(hours => window.__set(hours * 3600e3), hours);
      await sleep(1000);
      assert.ok(await page.locator('main .l3').count(), `in force ${hash}, ${hours} hours ahead`);
      assert.equal(await page.locator('main .off').count(), 0);
      assert.equal(await page.locator('.bar .l3').innerText(), 'cấp 3');
    }
  }
  await kept(page, '/canh-bao');
  // A Wi-Fi that asks for a login has a clock of its own, and says nothing of ours.
  await page.route('**/sync/head', route => route.fulfill({ status: 200, contentType: 'text/html', headers: { date: 'Thu, 01 Jan 1970 00:00:00 GMT' }, body: '' }));
  await page.evaluate(() => window.__set(0));
  await sleep(500);
  assert.equal(await page.locator('main .off').count(), 0);
  const other = await page.context().newPage();
  await other.route('**/sync/head', route => route.fulfill({ status: 200, contentType: 'text/html', headers: { date: 'Thu, 01 Jan 1970 00:00:00 GMT' }, body: '' }));
  await other.addInitScript(() => { const now = Date.now; Date.now = () => now() + 3 * 3600e3; });
  await other.goto(`${soon.url}/canh-bao`);
  await other.locator('main .off .st', { hasText: 'chưa chắc đã an toàn' }).waitFor();
  await other.close();
  await page.unroute('**/sync/head');
  await page.evaluate(() => window.__set(7 * 3600e3));
  await sleep(1000);
  await soon.kill();
  // Without an answer what was heard before counts, for as long as the page stands.
  await page.evaluate(() => window.__set(7 * 3600e3));
  await sleep(1000);
  assert.equal(await page.locator('main .off').count(), 0);
  await page.goto(`${soon.url}/canh-bao`);
  await page.locator('main .off .st', { hasText: 'chưa chắc đã an toàn' }).waitFor();
  await chrome.close();
});

test('a page that comes too late for its visit is kept for the next', async () => {
  const line = await link(server);
  const { chrome, page } = await old(line.url);
  await page.goto(`${line.url}/canh-bao`);
  await kept(page, '/canh-bao');
  server.import([{ id: 'muon', kind: 'alert', topics: ['phong-chong-thien-tai'], places: ['20044'], issued: '-1m', expires: '+2h', source: { name: 'Đài' },
    title: 'Mưa lớn tới muộn', summary: 'Ở nhà.', body: [{ steps: ['Ở nhà'] }], alert: { level: 2, hazard: 'heavy-rain', msg_type: 'alert' } }]);
  await until('the server has it', async () => (await (await fetch(`${server.url}/canh-bao`)).text()).includes('Mưa lớn tới muộn'));
  line.rule = path => (path === '/canh-bao' ? { wait: 8000 } : undefined);
  await page.goto(`${line.url}/canh-bao`);
  assert.ok(!(await page.locator('main').innerText()).includes('Mưa lớn tới muộn'), 'nobody waits that long');
  await until('it is kept', () => page.evaluate(async () => (await (await (await caches.open('bt-pages')).match('/canh-bao')).text()).includes('Mưa lớn tới muộn')));
  await chrome.close();
  await line.down();
});

test('a program that breaks off once is tried again', async () => {
  const { chrome, page } = await equipped();
  await page.addInitScript(() => {
    if (sessionStorage.broken) return;
    sessionStorage.broken = 1;
    WebAssembly.instantiate = WebAssembly.instantiateStreaming = () => Promise.reject(new WebAssembly.CompileError('cut'));
  });
  await page.goto(server.url);
  await until('it broke off', () => page.evaluate(() => sessionStorage.broken));
  await started(page);
  assert.equal((await askWorker(page, { type: 'status' })).noWasm, false);
  await chrome.close();
});

test('a program that does not start gives way to the HTML edition after a second try, and is tried again later', async () => {
  const { chrome, page } = await equipped();
  // The stored program is damaged, as by a full disk.
  await page.evaluate(async () => {
    for (const name of (await caches.keys()).filter(n => n.startsWith('bt-app-'))) {
      const cache = await caches.open(name);
      const wasm = (await cache.keys()).find(r => r.url.endsWith('.wasm'));
      const headers = (await cache.match(wasm)).headers;
      await cache.put(wasm, new Response(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 9]), { headers }));
    }
  });
  // Not whether each was loaded: a page that is asked for anew need not have come to its end.
  let pages = 0;
  page.on('framenavigated', () => pages++);
  await page.goto(server.url);
  await until('the HTML edition stands in the page', async () => (await shown(page)) === 'html');
  await until('the third page', () => pages >= 3);
  await sleep(1500);
  assert.equal(pages, 3);
  assert.ok((await page.locator('main li a').count()) > 5);
  assert.equal((await askWorker(page, { type: 'status' })).noWasm, true);
  // It stays that way from page to page, and visited pages stay readable with no server.
  await page.goto(`${server.url}/canh-bao`);
  assert.equal(await shown(page), 'html');
  await kept(page, '/canh-bao');
  await server.kill();
  await page.goto(`${server.url}/canh-bao`);
  assert.equal(await page.locator('h1').count(), 1);
  // What was never visited: the program is all there is without a network, and says so where it fails again.
  await page.goto(`${server.url}/tim`);
  await page.locator('#sorry').waitFor();
  await server.start();
  await chrome.close();
});

/** In a page: as with a profile that is damaged, or a disk that does not answer. */
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
    const { chrome, page } = await equipped();
    await page.addInitScript(broken);
    await page.goto(server.url);
    await until(`opening ${how}: the HTML edition stands in the page`, async () => (await shown(page)) === 'html', 60000);
    await until(`opening ${how}: with its list`, async () => (await page.locator('main li a').count()) > 5);
    // And so it stays from page to page.
    await page.goto(server.url + (await page.locator('main li a[href^="/tin/"]').first().getAttribute('href')));
    assert.equal(await shown(page), 'html', how);
    assert.ok((await page.locator('article').innerText()).length > 100, how);
    await chrome.close();
  }
});

test('a program that never says that it is ready is given eight seconds, and after an hour another try; failing again, after a day', async () => {
  const { chrome, context, page } = await equipped();
  await page.addInitScript(() => {
    WebAssembly.instantiate = WebAssembly.instantiateStreaming = () => new Promise(() => {});
  });
  let loads = 0;
  page.on('load', () => loads++);
  const start = Date.now();
  await page.goto(server.url);
  await until('the HTML edition stands in the page', async () => (await shown(page)) === 'html');
  assert.ok(Date.now() - start > 7000);
  await until('it is loaded', () => loads >= 2);
  await sleep(500);
  assert.equal(loads, 2);
  // One slow start is no reason to do without it for long: an hour later it is tried again.
  const next = await context.newPage();
  await next.goto(server.url);
  assert.equal(await shown(next), 'html');
  const later = seconds => next.evaluate(async seconds => {
    const flags = await caches.open('bt-flags'), then = +(await (await flags.match('/bt-flag/no-wasm')).text());
    await flags.put('/bt-flag/no-wasm', new Response(String(then - seconds * 1000)));
  }, seconds);
  const back = async () => {
    await until('the program is back', async () => {
      await next.goto(server.url);
      await sleep(500);
      return (await shown(next)) === 'app';
    }, 60000);
    await started(next);
  };
  await later(3601);
  await back();
  // A second time within two days is one: for a day.
  const again = await context.newPage();
  await again.addInitScript(() => {
    WebAssembly.instantiate = WebAssembly.instantiateStreaming = () => Promise.reject(new WebAssembly.CompileError('cut'));
  });
  await again.goto(server.url);
  await until('the HTML edition stands in the page once more', async () => (await shown(again)) === 'html');
  await again.close();
  await later(23 * 3600);
  for (let times = 0; times < 2; times++) {
    await next.goto(server.url);
    await sleep(500);
    assert.equal(await shown(next), 'html', 'after 23 hours');
  }
  await later(3601);
  await back();
  await chrome.close();
});

test('a start in a tab that nobody looks at, or on a phone that slept meanwhile, is not held against the program', async () => {
  const { chrome, page } = await equipped();
  // It would start twelve seconds late.
  await page.addInitScript(() => {
    window.away = true;
    Object.defineProperty(document, 'hidden', { get: () => window.away });
    const begin = WebAssembly.instantiateStreaming;
    WebAssembly.instantiateStreaming = async (...given) => {
      await new Promise(done => setTimeout(done, 12000));
      return begin.apply(WebAssembly, given);
    };
  });
  await page.goto(server.url);
  await sleep(10000);
  assert.equal(await shown(page), 'app');
  await page.evaluate(() => { window.away = false; });
  await started(page);
  assert.equal((await askWorker(page, { type: 'status' })).noWasm, false);
  await chrome.close();
});

test('without a network a program that fails is tried again at the next start', async () => {
  const { chrome, page } = await equipped();
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
