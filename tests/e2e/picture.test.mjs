// The next start: the headlines stand there before the program runs, and nothing on them is past its end.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { addresses, browser, CACHE_DB, phone, rows, serve, settle, shown, sleep, started, synced, until } from './lib.mjs';

let server, chrome;
before(async () => {
  const now = Date.now();
  const time = minutes => new Date(now + minutes * 60_000).toISOString().replace(/\.\d+Z/, 'Z');
  const items = Array.from({ length: 24 }, (_, i) => ({
    id: `tin-${i}`, title: `Tin số ${i} của xã`, summary: `Tóm tắt ${i}`, body: [`Nội dung đầy đủ của tin số ${i}, đủ dài để đọc.`], issued: time(-10 - i),
  }));
  server = await serve({ items });
  chrome = await browser();
});
after(async () => {
  await chrome?.close();
  await server?.kill();
});

/** A phone that has everything and left the home page once. */
async function reader() {
  const context = await phone(chrome);
  const page = await context.newPage();
  await settle(page, server.url);
  await synced(page, 24, 20);
  await page.goto(server.url);
  await started(page);
  await until('the picture is taken', () => page.evaluate(async () => !!(await caches.match('/', { cacheName: 'bt-home' }))));
  return { context, page };
}

/** The page gives up on a program after eight seconds (a story of nowasm.test.mjs): here it waits for as long as the story needs. */
const patient = context => context.addInitScript(() => {
  const later = window.setTimeout;
  window.setTimeout = (work, ms, ...rest) => later(work, ms === 8000 ? 300000 : ms, ...rest);
});

/** From now on the program does not start before `window.__go` is called. */
const hold = async context => {
  await patient(context);
  await context.addInitScript(() => {
    const start = WebAssembly.instantiateStreaming;
    WebAssembly.instantiateStreaming = (...all) => new Promise(done => { window.__go = () => done(start.apply(WebAssembly, all)); });
  });
};

/** Lets it start: once it was about to. */
const go = page => until('the program is held', () => page.evaluate(() => window.__go && (window.__go(), true)));

test('headlines and the first article are there before the program, and stay when it comes', async () => {
  const { context, page } = await reader();
  await hold(context);
  // As its icon opens it.
  await page.goto(`${server.url}/?src=app`);
  const first = page.locator('a[data-lead]').first();
  await first.waitFor();
  assert.ok((await page.locator('main .ls:has([data-lead]) > li').count()) === 8, 'the list is whole');
  const title = (await first.locator('h3').innerText()).trim();
  await first.click();
  await page.locator('main h1:visible', { hasText: title }).waitFor();
  assert.match(await page.locator('main').innerText(), /Nội dung đầy đủ/);
  await go(page);
  await started(page);
  await page.locator('main h1:visible', { hasText: title }).waitFor();
  assert.equal(await page.locator('main').count(), 1);
  await page.goBack();
  await page.locator('main li a').first().waitFor();
  assert.equal(new URL(page.url()).pathname, '/');
  await context.close();
});

