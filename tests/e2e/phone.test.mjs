// What the phone holds and what it cost: the counter, making room, fetching more, data modes, read marks, saved items.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { addresses, booted, browser, CACHE_DB, choose, facts, find, furnished, items, KEEP_DB, link, measured, open, rows, serve, setting, sleep, synced, until, visited, wire } from './lib.mjs';

let server, line, chrome, context, page, old;
before(async () => {
  server = await serve();
  // Two that are older than "old bodies" means.
  old = [1, 2].map(n => ({ id: `old-${n}`, kind: 'bulletin', topics: ['y-te'], issued: `-${39 + n}d`, source: { name: 'Trạm y tế' }, title: `Tin cũ số ${n}`, summary: 'Một dòng.', body: ['Nội dung của tin cũ. '.repeat(20)] }));
  server.import(old);
  await until('the old items stand', async () => (await (await fetch(`${server.url}/sitemap.xml`)).text()).includes('tin-cu-so-2'));
  line = await link(server);
  chrome = await browser();
  ({ context, page } = await furnished(chrome, line.url));
  await synced(page, items(await addresses(server.url)).length);
});
after(async () => {
  await chrome?.close();
  await line?.down();
  await server?.kill();
});

/** Publishes an item; its address, once it stands. */
const published = (item, slug) => {
  server.import([item]);
  return until('it stands', () => find(server.url, slug).catch(() => undefined));
};
const held = async () => (await rows(page, CACHE_DB, 'bodies')).length;

test('text and saving mode show what an image costs and load it on tap; full mode loads it; what came is counted and can be deleted', async () => {
  const path = await find(server.url, 'giu-khung-det-zeng');
  const asked = () => line.seen.filter(url => url.startsWith('/media/')).length;
  for (const mode of ['text', 'saving']) {
    await open(page, `${line.url}/cai-dat`);
    await choose(page, 'mode', mode);
    const before = asked(), spent = (await measured(page, line.url))['Hôm nay'];
    await open(page, line.url + path);
    const place = page.locator('a[data-act=image]');
    assert.match(await place.innerText(), /Xem ảnh · 19 KB/);
    await page.waitForLoadState('networkidle');
    await booted(page);
    assert.equal(asked(), before);
    await place.click();
    await until(`${mode}: the image shows`, () => page.evaluate(() => document.querySelector('figure img')?.naturalWidth > 0));
    assert.equal(await place.isVisible(), false);
    if (mode === 'saving') {
      // As a correction does it that has another picture there.
      await place.evaluate(a => a.setAttribute('href', `${a.getAttribute('href')}?`));
      await until('the other one may be asked for', () => place.isVisible());
      assert.equal(await page.locator('figure img').count(), 0);
    }
    // The worker keeps it once all of it is here.
    let said;
    await until(`${mode}: the image is kept`, async () => (said = await measured(page, line.url))['Ảnh và tiếng chiếm'] > 0);
    assert.ok(said['Ảnh và tiếng chiếm'] >= 18_000 && said['Ảnh và tiếng chiếm'] < 20_000, `${said['Ảnh và tiếng chiếm']} of images`);
    const today = said['Hôm nay'];
    assert.ok(today - spent >= 18_000 && today - spent < 26_000, `${today - spent} counted`);
    await page.locator('[data-act=drop-media]').click();
    await until('the image is gone', async () => (await facts(page))['Ảnh và tiếng chiếm'] === 0);
    await page.locator('[data-act=drop-media]').waitFor({ state: 'detached' });
    assert.ok((await facts(page))['Hôm nay'] >= today, 'what is deleted was still paid');
  }
  await open(page, `${line.url}/cai-dat`);
  await choose(page, 'mode', 'full');
  // One that no page has shown yet: browsers keep those in memory for a while.
  const other = line.url + (await find(server.url, 'lu-quet-sat-lo'));
  await open(page, other);
  await page.locator('figure img').scrollIntoViewIfNeeded();
  await until('full: the image shows', () => page.evaluate(() => document.querySelector('figure img')?.naturalWidth > 0));
  assert.equal(await page.locator('a[data-act=image]').count(), 0);
  await until('it is kept and counted', async () => (await measured(page, line.url))['Ảnh và tiếng chiếm'] >= 5_500);
  // Also on pages of the server.
  await open(page, `${other}?html=1`, 'html');
  await page.locator('figure img').scrollIntoViewIfNeeded();
  await until('it shows there too', () => page.evaluate(() => document.querySelector('figure img')?.naturalWidth > 0));
  await open(page, `${line.url}/cai-dat`);
  await choose(page, 'mode', 'saving');
});

