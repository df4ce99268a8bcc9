// A first visit, and never a network again: what was opened and what the home page leads to has its text.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { CACHE_DB, KEEP_DB, browser, find, phone, rows, serve, settle, sleep, started, until } from './lib.mjs';

/** An archive as sites hand it out: the newest line first. More than twice as much as phones keep unasked. */
const ITEMS = Array.from({ length: 180 }, (_, at) => ({
  id: `so-${at}`, kind: 'bulletin', topics: ['y-te'], issued: `-${at + 1}h`, source: { name: 'Trạm y tế' },
  title: `Lịch khám số ${String(at).padStart(3, '0')} ở các thôn`, summary: `Tóm tắt của lịch số ${at}.`,
  body: [`Toàn văn của lịch số ${at}: bà con mang theo thẻ bảo hiểm.`],
}));

let server, chrome;
before(async () => {
  server = await serve({ items: ITEMS });
  chrome = await browser();
});
after(async () => {
  await chrome?.close();
  await server?.kill();
});

/** A phone on which `path` is the first page ever opened, with all of the release. */
async function reader(path = '') {
  const context = await phone(chrome);
  const page = await context.newPage();
  await settle(page, server.url + path);
  return { context, page };
}
const marked = async page => (await rows(page, KEEP_DB, 'read')).length === 1;
async function correct(item, summary) {
  server.import([{ ...item, summary }]);
  await until('the server has it', async () => (await (await fetch(server.url + (await find(server.url, `lich-kham-so-${item.title.slice(13, 16)}`)))).text()).includes(summary));
}
const whole = async (page, path, text) => {
  await page.goto(server.url + path);
  await started(page);
  assert.match(await page.locator('article').innerText(), text, path);
};

test('an old article that was the first page ever opened, and every article that the home page leads to', async () => {
  const opened = await find(server.url, 'lich-kham-so-150');
  const { context, page } = await reader(opened);
  const id = opened.split('/').at(-1);
  await until('its text is on the phone', async () => (await rows(page, CACHE_DB, 'bodies')).length > 45, 60000);
  await until('it is marked as read', () => marked(page));
  await server.kill();
  await whole(page, opened, /Toàn văn của lịch số 150/);
  await page.goto(server.url);
  await started(page);
  const links = await page.evaluate(() => [...document.querySelectorAll('main a[href^="/tin/"]')].map(a => a.getAttribute('href')));
  assert.ok(new Set(links).size > 8, `${links.length} links`);
  assert.ok(links.every(path => !path.includes(id)));
  await page.locator('#notices', { hasText: 'Không có mạng.' }).waitFor();
  assert.doesNotMatch(await page.locator('main').innerText(), /chưa tải về máy/);
  for (const path of new Set(links)) await whole(page, path, /Toàn văn của lịch số/);
  // What is not here says so before anybody opens it.
  await page.goto(`${server.url}/tim?q=15`);
  await started(page);
  const row = number => page.locator('main li', { hasText: `Lịch khám số ${number}` });
  await row('151').filter({ hasText: 'chưa tải về máy' }).waitFor();
  assert.doesNotMatch(await row('150').innerText(), /chưa tải về máy/);
  await server.start();
  await context.close();
});

test('what stands in a text that is not on this phone is found by the server, one tap from our own search', async () => {
  const { context, page } = await reader();
  await until('the newest texts are on the phone', async () => (await rows(page, CACHE_DB, 'bodies')).length > 45, 60000);
  await page.goto(`${server.url}/tim?q=${encodeURIComponent('toàn văn 170')}`);
  await started(page);
  const found = page.locator('main li', { hasText: 'Lịch khám số 170' });
  await page.locator('#found', { hasText: 'Không tìm thấy tin nào.' }).waitFor();
  await page.getByRole('link', { name: 'Tìm trong tất cả bài (cần mạng)' }).click();
  await page.waitForURL(/html=1/);
  await found.locator('a').click();
  await started(page);
  await page.locator('article .bd', { hasText: 'Toàn văn của lịch số 170' }).waitFor();
  await context.close();
});

test('without a network the lists say when the server was last asked, not when it last had news', async () => {
  const { context, page } = await reader();
  await until('the answer is written down', async () => (await rows(page, KEEP_DB, 'settings')).includes('checked'), 60000);
  await server.kill();
  // As if it had been asked again two hours later: its own time, which counts, cannot be moved from here.
  const began = Math.floor(Date.now() / 1000), hour = 3_600;
  const was = await page.evaluate(([database, later]) => new Promise(done => {
    const open = indexedDB.open(database);
    open.onsuccess = () => {
      const tx = open.result.transaction('settings', 'readwrite'), store = tx.objectStore('settings'), row = new DataView(new ArrayBuffer(8));
      const read = store.get('checked');
      read.onsuccess = () => {
        row.setBigUint64(0, BigInt(later), true);
        store.put(new Uint8Array(row.buffer), 'checked');
      };
      tx.oncomplete = () => { open.result.close(); done(Number(new DataView(read.result.buffer).getBigUint64(0, true))); };
    };
  }), [KEEP_DB, began + 2 * hour]);
  assert.ok(Math.abs(was - began) < 300, `${was} at ${began}`);
  await page.clock.setFixedTime((began + 5 * hour) * 1000);
  await page.goto(server.url);
  await started(page);
  assert.match(await page.locator('#fresh').innerText(), /Cập nhật 3 giờ trước/);
  await server.start();
  await context.close();
});

test('what was read is to be read again once it is corrected, and says that it was', async () => {
  const { context, page } = await reader();
  const row = page.locator('main .ls li', { hasText: 'Lịch khám số 001' });
  const unread = () => row.evaluate(li => li.classList.contains('nw'));
  const home = async () => {
    await page.goto(server.url);
    await started(page);
    await row.waitFor();
  };
  await home();
  assert.equal(await unread(), true);
  await row.locator('a').click();
  await page.locator('article .bd').waitFor();
  assert.doesNotMatch(await page.locator('article').innerText(), /đã sửa/);
  await until('it is marked as read', () => marked(page));
  await home();
  assert.equal(await unread(), false);
  await correct(ITEMS[1], 'Đổi sang buổi chiều.');
  await home();
  await until('it is to be read again', unread, 60000);
  await home();
  assert.equal(await unread(), true, 'written down, too');
  await row.locator('a').click();
  await page.locator('article .bd').waitFor();
  assert.match(await page.locator('article').innerText(), /Ngày ra tin \(đã sửa\)/);
  await context.close();
});

test('a correction that comes behind a page of the server is not taken for read: nobody saw it', async () => {
  const { context, page } = await reader(await find(server.url, 'lich-kham-so-002'));
  await until('it is marked as read', () => marked(page));
  await correct(ITEMS[2], 'Đổi sang buổi tối.');
  // Some minutes later the reader comes back to the page, which asks for news.
  await page.clock.setFixedTime(Date.now() + 120_000);
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await until('the mark is gone', async () => !(await marked(page)));
  await sleep(1500);
  assert.equal(await marked(page), false);
  assert.doesNotMatch(await page.locator('article').innerText(), /buổi tối/);
  await context.close();
});
