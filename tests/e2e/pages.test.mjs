// Every page with scripts off, on a narrow screen: complete, well formed, nothing sticking out.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { addresses, booted, browser, phone, routes, serve, sleep, until } from './lib.mjs';

let server, chrome, all, drawn;
before(async () => {
  server = await serve();
  chrome = await browser();
  const found = await routes(server.url);
  const still = [...found.still, ...found.own];
  const english = still.filter(p => !p.includes('?')).map(p => (p === '/' ? '/en' : `/en${p}`));
  all = [...new Set([...still, ...english, ...(await addresses(server.url)), '/ngoai-tuyen'])];
  // Places and topics differ by their names only: all are asked for, some are drawn.
  drawn = all.filter((path, i) => !/^(\/en)?\/(noi|chu-de)\/./.test(path) || i % 12 === 0);
});
after(async () => {
  await chrome?.close();
  await server?.kill();
});

const overflow = page => page.evaluate(() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return null;
  const wide = [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > width + 1 && !e.closest('.vh,.sk,.sprite'));
  return wide.slice(0, 3).map(e => `${e.tagName}.${e.className} ${Math.round(e.getBoundingClientRect().right)}`).join(', ') || 'something';
});

test('every address of the site answers with a page of one title, in its language', async () => {
  const wrong = [];
  for (const path of all) {
    const answer = await fetch(server.url + path);
    const html = await answer.text();
    const lang = path === '/en' || path.startsWith('/en/') ? 'en' : 'vi';
    const titles = html.replace(/<template[^]*?<\/template>/g, '').match(/<h1[ >]/g)?.length;
    if (answer.status !== 200 || titles !== 1 || !html.includes(`<html lang=${lang}>`)) wrong.push(`${path}: ${answer.status}, ${titles} h1`);
  }
  assert.deepEqual(wrong, []);
  assert.ok(all.length > 150, `only ${all.length} addresses`);
});

test('each page: 200, one h1, its language, landmarks, no message in the console, nothing wider than the screen', async () => {
  const context = await phone(chrome, { javaScriptEnabled: false });
  const wrong = [];
  const queue = [...drawn];
  // The two cores of a small machine take three pages at a time.
  await Promise.all([1, 2, 3].map(async () => {
    const page = await context.newPage();
    const said = [];
    page.on('console', message => { if (['error', 'warning'].includes(message.type())) said.push(message.text()); });
    // The picture of the browser's tab is asked for late: going on to the next page ends that request.
    page.on('requestfailed', request => {
      const why = request.failure().errorText;
      if (why !== 'net::ERR_ABORTED' || !request.url().includes('/icons/')) said.push(`${request.url()} ${why}`);
    });
    for (let path; (path = queue.shift());) {
      said.length = 0;
      const answer = await page.goto(server.url + path);
      const facts = await page.evaluate(() => ({
        h1: document.querySelectorAll('h1').length,
        lang: document.documentElement.lang,
        marks: ['header', 'main', 'footer', 'nav'].filter(tag => !document.querySelector(tag)).join(),
        title: document.title,
        text: document.querySelector('main')?.innerText.trim().length || 0,
        foreign: [...document.querySelectorAll('[src],link[rel=stylesheet]')].map(e => e.src || e.href).filter(url => url && !url.startsWith(location.origin)).join(),
      }));
      const say = (what, value) => wrong.push(`${path}: ${what} ${JSON.stringify(value)}`);
      if (answer.status() !== 200) say('status', answer.status());
      if (facts.h1 !== 1) say('h1', facts.h1);
      if (facts.lang !== (path === '/en' || path.startsWith('/en/') ? 'en' : 'vi')) say('lang', facts.lang);
      if (facts.marks) say('missing', facts.marks);
      if (!facts.title || facts.text < 20) say('title and text', [facts.title, facts.text]);
      if (facts.foreign) say('foreign', facts.foreign);
      if (said.length) say('console', said);
      const wide = await overflow(page);
      if (wide) say('too wide', wide);
      // Text twice as large: WCAG 1.4.4, on the same narrow screen.
      await page.addStyleTag({ content: 'html{font-size:200%!important}' }).catch(() => {});
      const wider = await overflow(page);
      if (wider) say('too wide at 200 %', wider);
    }
  }));
  assert.deepEqual(wrong, []);
  await context.close();
});

test('where no page is there is a page that says so, with 404', async () => {
  const context = await phone(chrome, { javaScriptEnabled: false });
  const page = await context.newPage();
  for (const path of ['/khong-co', '/tin/khong-co', '/noi/khong-co', '/en/nothing', '/chu-de/khong-co']) {
    const answer = await page.goto(server.url + path);
    assert.equal(answer.status(), 404, path);
    assert.equal(await page.locator('h1').count(), 1, path);
    assert.ok(await page.locator('main a[href="/"], main a[href="/en"]').count(), `${path}: no way back`);
  }
  await context.close();
});

test('nothing comes over the line before the text but the page itself', async () => {
  const context = await phone(chrome);
  const page = await context.newPage();
  const asked = [];
  page.on('request', request => asked.push([new URL(request.url()).pathname, Date.now()]));
  let painted;
  page.on('domcontentloaded', () => { painted ??= Date.now(); });
  await page.goto(server.url);
  await sleep(500);
  assert.deepEqual(asked.filter(([, at]) => at < painted).map(([path]) => path).filter(p => p !== '/app.css'), ['/']);
  await context.close();
});