test('a phone that is nearly full says so, one with room does not', async () => {
  await measured(page, line.url);
  assert.equal(await page.locator('.warn').count(), 0);
  const full = await context.newPage();
  await full.addInitScript(() => { StorageManager.prototype.estimate = async () => ({ usage: 985e6, quota: 1e9 }); });
  const said = await measured(full, line.url);
  assert.match(await full.locator('.warn').innerText(), /Máy sắp đầy/);
  assert.equal(said['Còn trống cho Bản Tin'], 15e6);
  await full.close();
});

test('a database that the browser closed without a word is opened anew', async () => {
  await open(page, line.url + (await find(server.url, 'tui-khan-cap')));
  await page.locator('[data-act=save][aria-pressed=false]').waitFor();
  const saved = async () => (await rows(page, KEEP_DB, 'saved')).length;
  const before = await saved();
  await page.evaluate(() => {
    const real = IDBDatabase.prototype.transaction;
    IDBDatabase.prototype.transaction = function (...given) {
      if (!this.name.includes('keep')) return real.apply(this, given);
      IDBDatabase.prototype.transaction = real;
      this.close();
      return real.apply(this, given);
    };
  });
  await page.locator('[data-act=save]').click();
  await page.locator('[data-act=save][aria-pressed=true]').waitFor();
  await until('it is kept', async () => (await saved()) === before + 1);
  assert.doesNotMatch(await page.locator('body').innerText(), /Chưa lưu được/);
  await page.locator('[data-act=save]').click();
  await page.locator('[data-act=save][aria-pressed=false]').waitFor();
});

test('a write that never ends is given up after half a minute, and made when it can be', async () => {
  await open(page, `${line.url}/trong-may`);
  await page.evaluate(() => {
    const real = IDBDatabase.prototype.transaction;
    window.__heal = () => { IDBDatabase.prototype.transaction = real; };
    IDBDatabase.prototype.transaction = function (stores, mode, ...rest) {
      const tx = real.call(this, stores, mode, ...rest);
      if (mode !== 'readwrite' || !this.name.includes('cache')) return tx;
      // It is never told to end, and never runs out of questions.
      tx.commit = () => {};
      const store = tx.objectStore([].concat(stores)[0]);
      const again = () => { store.get('').onsuccess = again; };
      again();
      return tx;
    };
  });
  await published({ id: 'endless', kind: 'bulletin', topics: ['y-te'], issued: '-1m', source: { name: 'Trạm y tế' }, title: 'Tin không ghi được ngay', summary: 'Một dòng.', body: ['Đã tới.'] }, 'tin-khong-ghi-duoc-ngay');
  const before = (await rows(page, CACHE_DB, 'cards')).length, began = Date.now();
  const sync = page.locator('[data-act=sync]');
  await sync.click();
  await page.locator('.toast', { hasText: 'Ra chỗ có sóng' }).waitFor({ timeout: 60000 });
  assert.ok(Date.now() - began > 25000, 'it had time');
  assert.equal((await rows(page, CACHE_DB, 'cards')).length, before, 'nothing half written');
  await page.evaluate(() => window.__heal());
  await sync.click();
  await until('it is here', async () => (await rows(page, CACHE_DB, 'cards')).length === before + 1);
});

test('unread marks go with reading, saved items are kept, both over a reload and without a network', async () => {
  const path = await find(server.url, 'xem-lai-the-bao-hiem');
  const row = page.locator('.ls li', { has: page.locator(`a[href$="${path.split('-').at(-1)}"]`) }).first();
  const unread = () => row.evaluate(li => li.classList.contains('nw') && li.querySelector('.vh').textContent === 'Chưa đọc');
  const list = `${line.url}/chu-de/${(await (await fetch(server.url + path)).text()).match(/href="\/chu-de\/([^"]+)"/)[1]}`;
  await open(page, line.url + (await find(server.url, 'tui-khan-cap')));
  await page.locator('[data-act=save]').click();
  await page.locator('[data-act=save][aria-pressed=true]').waitFor();
  // Saved is counted in seconds.
  await sleep(1100);
  await open(page, list);
  assert.equal(await unread(), true);
  await row.locator('a').click();
  await page.locator('[data-act=save]').click();
  await page.locator('[data-act=save][aria-pressed=true]').waitFor();
  await page.goBack();
  await row.waitFor();
  assert.equal(await unread(), false);
  await line.down();
  await sleep(100);
  await open(page, list);
  assert.equal(await unread(), false);
  await open(page, `${line.url}/cua-toi`);
  const saved = page.locator('section', { has: page.locator('h2', { hasText: 'Tin đã lưu' }) });
  assert.deepEqual(await saved.locator('h3').allInnerTexts(), ['Xem lại thẻ bảo hiểm y tế của cả nhà', 'Túi khẩn cấp: chuẩn bị một lần, dùng cả mùa mưa'], 'the last saved first');
  await saved.locator('a').first().click();
  await page.locator('article .bd').waitFor();
  await page.locator('[data-act=save][aria-pressed=true]').click();
  await page.locator('[data-act=save][aria-pressed=false]').waitFor();
  await open(page, `${line.url}/cua-toi`);
  assert.equal(await saved.locator('h3').count(), 1);
  await line.up();
});

