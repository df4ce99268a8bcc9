// The counter of bytes: what "On this phone" says against what a proxy between phone and server saw pass.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { addresses, browser, facts, items, KEEP_DB, link, measured, phone, serve, settle, sleep, synced, until, wire } from './lib.mjs';

let server, line, chrome, page;
before(async () => {
  server = await serve();
  line = await link(server);
  chrome = await browser();
  page = await (await phone(chrome)).newPage();
});
after(async () => {
  await chrome?.close();
  await line?.down();
  await server?.kill();
});

const near = (got, real, what) => assert.ok(Math.abs(got - real) <= 0.1 * real + 1500, `${what}: ${got} where ${real} came`);
/** Nothing is on the line any more, and a page had time to count what came. */
const quiet = () => until('the line is quiet', async () => {
  const came = wire(line);
  await sleep(1500);
  return !line.open && wire(line) === came;
}, 60000);

/** What the page says, as soon as it is right: it measures anew when a sync is over. */
const told = right => until('it says what came', async () => {
  const said = await facts(page);
  right(said);
  return said;
});

test('the counters of today and this month tell what really came over the line, before and after a sync', async () => {
  const total = items(await addresses(server.url)).length;
  await settle(page, line.url);
  await synced(page, total, 40);
  // A page that is left in the middle of an answer cannot count it.
  await quiet();
  await measured(page, line.url);
  await quiet();
  const first = await told(said => assert.ok(Math.abs(said['Hôm nay'] - wire(line)) <= 2500, `${said['Hôm nay']} where ${wire(line)} came`));
  assert.ok(first['Hôm nay'] > 40_000, `${first['Hôm nay']} today`);
  assert.equal(first['Tháng này'], first['Hôm nay']);
  assert.equal(first['Số tin'], total);
  const before = wire(line);
  server.import(Array.from({ length: 30 }, (_, n) => ({ id: `new-${n}`, kind: 'bulletin', topics: ['y-te'], issued: `-${n}m`, source: { name: 'Trạm y tế' }, title: `Tin mới số ${n}`, summary: 'Một dòng.', body: Array.from({ length: 12 }, (_, k) => `${Math.sin(n * 99 + k)} và ${Math.cos(n + k * 7)} thì khác nhau.`) })));
  await until('the new items stand', async () => (await (await fetch(`${server.url}/sitemap.xml`)).text()).includes('tin-moi-so-29'));
  await page.locator('[data-act=sync]').click();
  await until('they are on the phone', async () => (await facts(page))['Số tin'] === total + 30);
  await quiet();
  const then = await told(said => near(said['Hôm nay'] - first['Hôm nay'], wire(line) - before, 'the sync'));
  assert.equal(then['Tháng này'], then['Hôm nay']);
  // Day by day, in the largest letters, on the same screen.
  await page.evaluate(() => { document.documentElement.dataset.size = '3'; });
  await page.locator('summary', { hasText: 'Xem từng ngày' }).click();
  const wide = () => page.evaluate(() => [document.documentElement.scrollWidth, document.querySelector('details table').offsetWidth]);
  await until('the days stand', async () => (await wide())[1] > 0);
  assert.equal((await wide())[0], 360);
});

test('the month is that of the calendar, and each day that cost something is listed', async () => {
  // With no network the phone's own clock counts: the middle of next month.
  line.rule = () => 'refuse';
  const now = new Date(), noon = new Date(Date.UTC(now.getFullYear(), now.getMonth() + 1, 15, 5)), today = Math.floor(noon / 86400e3);
  await page.evaluate(([database, rows]) => new Promise((done, fail) => {
    const open = indexedDB.open(database);
    open.onsuccess = () => {
      const change = open.result.transaction('usage', 'readwrite');
      change.objectStore('usage').clear();
      for (const [key, bytes] of rows) change.objectStore('usage').put(new Uint8Array(new BigUint64Array([BigInt(bytes)]).buffer), key);
      change.oncomplete = () => { open.result.close(); done(); };
      change.onerror = fail;
    };
  }), [KEEP_DB, [[`${today}t`, 20_000], [`${today - 1}t`, 300_000], [`${today - 1}m`, 100_000], [`${today - 15}t`, 7_000_000], [`${today - 40}t`, 50_000_000]]]);
  await page.clock.install({ time: noon });
  const said = await measured(page, line.url);
  assert.deepEqual([said['Hôm nay'], said['Tháng này']], [20_000, 420_000]);
  await page.locator('summary', { hasText: 'Xem từng ngày' }).click();
  const days = await page.locator('details tr').evaluateAll(rows => rows.map(row => [...row.children].map(cell => cell.textContent)));
  const last = new Date((today - 15) * 86400e3).getUTCDate();
  assert.deepEqual(days.map(([day, size]) => `${/(\d+)\//.exec(day)[1]}: ${size}`), ['15: 20 KB', '14: 400 KB', `${last}: 7,0 MB`]);
});