test('the first article is opened while the program looks at what came by push: it stays', async () => {
  const { context, page } = await reader();
  await patient(context);
  await context.addInitScript(() => {
    let read;
    Object.defineProperty(window, '__pushes', {
      set: now => { read = now; },
      get: () => () => { window.__looks = true; return new Promise(done => { window.__go = () => done(read()); }); },
    });
  });
  await page.goto(server.url);
  await until('it looks', () => page.evaluate(() => window.__looks));
  await page.locator('a[data-lead]').first().click();
  await go(page);
  await started(page);
  assert.match(await page.locator('main').innerText(), /Nội dung đầy đủ/);
  assert.match(new URL(page.url()).pathname, /^\/tin\//);
  await context.close();
});

test('a tap that comes before the program waits for it, and the place in the list stays', async () => {
  const { context, page } = await reader();
  await hold(context);
  await page.goto(server.url);
  const link = page.locator('main li a[href^="/tin/"]').nth(7);
  await link.waitFor();
  await page.evaluate(() => scrollTo(0, 300));
  const path = await link.getAttribute('href');
  await link.click();
  assert.equal(await link.getAttribute('aria-busy'), 'true');
  assert.equal(new URL(page.url()).pathname, '/');
  await go(page);
  await until('the article opens', () => new URL(page.url()).pathname === path);
  await page.goBack();
  await until('the list is where it was', async () => (await page.evaluate(() => scrollY)) > 100);
  await context.close();
});

test('a tap that waited for the program does not take an alert for read', async () => {
  const items = [
    { id: 'bao', kind: 'alert', topics: ['phong-chong-thien-tai'], places: [], issued: '-1h', expires: '+8h', source: { name: 'UBND thành phố' }, title: 'Mưa rất lớn', summary: 'Lên cao.', body: [{ steps: ['Lên đồi'] }], alert: { level: 4, hazard: 'heavy-rain', msg_type: 'alert' } },
    ...[1, 2, 3].map(n => ({ id: `t${n}`, title: `Tin số ${n} của xã`, summary: 'Một dòng.', body: ['Nội dung.'], issued: `-${n}h` })),
  ];
  const own = await serve({ items }), context = await phone(chrome), page = await context.newPage();
  // Beside a page of the server the program shows nothing, and takes a picture of the home page.
  const path = (await addresses(own.url)).find(path => path.startsWith('/tin/'));
  await settle(page, own.url + path);
  await synced(page, items.length);
  await until('the picture is taken', () => page.evaluate(async () => !!(await caches.match('/', { cacheName: 'bt-home' }))));
  await hold(context);
  await page.goto(own.url);
  const link = page.locator('main li a', { hasText: 'Tin số 3' });
  await link.click();
  assert.equal(await link.getAttribute('aria-busy'), 'true');
  await go(page);
  await page.locator('.alarm').waitFor();
  await sleep(700);
  assert.ok(await page.locator('.alarm').isVisible());
  assert.equal(new URL(page.url()).pathname, '/');
  await page.locator('.alarm [data-act=seen]').click();
  await page.locator('.alarm').waitFor({ state: 'detached' });
  await own.kill();
  await context.close();
});

test('past the instant at which an alert begins or ends the picture is not shown, nor by a clock that went back', async () => {
  const { context, page } = await reader();
  await hold(context);
  for (const [from, until, shown] of [[-60, 60, true], [-60, -1, false], [60, 120, false]]) {
    // From a page without the program, which would take a new picture on leaving.
    await page.goto(`${server.url}/robots.txt`);
    const real = await page.evaluate(async ([from, until]) => {
      const cache = await caches.open('bt-home');
      const html = await (await cache.match('/')).text();
      const now = Math.floor(Date.now() / 1000);
      await cache.put('/', new Response(html.replace(/^<!--[\d-]+-->/, `<!--${now + from}-${now + until}-->`)));
      return /^<!--(\d+)-(\d+)-->/.exec(html).slice(1).map(at => at - now);
    }, [from, until]);
    if (from === -60 && until === 60) assert.ok(real[0] <= 0 && real[1] > 0 && real[1] < 4 * 86400, `${real}`);
    await page.goto(server.url);
    await page.locator('#main').waitFor({ state: 'attached' });
    assert.equal(await page.locator('a[data-lead]').count(), shown ? 1 : 0, `${from} ${until}`);
  }
  await go(page);
  await started(page);
  await context.close();
});

test('a text that was deleted from the phone is not shown at the next start either', async () => {
  const { context, page } = await reader();
  const picture = () => page.evaluate(async () => (await (await caches.match('/', { cacheName: 'bt-home' }))?.text()) || '');
  assert.match(await picture(), /Nội dung đầy đủ/);
  await server.kill();
  await page.goto(`${server.url}/trong-may`);
  await started(page);
  // Measuring moves the buttons.
  await until('it has measured', async () => /24/.test(await page.locator('.fa').first().innerText()));
  page.on('dialog', dialog => dialog.accept());
  await page.locator('[data-act="drop-all"]').click();
  await until('the text is gone from it', async () => !/Nội dung đầy đủ/.test(await picture()));
  await server.start();
  await context.close();
});

test('beside a page of the server no picture of half the news is taken', async () => {
  const { context, page } = await reader();
  server.import([{ id: 'nua', title: 'Tin mới tới bên trang của máy chủ', summary: 'Một dòng.', body: ['Nội dung.'], issued: '-1m' }]);
  await until('the server has it', async () => (await (await fetch(server.url)).text()).includes('bên trang của máy chủ'));
  // Past the worker, as by a reload that is meant to help: the program works beside the page.
  const tools = await context.newCDPSession(page);
  await tools.send('Page.reload', { ignoreCache: true });
  await until('it is on the phone', async () => (await rows(page, CACHE_DB, 'cards')).length === 25, 60000);
  assert.equal(await shown(page), 'html');
  await sleep(1500);
  const lines = await page.evaluate(async () => {
    const held = await caches.match('/', { cacheName: 'bt-home' });
    return held && new DOMParser().parseFromString(await held.text(), 'text/html').querySelectorAll('main .ls:has([data-lead]) > li').length;
  });
  assert.ok(lines === undefined || lines === 8, `${lines} lines`);
  await context.close();
});

test('a program that breaks while it runs says so and offers the pages', async () => {
  const { context, page } = await reader();
  await page.evaluate(() => {
    // What a panic is: a trap.
    const bytes = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 102, 0, 0, 10, 5, 1, 3, 0, 0, 11]);
    const { f } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
    setTimeout(f);
  });
  await page.locator('#sorry').waitFor();
  assert.match(await page.locator('#sorry').innerText(), /vẫn còn nguyên/);
  assert.equal(await page.evaluate(() => document.body.firstElementChild.id), 'sorry', 'where the reader sees it');
  await context.close();
});