test('the phone is asked to keep what it holds at the first save and when the app comes to the home screen, and may refuse', async () => {
  const page = await context.newPage();
  await page.addInitScript(() => {
    window.__asked = 0;
    StorageManager.prototype.persist = async () => (window.__asked++, false);
    StorageManager.prototype.persisted = async () => false;
  });
  const asked = () => page.evaluate(() => window.__asked);
  await open(page, line.url + (await find(server.url, 'tui-khan-cap')));
  await booted(page);
  assert.equal(await asked(), 0, 'reading asks for nothing');
  const save = page.locator('[data-act=save]');
  if ((await save.getAttribute('aria-pressed')) === 'true') {
    await save.click();
    await page.locator('[data-act=save][aria-pressed=false]').waitFor();
  }
  await save.click();
  await until('it asked', async () => (await asked()) === 1);
  await page.evaluate(() => dispatchEvent(new Event('appinstalled')));
  await until('it asked again', async () => (await asked()) === 2);
  // A no changes nothing but what is said where it matters.
  await page.locator('[data-act=save][aria-pressed=true]').waitFor();
  await measured(page, line.url);
  assert.equal((await facts(page))['Máy hứa không tự xóa tin'], 'chưa');
  await page.locator('[data-act=persist]').waitFor();
  await page.close();
});

test('topics are chosen and left again, over a reload too', async () => {
  const on = page.locator('[data-act=topic][aria-pressed=true]');
  await open(page, `${line.url}/cua-toi`);
  const first = page.locator('[data-act=topic]').first();
  const before = await on.count();
  await setting(page, () => first.click());
  await until('it is chosen', async () => (await on.count()) === before + 1);
  await open(page, line.url);
  await page.locator('main h2', { hasText: 'điều tôi quan tâm' }).waitFor();
  await open(page, `${line.url}/cua-toi`);
  assert.equal(await on.count(), before + 1);
  await setting(page, () => on.first().click());
  await until('it is left', async () => (await on.count()) === before);
});

test('old texts and all texts can be deleted: alerts, saved items and the list stay; the missing ones come back on a tap', async () => {
  const total = items(await addresses(server.url)).length;
  const kept = line.url + (await find(server.url, 'xem-lai-the-bao-hiem'));
  // The button that fetches what is missing may not stand there yet, or no more.
  const whole = async (what, probe) => {
    await until(what, async () => (await probe()) || (await page.locator('[data-act=fetch-all]').count()), 60000);
    if (!(await probe())) await page.locator('[data-act=fetch-all]').click({ timeout: 5000 }).catch(() => {});
    await until(what, probe, 60000);
  };
  const save = async address => {
    await open(page, address);
    await page.locator('[data-act=save][aria-pressed=false]').click();
    await page.locator('[data-act=save][aria-pressed=true]').waitFor();
  };
  await save(kept);
  await measured(page, line.url);
  // With what came in full mode, all of them.
  await whole('every text', async () => (await facts(page))['Số bài đọc được khi không có mạng'] === total);
  const before = await facts(page);
  // No network from here on: a sync would bring the newest texts back.
  line.rule = () => 'refuse';
  await page.locator('[data-act=drop-old]').click();
  await until('the old ones are gone', async () => (await held()) <= total - old.length);
  assert.ok((await held()) > total - 20, 'only the old ones');
  // Asked first, and told what that means; a no leaves all as it is.
  let asked = '';
  page.once('dialog', dialog => {
    asked = dialog.message();
    dialog.dismiss();
  });
  await page.locator('[data-act=drop-all]').click();
  await sleep(500);
  assert.match(asked, /\? .*phải có mạng.* vẫn giữ cảnh báo, tin đã lưu/);
  assert.ok((await held()) > total - 20, 'nothing went without a yes');
  page.on('dialog', dialog => dialog.accept());
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
  const bare = line.url + (await find(server.url, 'tin-cu-so-1'));
  await save(bare);
  assert.match(await page.locator('article .em').innerText(), /chưa tải về máy.*\d+ B/);
  await page.locator('#notices', { hasText: 'Không có mạng.' }).waitFor();
  // From here on: the sync that a start brings may be quicker than the tap. The browser may have kept the very packs that
  // are asked for again, which then cost nothing; without them it costs what was said.
  await (await context.newCDPSession(page)).send('Network.clearBrowserCache');
  const paid = wire(line);
  line.rule = () => undefined;
  await measured(page, line.url);
  await whole('every text is back', async () => (await held()) === total);
  await page.locator('[data-act=fetch-all]').waitFor({ state: 'detached' });
  const real = (wire(line) - paid) / 1000;
  assert.ok(real < cost * 2 && real > cost / 3, `said ${cost} KB, came ${real}`);
  // What was saved before its text was here is kept whole from then on.
  line.rule = () => 'refuse';
  await page.locator('[data-act=drop-all]').click();
  await until('alerts are left', async () => (await held()) === alerts);
  await open(page, bare);
  assert.match(await page.locator('article .bd').innerText(), /Nội dung của tin cũ/);
  line.rule = () => undefined;
});

