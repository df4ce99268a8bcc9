// A full phone: reading goes on with what is here, nothing is half written, and room given back is used.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { addresses, browser, CACHE_DB, fullDisk, KEEP_DB, phone, rows, serve, settle, shown, sleep, started, synced, until } from './lib.mjs';

let server, chrome, context, page, items;
before(async () => {
  server = await serve();
  chrome = await browser();
  context = await phone(chrome);
  page = await context.newPage();
  items = (await addresses(server.url)).filter(p => /^\/(tin|canh-bao)\//.test(p)).length;
  await settle(page, server.url);
  await synced(page, items);
});
after(async () => {
  await chrome?.close();
  await server?.kill();
});

test('with no room left the app still opens, reads and searches, and catches up when there is room', async () => {
  const full = await context.newPage();
  await full.addInitScript(fullDisk);
  const paragraph = 'Nội dung dài để chiếm chỗ trong máy, không lặp lại giống nhau. ';
  const lines = Array.from({ length: 60 }, (_, i) => ({
    id: `quota-${i}`, kind: 'bulletin', topics: ['y-te'], issued: `-${i}m`, source: { name: 'Trạm y tế' }, title: `Tin đầy máy số ${i}`, summary: 'Một dòng.',
    body: Array.from({ length: 40 }, (_, k) => `${i}.${k} ${paragraph}${Math.sin(i * 100 + k)} ${Math.cos(i + k * 31)}`),
  }));
  server.import(lines);
  await until('the server has them', async () => (await (await fetch(`${server.url}/sitemap.xml`)).text()).includes('tin-day-may-so-59'));
  let came = 0;
  full.on('requestfinished', request => { if (/\/sync\/\w+\/cards\//.test(request.url())) came++; });
  await full.goto(server.url);
  await started(full);
  assert.equal(await shown(full), 'app');
  // What finds no room has come, and the phone had time to try.
  await until('cards come', () => came, 60000);
  await sleep(4000);
  assert.ok((await full.locator('main li a').count()) > 5);
  // Cards and bodies belong together: no row without its card.
  // Bodies are looked at first: a card that comes between the two looks is no fault.
  const bodies = await rows(full, CACHE_DB, 'bodies'), cards = await rows(full, CACHE_DB, 'cards');
  assert.ok(bodies.every(key => cards.includes(key)), 'a body without its card');
  assert.equal(cards.length, items);
  await full.goto(`${server.url}/tim?q=lu+quet`);
  await started(full);
  await until('hits', () => full.locator('main li a').count());
  await full.close();
  await page.goto(server.url);
  await started(page);
  await until('the phone has caught up', async () => (await rows(page, CACHE_DB, 'cards')).length >= items + 60, 60000);
});

test('an alert that finds no room is on the screen all the same', async () => {
  const full = await context.newPage();
  await full.addInitScript(fullDisk);
  const before = (await rows(page, CACHE_DB, 'cards')).length;
  server.import([{ id: 'lu-lon', kind: 'alert', topics: ['phong-chong-thien-tai'], places: ['20044'], issued: '-1m', expires: '+8h', source: { name: 'Đài' }, title: 'Lũ quét cực lớn', summary: 'Lên cao.',
    body: [{ steps: ['Lên đồi'] }], alert: { level: 3, hazard: 'flash-flood', msg_type: 'alert', certainty: 'observed' } }]);
  await until('the server has it', async () => (await (await fetch(server.url)).text()).includes('Lũ quét cực lớn'));
  await full.goto(server.url);
  await started(full);
  await full.locator('main .l3', { hasText: 'Lũ quét cực lớn' }).first().waitFor();
  assert.equal((await rows(page, CACHE_DB, 'cards')).length, before, 'nothing was kept');
  await full.close();
});

test('a full phone makes room by itself: the oldest texts go, alerts and what is saved stay, and what is new is kept', async () => {
  const held = () => rows(page, CACHE_DB, 'bodies');
  const id = path => path.slice(-8);
  // What had to go before comes again when it is asked for.
  await page.goto(`${server.url}/trong-may`);
  await started(page);
  await page.locator('[data-act=fetch-all]').click();
  await until('all texts are here', async () => (await held()).length === (await rows(page, CACHE_DB, 'cards')).length, 60000);
  // One of the oldest that are here.
  const bodies = await held();
  const saved = (await addresses(server.url)).filter(path => path.startsWith('/tin/') && bodies.includes(id(path))).at(-1);
  const alerts = (await addresses(server.url)).filter(path => path.startsWith('/canh-bao/')).map(id).filter(id => bodies.includes(id));
  assert.ok(alerts.length, 'texts of alerts are here');
  await page.goto(server.url + saved);
  await page.locator('[data-act=save]').click();
  await page.locator('[data-act=save][aria-pressed=true]').waitFor();
  const full = await context.newPage();
  await full.addInitScript(fullDisk, true);
  server.import([{ id: 'sau', kind: 'bulletin', topics: ['y-te'], issued: '-1m', source: { name: 'Trạm y tế' }, title: 'Tin đến sau', summary: 'Một dòng.', body: ['Có chỗ rồi.'] }]);
  await until('the server has it', async () => (await (await fetch(`${server.url}/sitemap.xml`)).text()).includes('tin-den-sau'));
  const cards = (await rows(page, CACHE_DB, 'cards')).length;
  await full.goto(server.url);
  await started(full);
  await until('texts went', async () => (await held()).length < bodies.length, 60000);
  await until('what is new is kept', async () => (await rows(page, CACHE_DB, 'cards')).length > cards, 60000);
  const left = await held();
  for (const kept of [...alerts, id(saved)]) assert.ok(left.includes(kept), kept);
  await full.locator('main li a', { hasText: 'Tin đến sau' }).first().waitFor();
  await full.close();
});

test('what a phone takes back from all of us at once leaves the page as it stands, and the next start begins anew', async () => {
  const own = await phone(chrome);
  const open = await own.newPage();
  await settle(open, server.url);
  await synced(open, items);
  await open.goto(server.url);
  await started(open);
  await open.locator('main li a').first().click();
  await open.locator('[data-act=save]').click();
  await open.locator('[data-act=save][aria-pressed=true]').waitFor();
  const title = await open.locator('main h1').innerText();
  const devtools = await own.newCDPSession(open);
  await devtools.send('Storage.clearDataForOrigin', { origin: server.url, storageTypes: 'all' });
  // What is on the screen and in its lists can be read on; what finds no store any more is not said to be kept.
  assert.equal(await open.locator('main h1').innerText(), title);
  await open.goBack();
  const other = open.locator('main li a h3').nth(3);
  const next = await other.innerText();
  await other.click();
  await open.locator('main h1', { hasText: next }).waitFor();
  await open.locator('[data-act=save]').click();
  await open.locator('main').getByText('Chưa lưu được').waitFor();
  assert.equal(await open.locator('[data-act=save]').getAttribute('aria-pressed'), 'false');
  // Nothing is left that could tell what was there: it is a first visit.
  await settle(open, server.url);
  assert.equal(await shown(open), 'html');
  await synced(open, items);
  await open.goto(server.url);
  await started(open);
  assert.equal((await rows(open, KEEP_DB, 'saved')).length, 0);
  await own.close();
});
