// The heart of it: the server dies, the phone restarts, and everything that was here is still here.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { addresses, booted, each, ENDED, find, open, profile, rows, CACHE_DB, serve, settle, shown, sleep, started, synced, temp, until } from './lib.mjs';

let server, disk, context, page, items, recorded, pictured;
/** Plays the recording of the item from `share` of its length on; how far it came in a second. */
const played = share => page.evaluate(async share => {
  const audio = document.querySelector('article audio');
  if (!audio.duration) await new Promise((done, fail) => {
    audio.addEventListener('loadedmetadata', done);
    audio.addEventListener('error', () => fail(new Error(`${audio.error.code} ${audio.error.message}`)));
    audio.load();
  });
  const from = audio.currentTime = audio.duration * share;
  await audio.play();
  await new Promise(done => setTimeout(done, 1000));
  audio.pause();
  return audio.currentTime - from;
}, share);
const seen = () => page.evaluate(() => document.querySelector('figure img')?.naturalWidth || 0);
const heldMedia = () => page.evaluate(async () => (await (await caches.open('bt-media')).keys()).length);
before(async () => {
  server = await serve();
  disk = await profile();
  context = await disk.open();
  page = context.pages()[0] || (await context.newPage());
  items = (await addresses(server.url)).filter(p => /^\/(tin|canh-bao)\//.test(p));
  await settle(page, server.url);
  await synced(page, items.length);
  // What the reader listened to and looked at.
  recorded = server.url + (await find(server.url, 'sot-xuat-huyet'));
  await open(page, recorded);
  assert.ok((await played(0)) > 0.3, 'it plays');
  await until('the recording is kept', async () => (await heldMedia()) === 1);
  pictured = server.url + (await find(server.url, 'lu-quet-sat-lo'));
  await open(page, pictured);
  await page.locator('a[data-act=image]').first().click();
  await until('the picture is kept', async () => (await heldMedia()) === 2);
  // And what he saved.
  await page.locator('[data-act=save]').click();
  await page.locator('[data-act=save][aria-pressed=true]').waitFor();
  // From here on: no server, and a browser that was closed and opened again.
  await server.kill();
  await context.close();
  context = await disk.open();
  page = context.pages()[0] || (await context.newPage());
});
after(async () => {
  await context?.close();
  await server?.kill();
});

test('the list opens and says how old it is', async () => {
  await page.goto(server.url);
  await started(page);
  assert.equal(await shown(page), 'app');
  assert.ok((await page.locator('main li a').count()) > 5);
  assert.match(await page.locator('#fresh').innerText(), /Cập nhật/);
});

test('what was saved is still saved', async () => {
  await page.goto(pictured);
  await started(page);
  const title = await page.locator('h1').innerText();
  await page.locator('[data-act=save][aria-pressed=true]').waitFor();
  await page.goto(`${server.url}/cua-toi`);
  await started(page);
  await page.locator('main li a', { hasText: title }).waitFor();
});

test('every stored article opens', async () => {
  const wrong = [];
  await each(context, items, async (page, path) => {
    await page.goto(server.url + path);
    await started(page).catch(error => wrong.push(`${path} ${error.message}`));
    const text = await page.locator('main').innerText();
    if (text.length < 150 || /chưa tải về máy/.test(text)) wrong.push(`${path}: ${text.slice(0, 80)}`);
  });
  assert.deepEqual(wrong, []);
  assert.ok(items.length >= 40);
});

test('a tap opens an article and back returns to the list, without loading a page', async () => {
  await page.goto(server.url);
  await started(page);
  await page.evaluate(() => { window.__same = true; });
  const link = page.locator('main li a[href^="/tin/"]').first();
  const title = (await link.innerText()).split('\n')[0].trim();
  await link.click();
  await page.locator('main h1', { hasText: title }).waitFor();
  await booted(page);
  const left = new URL(page.url()).pathname;
  await page.goBack();
  await page.locator('main li a').first().waitFor();
  assert.equal(await page.evaluate(() => window.__same), true);
  await until('the keyboard goes on at the way that was taken', () => page.evaluate(left => document.activeElement.getAttribute('href') === left, left));
});

test('all bulletins are a tap away from the list', async () => {
  await page.goto(server.url);
  await started(page);
  const links = () => page.evaluate(() => [...document.querySelectorAll('main li a[href^="/tin/"]')].map(a => a.getAttribute('href')));
  const home = await links();
  await page.getByRole('link', { name: 'Xem tất cả bản tin' }).click();
  await page.locator('#found h2').waitFor();
  await until('there is more than on the list', async () => (await links()).some(path => !home.includes(path)));
});

test('search finds the same with and without diacritics, and never says before its look that there is nothing', async () => {
  // What the page said, in its order.
  await page.addInitScript(() => {
    window.__said = [];
    new MutationObserver(() => {
      const text = document.querySelector('#found')?.innerText;
      if (text && text !== window.__said.at(-1)) window.__said.push(text);
    }).observe(document, { childList: true, subtree: true, characterData: true });
  });
  const hits = async text => {
    await page.goto(`${server.url}/tim?q=${encodeURIComponent(text)}`);
    await started(page);
    await until(`hits for ${text}`, () => page.locator('#found h2').count());
    const said = await page.evaluate(() => window.__said);
    assert.doesNotMatch(said.join('|'), /Không tìm thấy|Không có kết quả/);
    const links = await page.evaluate(() => [...document.querySelectorAll('main li a')].map(a => a.getAttribute('href')).sort());
    assert.ok(links.some(path => path.startsWith('/tin/')), text);
    return links;
  };
  const plain = await hits('lu quet');
  assert.deepEqual(await hits('lũ quét'), plain);
  assert.deepEqual(await hits('LŨ QUÉT'), plain);
  assert.deepEqual(await hits('đường'), await hits('duong'));
});

test('search answers while typing', async () => {
  await page.goto(`${server.url}/tim`);
  await started(page);
  await page.locator('#q').pressSequentially('sat lo', { delay: 40 });
  await until('hits while typing', () => page.locator('main li a mark, main li mark').count());
});

test('a tap on what stands marked in a result opens it, also where the box still has the focus', async () => {
  await page.goto(`${server.url}/tim`);
  await started(page);
  await page.locator('#q').pressSequentially('nam dong', { delay: 40 });
  const mark = page.locator('main li a p mark').first();
  await mark.waitFor();
  // Until every snippet stands.
  await sleep(1000);
  const to = await mark.evaluate(mark => mark.closest('a').getAttribute('href'));
  await mark.scrollIntoViewIfNeeded();
  const { x, y, width, height } = await mark.boundingBox();
  await page.mouse.move(x + width / 2, y + height / 2);
  // A finger stays for a while: the box loses the focus, and hears that it was changed.
  await page.mouse.down();
  await sleep(300);
  await page.mouse.up();
  await page.waitForURL(server.url + to);
});

test('what was to be searched by the server is searched here where there is no network', async () => {
  await page.goto(`${server.url}/tim?q=lu&html=1`);
  await started(page);
  await until('hits', () => page.locator('main li a mark').count());
});

test('search narrows to a topic, a place and a kind', async () => {
  await page.goto(`${server.url}/tim?q=${encodeURIComponent('nước')}`);
  await started(page);
  const links = () => page.evaluate(() => [...document.querySelectorAll('main .ls a')].map(a => a.getAttribute('href')));
  await until('hits', async () => (await links()).length);
  const all = await links();
  await page.locator('.sf summary').click();
  await page.locator('.sf select[name=loai]').selectOption('alert');
  const codes = new Set(items.filter(path => path.startsWith('/canh-bao/')).map(path => path.slice(-8)));
  await until('alerts alone', async () => (await links()).length && (await links()).every(path => codes.has(path.slice(-8))));
  const alerts = await links();
  assert.ok(alerts.length < all.length);
  assert.match(page.url(), /loai=alert/);
  await page.locator('.sf select[name=loai]').selectOption('');
  await page.locator('.sf select[name=chu-de]').selectOption({ label: 'Y tế' });
  await until('another list', async () => (await links()).join() !== alerts.join() && (await links()).length && (await links()).length < all.length);
  const health = await links();
  await page.locator('.sf select[name=noi]').selectOption({ index: 5 });
  await until('no more than before', async () => (await links()).length <= health.length && /noi=/.test(page.url()));
  // Each concerns that place: its own, or everyone's.
  const place = await page.locator('.sf select[name=noi] option:checked').innerText();
  for (const line of await page.locator('main .ls small').allInnerTexts()) {
    const named = (await page.locator('.sf select[name=noi] option').allInnerTexts()).filter(name => line.includes(name));
    assert.ok(!named.length || named.includes(place) || /\d nơi|thành phố Huế/i.test(line), `${line} does not concern ${place}`);
  }
  // Back and a reload find the same.
  const here = await links();
  await page.reload();
  await started(page);
  await until('the same', async () => (await links()).join() === here.join());
});

test('what was listened to is heard again and skipped through, and what was looked at is seen', async () => {
  await open(page, recorded);
  assert.ok((await played(0)) > 0.3);
  assert.ok((await played(0.5)) > 0.3, 'from its middle');
  await open(page, pictured);
  await page.locator('a[data-act=image]').first().click();
  await until('the picture shows', seen);
  // Its recording nobody listened to while there was a network.
  await page.evaluate(() => document.querySelector('article audio').play().catch(() => {}));
  await page.locator('#bt-toast', { hasText: 'Chưa tải được bản ghi âm.' }).waitFor();
});

test('each of the other pages opens too', async () => {
  for (const path of ['/canh-bao', '/noi', '/cua-toi', '/trong-may', '/cai-dat', '/en', '/en/canh-bao']) {
    await page.goto(server.url + path);
    await started(page);
    assert.equal(await page.locator('main h1').count(), 1, path);
  }
});

test('what only the server has leads to our own word that there is no network, never to the browser\'s', async () => {
  const [alert] = items.filter(path => path.startsWith('/canh-bao/'));
  const short = `/tin/${alert.slice(-8)}`;
  for (const [path, there] of [[`${short}/to-ro`, '/ngoai-tuyen'], [`/en${short}/loa`, '/en/ngoai-tuyen'], ['/nhung/canh-bao?noi=20044&x=1', '/ngoai-tuyen']]) {
    await page.goto(server.url + path);
    await started(page);
    const { pathname, search } = new URL(page.url());
    assert.deepEqual([pathname, search], [there, '?' + path], path);
    assert.equal(await page.locator('main h1').count(), 1, path);
    // Whoever has no button of a browser asks again with ours.
    const again = page.waitForRequest(request => request.isNavigationRequest() && request.url() === server.url + path);
    await page.locator('#bt-toast button', { hasText: /^(Thử lại|Try again)$/ }).click();
    await again;
    await started(page);
  }
  // Officials are not sent to readers' pages.
  const desk = await context.newPage();
  await assert.rejects(desk.goto(`${server.url}/ban-lam-viec`));
  await desk.close();
});

test('a button that needs the network says so where there is none', async () => {
  await page.goto(`${server.url}/trong-may`);
  await started(page);
  await page.locator('[data-act=sync]').click();
  await page.locator('.toast', { hasText: 'Ra chỗ có sóng hoặc chờ một lát rồi thử lại.' }).waitFor();
});

test('an alert that newer word may have overtaken says how old it is; an article does not', async () => {
  const [alert] = items.filter(path => path.startsWith('/canh-bao/'));
  await page.goto(server.url + alert);
  await started(page);
  await page.locator('#notices', { hasText: 'Không có mạng.' }).waitFor();
  assert.match(await page.locator('#fresh').innerText(), /Cập nhật/);
  await page.screenshot({ path: `${temp('shots')}/alert-offline.png` });
  const [article] = items.filter(path => path.startsWith('/tin/'));
  const failed = page.waitForEvent('requestfailed', request => request.url().endsWith('/sync/head'));
  await page.goto(server.url + article);
  await started(page);
  await failed;
  await sleep(300);
  assert.equal(await page.locator('#fresh, #notices p').count(), 0);
});

test('an alert past its end is shown as ended, and never as live', async () => {
  // The colour of a level is what makes one look live.
  const live = page.locator('main :is(.al, .alh):is(.l1, .l2, .l3, .l4, .l5)'), level = page.locator('.bar .n');
  await open(page, `${server.url}/canh-bao`);
  const titles = await live.locator('h3').allInnerTexts(), address = await live.first().locator('a').getAttribute('href');
  assert.ok(titles.length);
  assert.match(await level.innerText(), /^cấp \d$/);
  await open(page, server.url + address);
  assert.equal(await live.count(), 1);
  // The phone's clock, days later: what is in force now has ended by then.
  await page.clock.install({ time: Date.now() + 5 * 86400e3 });
  await open(page, `${server.url}/canh-bao`);
  for (const title of titles) {
    const rows = await page.locator('main .al', { has: page.locator('h3', { hasText: title }) }).allInnerTexts();
    assert.ok(rows.length === 1 && rows[0].includes(ENDED), `${title}: ${rows.join('|')}`);
  }
  assert.equal(await live.count() + await level.count(), 0);
  assert.doesNotMatch(await page.locator('main').innerText(), /Hiện không có cảnh báo nào/, 'nobody is calmed beside it');
  await open(page, server.url + address);
  assert.equal(await page.locator('.alh.off .st').innerText(), ENDED);
  assert.equal(await live.count() + await level.count(), 0);
  // Not in the picture of the home page either, which was taken while it held.
  await open(page, server.url);
  assert.equal(await live.count() + await level.count(), 0);
});

test('what the phone holds survives the loss of either half: caches or database', async () => {
  await context.close();
  context = await disk.open();
  page = context.pages()[0] || (await context.newPage());
  // Without its caches, with a server: the pages of the server first, then the worker has brought the app back.
  await server.start();
  await page.goto(server.url);
  await started(page);
  await page.evaluate(async () => { for (const name of await caches.keys()) await caches.delete(name); });
  await page.goto(server.url);
  await page.locator('main h1, main h2').first().waitFor();
  await until('the app is back', async () => {
    await page.goto(server.url);
    return (await shown(page)) === 'app';
  }, 60000);
  assert.ok((await rows(page, CACHE_DB, 'cards')).length >= items.length);
  // Without its database: the next sync brings everything again.
  await page.goto(`${server.url}/?html=1`);
  await page.evaluate(database => new Promise(done => {
    const drop = indexedDB.deleteDatabase(database);
    drop.onsuccess = drop.onerror = done;
  }), CACHE_DB);
  await page.goto(server.url);
  await started(page);
  await synced(page, items.length);
  await sleep(200);
  assert.ok((await page.locator('main li a').count()) > 5);
});

test('what could not be opened without a network is opened when the reader asks again', async () => {
  await server.kill();
  const [alert] = items.filter(path => path.startsWith('/canh-bao/'));
  await page.goto(`${server.url}/tin/${alert.slice(-8)}/to-ro`);
  await started(page);
  assert.equal(new URL(page.url()).pathname, '/ngoai-tuyen');
  await server.start();
  await page.reload();
  await page.waitForURL(/\/to-ro$/);
  await page.locator('h1').first().waitFor();
  // No other site is led to.
  await page.goto(`${server.url}/ngoai-tuyen?//example.vn/`);
  await page.reload();
  await page.waitForLoadState('networkidle');
  assert.equal(new URL(page.url()).pathname, '/ngoai-tuyen');
});