test('a saved text is read on until its correction is here, and says that there is one', async () => {
  const item = { id: 'to-correct', kind: 'bulletin', topics: ['y-te'], issued: '-1h', source: { name: 'Trạm y tế' }, title: 'Lịch khám tháng này', summary: 'Tóm tắt.', body: ['Khám vào thứ Hai.'] };
  const path = await published(item, 'lich-kham-thang-nay');
  const text = page.locator('article .bd');
  await visited('its text is here', () => open(page, line.url + path), () => text.count());
  await page.locator('[data-act=save][aria-pressed=false]').click();
  await page.locator('[data-act=save][aria-pressed=true]').waitFor();
  // Cards come, texts do not.
  line.rule = path => (/^\/(sync\/(item|.*\/bodies)|tin)\//.test(path) ? 'refuse' : undefined);
  server.import([{ ...item, title: 'Lịch khám đã đổi', body: ['Khám vào thứ Ba.'] }]);
  await visited('its card is here', () => open(page, `${line.url}/chu-de/y-te`), () => page.locator('.ls a', { hasText: 'Lịch khám đã đổi' }).count());
  for (const again of [false, true]) {
    if (again) line.rule = () => 'refuse';
    await open(page, line.url + path);
    await text.waitFor();
    assert.equal(await text.innerText(), 'Khám vào thứ Hai.');
    assert.equal(await page.locator('article .st.off').innerText(), 'Đã có tin mới thay tin này: Lịch khám đã đổi');
    assert.match(await page.locator('article .em').innerText(), /chưa tải về máy/);
  }
  line.rule = () => undefined;
  await page.locator('[data-act=fetch]').click();
  await until('the correction', async () => (await text.innerText()) === 'Khám vào thứ Ba.');
  assert.equal(await page.locator('article .em, article .st.off').count(), 0);
  assert.equal(await page.locator('h1').innerText(), 'Lịch khám đã đổi');
});

test('a text that somebody reads stays on the screen when its correction is announced and does not come', async () => {
  const item = { id: 'to-read', kind: 'bulletin', topics: ['y-te'], issued: '-1h', source: { name: 'Trạm y tế' }, title: 'Giờ mở cửa trạm', summary: 'Tóm tắt.', body: ['Mở cửa từ 7 giờ.'] };
  const path = await published(item, 'gio-mo-cua-tram');
  const text = page.locator('article .bd');
  await visited('its text is here', () => open(page, line.url + path), () => text.count());
  line.rule = path => (/^\/(sync\/(item|.*\/bodies)|tin)\//.test(path) ? 'refuse' : undefined);
  server.import([{ ...item, title: 'Trạm đổi giờ mở cửa', body: ['Mở cửa từ 8 giờ.'] }]);
  const other = await context.newPage();
  await visited('its card is here', () => open(other, `${line.url}/chu-de/y-te`), () => other.locator('.ls a', { hasText: 'Trạm đổi giờ mở cửa' }).count());
  await page.locator('article .st.off', { hasText: 'Đã có tin mới thay tin này: Trạm đổi giờ mở cửa' }).waitFor();
  assert.equal(await text.innerText(), 'Mở cửa từ 7 giờ.');
  await other.close();
  line.rule = () => undefined;
  await page.locator('[data-act=fetch]').click();
  await until('the correction', async () => (await text.innerText()) === 'Mở cửa từ 8 giờ.');
});

test('a text of which a bit flipped in the memory of the phone is not read out as its source\'s word: it alone comes again', async () => {
  const item = { id: 'to-flip', kind: 'bulletin', topics: ['y-te'], issued: '-1h', source: { name: 'Trạm y tế' }, title: 'Liều thuốc cho trẻ', summary: 'Tóm tắt.', body: ['Mỗi ngày uống 1 viên.'] };
  const path = await published(item, 'lieu-thuoc-cho-tre');
  const text = page.locator('article .bd');
  await visited('its text is here', () => open(page, line.url + path), () => text.count());
  await open(page, line.url + '/cai-dat');
  const id = path.split('-').at(-1).split('/').at(-1);
  await page.evaluate(([name, id]) => new Promise((done, fail) => {
    const opened = indexedDB.open(name);
    opened.onsuccess = () => {
      const db = opened.result, tx = db.transaction('bodies', 'readwrite'), store = tx.objectStore('bodies'), read = store.get(id);
      read.onsuccess = () => {
        const row = read.result, at = row.findIndex((byte, at) => byte === 0x31 && row[at + 1] === 0x20 && row[at + 2] === 0x76);
        if (at < 0) return fail(new Error('no such text'));
        row[at] ^= 8;
        store.put(row, id);
      };
      tx.oncomplete = () => { db.close(); done(); };
      tx.onerror = fail;
    };
  }), [CACHE_DB, id]);
  line.rule = () => 'refuse';
  await open(page, line.url + path);
  await page.locator('article .em', { hasText: 'chưa tải về máy' }).waitFor();
  assert.equal(await text.count(), 0);
  line.rule = () => undefined;
  const from = line.answers.length;
  await open(page, line.url + path);
  await text.waitFor();
  assert.equal(await text.innerText(), 'Mỗi ngày uống 1 viên.');
  assert.deepEqual(line.answers.slice(from).map(({ path }) => path).filter(path => /item|bodies/.test(path)), [`/sync/item/${id}`]);
  line.rule = () => 'refuse';
  await open(page, line.url + path);
  await text.waitFor();
  line.rule = () => undefined;
});

test('who opened more of a list and comes back from an item finds it as it was, at the same place', async () => {
  const many = Array.from({ length: 80 }, (_, n) => ({ id: `many-${n}`, kind: 'bulletin', topics: ['y-te'], issued: `-${100 + n}h`, source: { name: 'Trạm y tế' }, title: `Bài dài thứ ${n}`, summary: 'Tóm tắt.', body: ['Nội dung.'] }));
  server.import(many);
  await until('the many stand', async () => (await (await fetch(`${server.url}/sitemap.xml`)).text()).includes('bai-dai-thu-79'));
  await visited('the list has more', () => open(page, `${line.url}/chu-de/y-te`), () => page.locator('[data-act=more]').count());
  const rows = page.locator('.ls > li');
  assert.equal(await rows.count(), 60);
  await page.locator('[data-act=more]').click();
  await until('more rows', async () => (await rows.count()) > 80);
  const focused = () => page.evaluate(() => document.activeElement.getAttribute('href'));
  await until('the keyboard goes on with the first that is new', async () => (await focused()) === (await rows.nth(60).locator('a').first().getAttribute('href')));
  const count = await rows.count();
  const last = page.locator('.ls a', { hasText: 'Bài dài thứ 79' });
  await last.scrollIntoViewIfNeeded();
  const place = await page.evaluate(() => scrollY);
  assert.ok(place > 3000, `${place}`);
  await last.click();
  await page.locator('h1', { hasText: 'Bài dài thứ 79' }).waitFor();
  await page.goBack();
  await last.waitFor();
  assert.equal(await rows.count(), count);
  const same = () => until('the same place', async () => Math.abs((await page.evaluate(() => scrollY)) - place) < 5);
  await same();
  // By way of other lists too.
  await page.locator('.bar a').first().click();
  await page.locator('.pg.home').waitFor();
  await page.locator('.tp h3 a').first().click();
  await page.locator('.pg.topic').waitFor();
  await page.goBack();
  await page.locator('.pg.home').waitFor();
  await page.goBack();
  await last.waitFor();
  assert.equal(await rows.count(), count);
  await same();
});
