// Open: these two pass most of the time only. A count or a deletion races with the sync that its own page began.
// What the phone holds and what it cost: the counter, making room, fetching more, data modes, read marks, saved items.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { addresses, browser, CACHE_DB, find, furnished, items, link, open, rows, serve, sleep, until } from '../lib.mjs';

let server, line, chrome, context, page, total, old;
before(async () => {
  server = await serve();
  // Two that are older than "old bodies" means.
  old = [1, 2].map(n => ({ id: `old-${n}`, kind: 'bulletin', topics: ['y-te'], issued: `-${39 + n}d`, source: { name: 'Trạm y tế' }, title: `Tin cũ số ${n}`, summary: 'Một dòng.', body: ['Nội dung của tin cũ. '.repeat(20)] }));
  server.import(old);
  await until('the old items stand', async () => (await (await fetch(`${server.url}/sitemap.xml`)).text()).includes('tin-cu-so-2'));
  line = await link(server);
  chrome = await browser();
  ({ context, page } = await furnished(chrome, line.url));
  total = items(await addresses(server.url)).length;
});
after(async () => {
  await chrome?.close();
  await line?.down();
  await server?.kill();
});

/** What "On this phone" says, by the name of each row; sizes in bytes. */
async function facts(page) {
  const pairs = await page.locator('.fa > div').evaluateAll(rows => rows.map(row => [...row.children].map(e => e.textContent.trim())));
  const number = text => {
    const [, n, unit] = /^([\d,]+)(?: (B|KB|MB))?$/.exec(text) || [];
    return n ? parseFloat(n.replace(',', '.')) * { B: 1, KB: 1e3, MB: 1e6 }[unit || 'B'] : text;
  };
  return Object.fromEntries(pairs.map(([name, value]) => [name, number(value)]));
}
/** The page, once it has measured. */
async function phonePage(page) {
  await open(page, `${line.url}/trong-may`);
  await until('it has measured', async () => (await facts(page))['Số tin'] > 0);
  return facts(page);
}
/** Bytes of answers to sync, with what their headers weigh. */
const wire = () => line.answers.filter(({ path }) => /^\/(sync|api)\//.test(path)).reduce((sum, { bytes }) => sum + bytes + 300, 0);
const near = (got, real, what) => assert.ok(Math.abs(got - real) <= 0.1 * real + 1500, `${what}: ${got} where ${real} came`);
/** What it says once nothing is on the line any more and all of it is counted. */
const counted = page => until('all is counted', async () => {
  const came = wire();
  await sleep(1000);
  const said = await facts(page);
  return !line.open && wire() === came && Math.abs(said['Hôm nay'] - came) <= 2500 && said;
}, 30000);
const held = async () => (await rows(page, CACHE_DB, 'bodies')).length;

test('the counters of today and this month tell what really came over the line, before and after a sync', async () => {
  await phonePage(page);
  // Also what came before the reader left a page in the middle of its sync.
  const first = await counted(page);
  assert.ok(first['Hôm nay'] > 40_000, `${first['Hôm nay']} today`);
  assert.equal(first['Tháng này'], first['Hôm nay']);
  assert.equal(first['Số tin'], total);
  const before = wire();
  server.import(Array.from({ length: 30 }, (_, n) => ({ id: `new-${n}`, kind: 'bulletin', topics: ['y-te'], issued: `-${n}m`, source: { name: 'Trạm y tế' }, title: `Tin mới số ${n}`, summary: 'Một dòng.', body: Array.from({ length: 12 }, (_, k) => `${Math.sin(n * 99 + k)} và ${Math.cos(n + k * 7)} thì khác nhau.`) })));
  await until('the new items stand', async () => (await (await fetch(`${server.url}/sitemap.xml`)).text()).includes('tin-moi-so-29'));
  await page.locator('[data-act=sync]').click();
  await until('they are on the phone', async () => (await facts(page))['Số tin'] === total + 30);
  const then = await counted(page);
  near(then['Hôm nay'] - first['Hôm nay'], wire() - before, 'the sync');
  assert.equal(then['Tháng này'], then['Hôm nay']);
});

test('old texts and all texts can be deleted: alerts, saved items and the list stay; the missing ones come back on a tap', async () => {
  total = items(await addresses(server.url)).length;
  const kept = line.url + (await find(server.url, 'tui-khan-cap'));
  await open(page, kept);
  await page.locator('[data-act=save]').click();
  await page.locator('[data-act=save][aria-pressed=true]').waitFor();
  await phonePage(page);
  // With what came in full mode, all of them.
  if (await page.locator('[data-act=fetch-all]').count()) await page.locator('[data-act=fetch-all]').click();
  await until('every text', async () => (await facts(page))['Số bài đọc được khi không có mạng'] === total, 30000);
  const before = await facts(page);
  // No network from here on: a sync would bring the newest texts back.
  line.rule = () => 'refuse';
  await page.locator('[data-act=drop-old]').click();
  await until('the old ones are gone', async () => (await held()) <= total - old.length);
  assert.ok((await held()) > total - 20, 'only the old ones');
  await page.locator('[data-act=drop-all]').click();
  const alerts = (await addresses(server.url)).filter(path => /^\/canh-bao\/./.test(path)).length;
  await until('alerts are left', async () => (await held()) === alerts);
  const after = await until('it says so', async () => {
    const said = await facts(page);
    return said['Số bài đọc được khi không có mạng'] === alerts && said;
  });
  assert.equal(after['Số tin'], total);
  assert.ok(after['Chữ chiếm'] < before['Chữ chiếm'] * 0.7, `${before['Chữ chiếm']} → ${after['Chữ chiếm']}`);
  const [, count, cost] = /Tải (\d+) bài còn thiếu \((\d+) KB\)/.exec(await page.locator('[data-act=fetch-all]').innerText());
  assert.equal(+count, total - alerts);
  // What is saved is read as before, what is not says what it costs.
  await open(page, kept);
  await page.locator('article .bd').waitFor();
  await open(page, line.url + (await find(server.url, 'tin-cu-so-1')));
  assert.match(await page.locator('article .em').innerText(), /chưa tải về máy.*\d+ B/);
  line.rule = () => undefined;
  await phonePage(page);
  const paid = wire();
  await page.locator('[data-act=fetch-all]').click();
  await until('every text is back', async () => (await held()) === total, 30000);
  await page.locator('[data-act=fetch-all]').waitFor({ state: 'detached' });
  const real = (wire() - paid) / 1000;
  assert.ok(real < cost * 2 && real > cost / 3, `said ${cost} KB, came ${real}`);
});

