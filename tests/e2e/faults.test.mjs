// Bad lines: what a Wi-Fi, a proxy or a tired server puts in place of an answer never reaches what the phone holds, and what
// a weak line cuts goes on.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, beforeEach, test } from 'node:test';
import { addresses, browser, CACHE_DB, content, find, furnished, link, phone, portal, rows, serve, settle, shown, sleep, started, synced, until } from './lib.mjs';

let server, line, chrome, items;
before(async () => {
  server = await serve();
  line = await link(server);
  chrome = await browser();
  items = (await addresses(server.url)).filter(p => /^\/(tin|canh-bao)\//.test(p)).length;
});
beforeEach(() => { line.rule = () => undefined; });
after(async () => {
  await chrome?.close();
  await line?.down();
  await server?.kill();
});
const isData = url => url.startsWith('/sync/');

/** Until answers that `fault` spoiled have reached the phone, and the phone has had time to make something of them. */
async function met(fault, visit, spoiled = isData) {
  line.seen.length = 0;
  line.rule = url => (spoiled(url) ? fault() : undefined);
  await visit();
  await until('the phone asks and is answered', () => line.seen.some(isData) && !line.open, 30000);
  await sleep(500);
}

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
  await met(() => portal, () => settle(page, line.url));
  assert.equal((await rows(page, CACHE_DB, 'cards')).length, 0);
  for (const fault of faults) {
    await met(fault, () => page.goto(line.url));
    assert.equal((await rows(page, CACHE_DB, 'cards')).length, 0);
  }
  line.rule = () => undefined;
  await page.goto(line.url);
  await synced(page, items, 30);
  const held = await content(page, CACHE_DB, 'cards');
  assert.ok(held.length > items * 100, 'the cards themselves');
  // And once it is here, none of this touches it.
  for (const fault of faults) {
    await met(fault, () => page.goto(line.url), () => true);
    await started(page);
    assert.equal(await shown(page), 'app');
    assert.ok((await page.locator('main li a').count()) > 5);
    // A Wi-Fi that asks for a login is called by its name, whichever way it asks.
    if (fault().headers) await page.locator('#notices', { hasText: 'Mạng này đòi đăng nhập trước' }).waitFor();
  }
  assert.equal((await rows(page, CACHE_DB, 'cards')).length, items);
  assert.equal(await content(page, CACHE_DB, 'cards'), held);
  await context.close();
});

test('a server in trouble is left alone, as long as it asked for, also by who goes to and fro between programs', async () => {
  const context = await phone(chrome);
  let page = await context.newPage();
  await settle(page, line.url);
  await synced(page, items, 30);
  // As a date first: the clocks of pages run ahead afterwards.
  const date = new Date(Date.now() + 360_000).toUTCString();
  for (const headers of [{ 'retry-after': date }, { 'retry-after': '300' }, {}]) {
    await page.close();
    page = await context.newPage();
    line.rule = url => (isData(url) ? { status: 503, headers, body: '' } : undefined);
    await page.clock.install();
    line.seen.length = 0;
    await page.goto(line.url);
    await started(page);
    await until('it asked once', () => line.seen.some(isData) && !line.open);
    for (let times = 0; times < 5; times++) {
      await sleep(100);
      await page.evaluate(() => {
        document.dispatchEvent(new Event('visibilitychange'));
        dispatchEvent(new Event('online'));
      });
      // Nearly all of what was asked for; without a word of it the least wait is two seconds.
      await page.clock.runFor(headers['retry-after'] ? 55_000 : 50);
    }
    await sleep(200);
    assert.equal(line.seen.filter(isData).length, 1, JSON.stringify(headers));
  }
  await context.close();
});

test('a line that hangs holds up nobody, is given up, and is tried again', async () => {
  const context = await phone(chrome);
  const page = await context.newPage();
  await settle(page, line.url);
  await synced(page, items, 30);
  server.import([{ id: 'treo', kind: 'bulletin', topics: ['y-te'], issued: '-1m', source: { name: 'Trạm y tế' }, title: 'Tin sau khi đường truyền treo', summary: 'Đã tới.', body: ['Đã tới.'] }]);
  items += 1;
  await until('the server has it', async () => (await (await fetch(`${server.url}/sitemap.xml`)).text()).includes('sau-khi-duong-truyen-treo'));
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
    return (await rows(page, CACHE_DB, 'cards')).length === items;
  });
  release();
  await context.close();
});

