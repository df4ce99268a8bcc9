// What the phone holds and what it cost: the counter, making room, fetching more, data modes, read marks, saved items.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { browser, find, furnished, link, open, serve, sleep, until } from './lib.mjs';

let server, line, chrome, context, page;
before(async () => {
  server = await serve();
  line = await link(server);
  chrome = await browser();
  ({ context, page } = await furnished(chrome, line.url));
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

test('text and saving mode show what an image costs and load it on tap; full mode loads it; what came is counted and can be deleted', async () => {
  const path = await find(server.url, 'giu-khung-det-zeng');
  const asked = () => line.seen.filter(url => url.startsWith('/media/')).length;
  for (const mode of ['text', 'saving']) {
    await open(page, `${line.url}/cai-dat`);
    await page.locator(`input[name=mode][value=${mode}]`).check();
    const before = asked();
    await open(page, line.url + path);
    const place = page.locator('a[data-act=image]');
    assert.match(await place.innerText(), /Xem ảnh · 19 KB/);
    await page.waitForLoadState('networkidle');
    assert.equal(asked(), before);
    await place.click();
    await until(`${mode}: the image shows`, () => page.evaluate(() => document.querySelector('figure img')?.naturalWidth > 0));
    assert.equal(await place.isVisible(), false);
    const said = await phonePage(page);
    assert.ok(said['Ảnh và tiếng chiếm'] >= 18_000 && said['Ảnh và tiếng chiếm'] < 20_000, `${said['Ảnh và tiếng chiếm']} of images`);
    const today = said['Hôm nay'];
    await page.locator('[data-act=drop-media]').click();
    await until('the image is gone', async () => (await facts(page))['Ảnh và tiếng chiếm'] === 0);
    assert.equal(await page.locator('[data-act=drop-media]').count(), 0);
    assert.ok((await facts(page))['Hôm nay'] >= today, 'what is deleted was still paid');
  }
  await open(page, `${line.url}/cai-dat`);
  await page.locator('input[name=mode][value=full]').check();
  // One that no page has shown yet: browsers keep those in memory for a while.
  const other = line.url + (await find(server.url, 'lu-quet-sat-lo'));
  await open(page, other);
  await page.locator('figure img').scrollIntoViewIfNeeded();
  await until('full: the image shows', () => page.evaluate(() => document.querySelector('figure img')?.naturalWidth > 0));
  assert.equal(await page.locator('a[data-act=image]').count(), 0);
  await until('it is kept and counted', async () => (await phonePage(page))['Ảnh và tiếng chiếm'] >= 5_500);
  // Also on pages of the server, and again without a network.
  await open(page, `${other}?html=1`, 'html');
  await page.locator('figure img').scrollIntoViewIfNeeded();
  await until('it shows there too', () => page.evaluate(() => document.querySelector('figure img')?.naturalWidth > 0));
  await open(page, `${line.url}/cai-dat`);
  await page.locator('input[name=mode][value=saving]').check();
});

test('a phone that is nearly full says so, one with room does not', async () => {
  await phonePage(page);
  assert.equal(await page.locator('.warn').count(), 0);
  const full = await context.newPage();
  await full.addInitScript(() => { StorageManager.prototype.estimate = async () => ({ usage: 985e6, quota: 1e9 }); });
  const said = await phonePage(full);
  assert.match(await full.locator('.warn').innerText(), /Máy sắp đầy/);
  assert.equal(said['Còn trống cho Bản Tin'], 15e6);
  await full.close();
});

test('unread marks go with reading, saved items are kept, both over a reload and without a network', async () => {
  const path = await find(server.url, 'xem-lai-the-bao-hiem');
  const row = page.locator('.ls li', { has: page.locator(`a[href="${path}"]`) }).first();
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