test('the first article begins without a request, and back brings the list to where it was', async () => {
  const context = await phone(chrome, { serviceWorkers: 'block' });
  const page = await context.newPage();
  await page.goto(server.url);
  const lead = page.locator('a[data-lead]').first();
  await lead.scrollIntoViewIfNeeded();
  const scroll = await page.evaluate(() => scrollY);
  const title = (await lead.locator('h3').innerText()).trim();
  const before = await page.title();
  await booted(page);
  await page.route('**/*', route => (/\/tin\//.test(route.request().url()) ? route.abort() : route.continue()));
  await lead.click();
  await page.locator('main:visible h1', { hasText: title }).waitFor();
  assert.equal(await page.locator('main:visible').count(), 1);
  assert.match(new URL(page.url()).pathname, /^\/(tin|canh-bao)\//);
  // Where the rest does not come, the way to it stays.
  const way = page.getByRole('link', { name: 'Đọc tiếp' });
  assert.equal(await way.evaluate(a => a.href), page.url());
  // It has its own name and leads to itself in the other language.
  const other = () => page.locator('.lg').getAttribute('href');
  assert.deepEqual([await page.title(), await other()], [`${title} – Bản Tin`, '/en' + new URL(page.url()).pathname]);
  await page.goBack();
  await page.locator('a[data-lead]').first().waitFor();
  assert.deepEqual([await page.title(), await other()], [before, '/en']);
  await until('the place', async () => (await page.evaluate(() => scrollY)) === scroll);
  assert.equal(await page.locator('main').count(), 1);
  // With a network it comes by itself, and is the page of the server, word for word.
  await page.unroute('**/*');
  let go;
  const held = new Promise(done => { go = done; });
  await page.route('**/tin/*', route => held.then(() => route.continue()));
  await page.locator('a[data-lead]').first().click();
  // Whoever reads, or has gone on to the link, stays where he is.
  await way.focus();
  await page.evaluate(() => { for (const el of document.querySelectorAll('main article *')) el.here = true; });
  const place = () => page.evaluate(() => document.querySelector('main .bd p').getBoundingClientRect().top);
  const stood = await place();
  go();
  await way.waitFor({ state: 'detached' });
  assert.equal(await place(), stood);
  assert.ok(await page.evaluate(() => [...document.querySelectorAll('main audio, main h1, main .bd>:first-child')].every(el => el.here)), 'nothing was drawn anew');
  assert.ok(await page.evaluate(() => document.activeElement.matches('.bd>*')), 'where the text goes on');
  await page.unroute('**/tin/*');
  const words = () => page.locator('main article').innerText();
  const fetched = await words();
  const blank = () => page.evaluate(() => [...document.querySelectorAll('main use')].filter(use => !document.querySelector(use.getAttribute('href'))).length);
  assert.equal(await blank(), 0, 'every icon is drawn');
  await page.reload();
  await booted(page);
  assert.equal(fetched, await words());
  assert.equal(await page.locator('main h1').count(), 1);
  await page.goBack();
  await page.locator('a[data-lead]').first().waitFor();
  // Opened before the script was there, as on a weak line.
  await page.route('**/boot.js', async route => { await until('it is open', () => page.locator('main h1:visible', { hasText: title }).count()); await route.continue(); });
  await page.reload({ waitUntil: 'domcontentloaded' });
  await page.locator('a[data-lead]').first().click();
  await way.waitFor({ state: 'detached' });
  assert.equal(await words(), fetched);
  assert.notEqual(await page.title(), before);
  // And left before it was there.
  await page.unroute('**/boot.js');
  let come;
  const late = new Promise(done => { come = done; });
  await page.route('**/boot.js', route => late.then(() => route.continue()));
  await page.goto(server.url, { waitUntil: 'domcontentloaded' });
  await page.locator('a[data-lead]').first().click();
  await page.locator('main h1:visible', { hasText: title }).waitFor();
  await page.goBack({ waitUntil: 'commit' });
  await page.locator('a[data-lead]').first().waitFor();
  assert.equal(await page.title(), before);
  // Even where the article had been asked for anew.
  await page.locator('a[data-lead]').first().click();
  await page.reload({ waitUntil: 'domcontentloaded' });
  await page.goBack({ waitUntil: 'commit' });
  await page.locator('a[data-lead]').first().waitFor();
  come();
  await booted(page);
  assert.equal(await page.title(), before);
  await context.close();
});

test('pictures come when they are asked for, in place', async () => {
  const context = await phone(chrome, { serviceWorkers: 'block' });
  const page = await context.newPage();
  for (const path of all.filter(p => /^\/(tin|canh-bao)\//.test(p))) {
    const html = await (await fetch(server.url + path)).text();
    if (!html.includes('data-act="image"')) continue;
    const asked = [];
    page.on('request', request => { if (request.url().includes('/media/')) asked.push(request.url()); });
    await page.goto(server.url + path, { waitUntil: 'networkidle' });
    await booted(page);
    assert.deepEqual(asked, []);
    const link = page.locator('a[data-act=image]').first();
    assert.match(await link.innerText(), /\d+ ?(KB|MB|B)/);
    await link.click();
    await page.locator('main img').first().waitFor();
    assert.equal(await page.evaluate(() => document.querySelector('main img').decode().then(() => document.querySelector('main img').naturalWidth > 0)), true);
    return context.close();
  }
  assert.fail('no sample has a picture');
});