test('a clock that is moved while the page is open holds no question back', async () => {
  const context = await phone(chrome);
  const page = await context.newPage();
  await settle(page, line.url);
  await synced(page, items, 30);
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

test('a login page is never kept as a page of ours', async () => {
  const context = await phone(chrome);
  await context.addInitScript(() => { delete window.WebAssembly; });
  const page = await context.newPage();
  await page.goto(line.url);
  await until('the worker answers', () => page.evaluate(() => !!navigator.serviceWorker.controller), 60000);
  line.rule = () => portal;
  await page.goto(`${line.url}/canh-bao`);
  assert.match(await page.locator('h1').innerText(), /Wi-Fi/);
  await sleep(500);
  const kept = await page.evaluate(async () => (await (await caches.open('bt-pages')).keys()).map(r => new URL(r.url).pathname));
  assert.ok(!kept.includes('/canh-bao'), kept.join(' '));
  await context.close();
});

test('in place of a picture a login page, or the word of a server in trouble, is not kept, and the picture shows once the line heals', async () => {
  const { context, page } = await furnished(chrome, line.url);
  const asked = () => line.seen.filter(url => url.startsWith('/media/')).length;
  const held = () => page.evaluate(async () => Promise.all((await (await caches.open('bt-media')).matchAll()).map(async answer => [answer.headers.get('content-type'), (await answer.blob()).size])));
  const place = page.locator('a[data-act=image]').first(), toast = page.locator('#bt-toast', { hasText: 'Chưa tải được ảnh.' });
  await page.goto(line.url + (await find(server.url, 'giu-khung-det-zeng')));
  await started(page);
  // The second by the type of a picture too: some proxies leave it as it was.
  for (const fault of [portal, { status: 503, headers: { 'content-type': 'image/avif' }, body: 'busy' }]) {
    line.rule = url => (url.startsWith('/media/') ? fault : undefined);
    const before = asked();
    await place.click();
    await toast.waitFor();
    await until('the place of the picture is back', () => place.isVisible());
    await until('it was asked for', () => asked() > before && !line.open);
    await sleep(300);
    assert.deepEqual(await held(), [], `${fault.status}`);
    await page.reload();
    await started(page);
  }
  line.rule = () => undefined;
  await place.click();
  await until('the picture shows', () => page.evaluate(() => document.querySelector('figure img')?.naturalWidth > 0));
  const [[type, size], ...more] = await until('it is kept', async () => (await held()).length && held());
  assert.ok(/^image\//.test(type) && size > 18_000 && !more.length, `${type}, ${size} bytes`);
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
  for (let half = 0; half < 20; half++) {
    await page.clock.runFor(30_000);
    await until('the answer', () => !line.open);
    await sleep(150);
  }
  const asked = line.seen.filter(isData).length;
  // It does not give up either.
  assert.ok(asked >= 3 && asked <= 6, `${asked} requests`);
  await context.close();
});

/** Items with the words of the sample in an order that no compression finds again. */
function varied(count) {
  const sample = fs.readFileSync(new URL('../../instance/hue/sample.jsonl', import.meta.url), 'utf8').trim().split('\n').map(line => JSON.parse(line));
  const words = sample.flatMap(({ body }) => body.filter(block => typeof block === 'string')).join(' ').match(/\p{L}+/gu);
  let dice = 1;
  const text = length => `${Array.from({ length }, () => words[(dice = (dice * 48271) % 0x7fffffff) % words.length]).join(' ')}.`;
  return Array.from({ length: count }, (_, n) => ({ id: `varied-${n}`, kind: 'bulletin', topics: ['y-te'], issued: `-${n + 1}m`, source: { name: 'Trạm y tế' }, title: text(8), summary: text(15), body: [text(40), text(40), text(40)] }));
}

/** A text whose pack is cut every 300 bytes; `bare`: and of which a proxy lets no encoding pass. */
async function piecewise(bare, title) {
  const context = await phone(chrome);
  const page = await context.newPage();
  await settle(page, line.url);
  await synced(page, items, 40);
  line.cuts.length = 0;
  line.rule = path => (/^\/sync\/\w+\/bodies\//.test(path) ? { cut: 300, after: 100, bare } : undefined);
  server.import([{ ...varied(9).at(-1), id: `late-${bare}`, title }]);
  items += 1;
  await until('the server has it', async () => (await addresses(server.url)).filter(path => /^\/(tin|canh-bao)\//.test(path)).length === items);
  const before = (await rows(page, CACHE_DB, 'bodies')).length;
  await page.reload();
  await until('its text is on the phone', async () => (await rows(page, CACHE_DB, 'bodies')).length > before, 60000);
  assert.ok(line.cuts.length > 2 && line.cuts.every(({ bytes }) => bytes <= 300), `${line.cuts.length} pieces`);
  const frame = line.cuts[0].headers['content-type'] === 'application/x-bantin-zstd';
  await context.close();
  return frame;
}

test('what is cut before anything of it can be read comes piece by piece', async () => {
  assert.equal(await piecewise(false, 'Tin đến muộn trên đường yếu'), false);
});

test('a pack that came as a frame and was cut goes on, too', async () => {
  assert.equal(await piecewise(true, 'Tin đến muộn qua máy chủ trung gian'), true);
});

test('what a filter or a login page says of an item is not believed', async () => {
  const context = await phone(chrome);
  const page = await context.newPage();
  await settle(page, line.url);
  await synced(page, items, 40);
  line.rule = path => (isData(path) ? { ...portal, status: path.startsWith('/sync/head') ? 200 : 404 } : undefined);
  server.import([{ ...varied(10).at(-1), id: 'hidden', title: 'Tin sau trang đăng nhập' }]);
  items += 1;
  const find = async () => (await addresses(server.url)).find(path => path.includes('/tin-sau-trang-dang-nhap'));
  await until('the server has it', find);
  await page.goto(line.url + await find());
  await until('it was asked for', () => line.seen.some(path => path.startsWith('/sync/item/')));
  await page.locator('main', { hasText: 'Trang này chưa có trong máy, và chưa tới được máy chủ.' }).waitFor();
  // What the server itself says is.
  line.rule = () => undefined;
  await page.goto(`${line.url}/tin/khong-co-9zzzzzzz`);
  await page.locator('main h1', { hasText: 'Không có trang này' }).waitFor();
  await context.close();
});

test('a sync whose every answer is cut after four kilobytes finishes, for at most 1.15 times the bytes of whole packs, or of differences', async () => {
  server.import(varied(200));
  const all = items + 200;
  await until('the server has them', async () => (await addresses(server.url)).filter(p => /^\/(tin|canh-bao)\//.test(p)).length === all);
  const pack = ({ path }) => /^\/sync\/\w+\/(cards|bodies)\//.test(path);
  /** All that passes of packs, whole or cut, until a new phone that keeps every text has them. */
  const filled = async (browser, rule) => {
    line.rule = path => (pack({ path }) ? rule : undefined);
    line.answers.length = line.cuts.length = 0;
    const context = await phone(browser);
    await context.addInitScript(() => { localStorage['bt-mode'] = 'full'; });
    const page = await context.newPage();
    await settle(page, line.url);
    // Without a reload, which would cut what no rule does.
    for (const store of ['cards', 'bodies']) await until(`all ${store} are on the phone`, async () => (await rows(page, CACHE_DB, store)).length >= all, 90000);
    await context.close();
    return [...line.answers, ...line.cuts].filter(pack);
  };
  const names = came => [...new Set(came.map(({ path }) => path.split('?')[0]))].sort();
  const bytes = came => came.reduce((sum, { bytes }) => sum + bytes, 0);
  // A moment passes before the end: what Chromium hears of together with it, it throws away now and then.
  const cut = await filled(chrome, { cut: 4096, after: 100 });
  // The server packs in a hurry what is asked for first: the other phone comes when it has packed as well as it can.
  await until('packs are packed for good', async () => {
    const tags = await Promise.all(names(cut).map(async path => (await fetch(server.url + path, { headers: { 'accept-encoding': 'br' } })).headers.get('etag')));
    return tags.every(tag => tag.endsWith('b"'));
  }, 60000);
  // One that makes no difference of a pack from the one before: of what was cut no browser makes a dictionary.
  const plain = await browser(['--disable-features=CompressionDictionaryTransport']);
  const whole = await filled(plain);
  await plain.close();
  const differences = await filled(chrome);
  assert.ok(differences.some(({ headers }) => headers['content-encoding'] === 'dcz'), 'later packs travel as differences');
  assert.deepEqual(names(cut), names(whole));
  for (const { path, headers } of whole) assert.equal(headers['content-encoding'], 'br', path);
  assert.ok(whole.filter(({ bytes }) => bytes > 4 * 4096).length >= 3, `packs of ${whole.map(({ bytes }) => bytes)} bytes`);
  assert.equal(Math.max(...cut.map(({ bytes }) => bytes)), 4096);
  assert.ok(cut.some(({ path }) => path.includes('?z=')), 'the rest was asked for');
  for (const came of [whole, differences]) assert.ok(bytes(cut) <= 1.15 * bytes(came), `${bytes(cut)} bytes where ${bytes(came)} are enough`);
});
