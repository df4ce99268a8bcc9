// Alerts at the desk in a real browser: composed on a narrow phone, confirmed on a PC, read, updated, cancelled in two taps.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { addresses, browser, items, phone, serve, temp, until } from './lib.mjs';
import { faults, firstLink, invite, join } from './office.mjs';

const PC = { viewport: { width: 1280, height: 900 }, locale: 'vi-VN', timezoneId: 'Asia/Ho_Chi_Minh', bypassCSP: true };
const DESK = '/ban-lam-viec';
/** Where pictures go that a person looks at. */
const shots = process.env.BANTIN_SHOTS || temp('shots');
let server, chrome, admin, first, second, plain;

before(async () => {
  server = await serve();
  chrome = await browser();
});
after(async () => {
  await chrome?.close();
  await server?.kill();
});

const invited = (login, place) => invite(admin.page, server.url, login, 'alert-officer', place);

/** A picture of the whole page, light and dark. */
async function shoot(page, name) {
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.screenshot({ path: `${shots}/${name}-${colorScheme}.png`, fullPage: true });
  }
  await page.emulateMedia({ colorScheme: 'light' });
}

const wrong = [];
async function check(page, name) {
  wrong.push(...(await faults(page, name)));
  await shoot(page, name);
}

/** Middle of a unit on the map, where a finger can hit it. */
async function tap(page, code) {
  const ticked = () => page.locator(`[name=place][value="${code}"]`).isChecked();
  const before = await ticked();
  const at = await page.locator(`.pk [data-place="${code}"]`).evaluate(unit => {
    unit.scrollIntoView({ block: 'center' });
    const { left, top, width, height } = unit.getBoundingClientRect();
    // As far from its neighbours as may be: at the border the finger hits another one.
    const hit = (x, y) => document.elementFromPoint(x, y) === unit;
    for (const r of [6, 4, 3, 2, 1]) for (let i = 1; i < 40; i++) for (let j = 1; j < 40; j++) {
      const [x, y] = [left + (width * i) / 40, top + (height * j) / 40];
      if (hit(x, y) && hit(x - r, y) && hit(x + r, y) && hit(x, y - r) && hit(x, y + r)) return [x, y];
    }
  });
  await page.touchscreen.tap(...at);
  // The browser makes a click of it in its own time: the page must not move before.
  await until(`the map heard of ${code}`, async () => (await ticked()) !== before);
}

test('three alert officers come in: two for the whole city, one who has no scripts', async () => {
  admin = await join(await (await chrome.newContext(PC)).newPage(), `${firstLink(server)}`, 'quan.tri');
  const context = await phone(chrome, { bypassCSP: true });
  first = await join(await context.newPage(), await invited('an.canhbao', 46), 'an.canhbao');
  second = await join(await (await chrome.newContext(PC)).newPage(), await invited('binh.canhbao', 46), 'binh.canhbao');
  const bare = await phone(chrome, { javaScriptEnabled: false });
  plain = await join(await bare.newPage(), await invited('cuc.canhbao', 46), 'cuc.canhbao');
  await first.page.goto(server.url + DESK);
  await check(first.page, '1-overview-phone');
});

test('composed on a phone from a template, on the map', async () => {
  const { page } = first;
  await page.getByRole('link', { name: 'Ra cảnh báo' }).click();
  await page.waitForURL('**/canh-bao/moi');
  await check(page, '2-choose-phone');
  assert.equal(await page.locator('a.lc[href*="flash-flood"]').count(), 3, 'only levels that the hazard may have');
  await page.getByRole('link', { name: /^Lũ quét: Cấp 3/ }).click();
  await page.waitForURL(/loai=flash-flood/);
  for (const code of [20044, 20050, 20071]) await tap(page, code);
  await tap(page, 20071);
  assert.deepEqual(await page.locator('[name=place]:checked').evaluateAll(all => all.map(one => one.value)), ['20044', '20050']);
  assert.match(await page.locator('.pkn').innerText(), /Đã chọn 2 nơi: A Lưới 2, A Lưới 5/);
  // The same by keyboard: one stop, arrows, space.
  await page.locator('.pk').focus();
  const before = await page.locator('.pk').getAttribute('aria-activedescendant');
  await page.keyboard.press('ArrowDown');
  assert.notEqual(await page.locator('.pk').getAttribute('aria-activedescendant'), before);
  await page.keyboard.press('Space');
  assert.equal(await page.locator('[name=place]:checked').count(), 3);
  await page.keyboard.press('Space');
  assert.equal(await page.locator('[name=place]:checked').count(), 2);
  // Another level brings its own words, as long as nobody has written others.
  const title = () => page.locator('[name="title.vi"]').inputValue();
  const worst = await title();
  for (const [level, same] of [[1, false], [3, true]]) {
    await page.locator(`label.lc.l${level}`).click();
    await until(`words of level ${level}`, async () => (await page.isChecked(`[name=level][value="${level}"]`)) && ((await title()) === worst) === same);
    // With its script, which the next tap needs.
    await page.waitForLoadState('load');
    assert.equal(await page.locator('[name=place]:checked').count(), 2, 'places stay');
  }
  // A button of hours fills in the end.
  await page.locator('label.pi', { hasText: '3 giờ' }).click();
  const end = new Date(`${await page.inputValue('[name=expires]')}:00+07:00`);
  assert.ok(Math.abs(end - Date.now() - 3 * 3600e3) <= 300e3, String(end));
  await page.getByLabel('Việc 3 (vi)').fill('Gọi 112 nếu có người bị kẹt');
  // An officer's own words stay whatever the level.
  for (const level of [2, 3]) await page.locator(`label.lc.l${level}`).click();
  await until('level 3 is chosen', () => page.isChecked('[name=level][value="3"]'));
  await page.waitForTimeout(500);
  assert.equal(await page.getByLabel('Việc 3 (vi)').inputValue(), 'Gọi 112 nếu có người bị kẹt');
  await check(page, '3-compose-phone');
  await page.getByRole('button', { name: 'Lưu' }).click();
  await page.getByText('Đã lưu.').waitFor();
  // The frame is filled when somebody comes near it.
  await page.locator('iframe.ph').scrollIntoViewIfNeeded();
  const framed = page.frameLocator('iframe.ph');
  await framed.locator('.psh', { hasText: 'Lũ quét ở A Lưới 2, A Lưới 5 – cấp 3: lên chỗ cao ngay' }).waitFor();
  await framed.locator('.do').getByText('Gọi 112 nếu có người bị kẹt').waitFor();
  await check(page, '4-draft-phone');
  // Saves by itself, too.
  await page.getByLabel('Việc 3 (vi)').fill('Gọi 112 nếu có người bị cuốn');
  await page.getByText(/Đã lưu lúc/).waitFor();
  await page.getByRole('button', { name: 'Gửi người xác nhận' }).click();
  await page.getByText('Hãy gọi ngay một người để xác nhận').waitFor();
  assert.match(await page.getByText('Hãy gọi ngay một người để xác nhận').innerText(), /binh\.canhbao/);
  assert.equal(await page.getByRole('button', { name: 'Xác nhận và phát ngay' }).count(), 0);
  await check(page, '5-sent-phone');
});

let address;
test('confirmed on a PC, it stands on readers\' page', async () => {
  const { page } = second;
  await page.goto(server.url + DESK);
  await check(page, '6-overview-pc');
  await page.locator('.nt').first().getByRole('link', { name: /Lũ quét ở A Lưới 2/ }).click();
  await page.getByText('2 nơi: Xã A Lưới 2, Xã A Lưới 5').waitFor();
  await check(page, '7-confirm-pc');
  const [answer] = await Promise.all([
    page.waitForResponse(response => response.request().method() === 'POST'),
    page.getByRole('button', { name: 'Xác nhận và phát ngay' }).click(),
  ]);
  assert.equal(answer.status(), 303);
  address = items(await addresses(server.url)).find(path => path.includes('lu-quet-o-a-luoi-2-a-luoi-5'));
  assert.ok(address, 'at once: it is in the map of the site when the officer gets his answer');
  await page.locator('.sb', { hasText: 'Đang hiện' }).waitFor();
  const html = await (await fetch(server.url + address)).text();
  for (const words of ['Đang có hiệu lực', 'Gọi 112 nếu có người bị cuốn', 'vẫn ở nơi cao, không về nhà']) assert.ok(html.includes(words), words);
  await page.reload();
  await check(page, '8-live-pc');
});

test('updated without scripts: the form is sent as it is', async () => {
  const { page } = plain;
  await page.goto(`${server.url}${DESK}/canh-bao`);
  await page.getByRole('link', { name: /Lũ quét ở A Lưới 2/ }).click();
  await page.getByRole('link', { name: 'Cập nhật' }).click();
  assert.match(await page.inputValue('[name="title.vi"]'), /^Cập nhật: /);
  await page.locator('label.lc.l2').click();
  await page.locator('label.pi', { hasText: '12 giờ' }).click();
  await page.locator('[name=place][value="20101"]').check();
  await page.screenshot({ path: `${shots}/9-plain-update.png`, fullPage: true });
  await page.getByRole('button', { name: 'Gửi người xác nhận' }).click();
  await page.locator('.sb', { hasText: 'Chờ duyệt' }).waitFor();
  const { page: judge } = second;
  await judge.goto(`${server.url}${DESK}/canh-bao`);
  await judge.locator('.nt').getByRole('link', { name: /Cập nhật: Lũ quét/ }).click();
  await judge.getByText(/Bản này thay cho: Lũ quét/).waitFor();
  await judge.getByRole('button', { name: 'Xác nhận và phát ngay' }).click();
  await judge.getByRole('button', { name: 'Xác nhận và phát ngay' }).waitFor({ state: 'detached' });
  await judge.getByText('Các lần phát tin').waitFor();
  await check(judge, '10-updated-pc');
  const html = await (await fetch(server.url + address)).text();
  assert.ok(html.includes('Đã có tin mới thay cảnh báo này'), 'the first one says so');
});

test('cancelled in two taps, by one officer alone, and known at once', async () => {
  const { page } = first;
  await page.goto(`${server.url}${DESK}/canh-bao`);
  await check(page, '11-list-phone');
  await page.getByRole('link', { name: /Cập nhật: Lũ quét/ }).click();
  await page.locator('summary', { hasText: 'Hủy cảnh báo' }).waitFor();
  await page.locator('summary', { hasText: 'Hủy cảnh báo' }).tap();
  await check(page, '12-cancel-phone');
  await page.locator('.cnl > li').getByText('Hết cảnh báo lũ quét ở A Lưới').first().waitFor();
  const [answer] = await Promise.all([
    page.waitForResponse(response => response.request().method() === 'POST'),
    page.getByRole('button', { name: 'Hủy ngay: Hết nguy hiểm' }).tap(),
  ]);
  assert.equal(answer.status(), 303);
  // The answer that the phone got is the publication: readers have it now.
  const html = await (await fetch(server.url + address)).text();
  assert.ok(html.includes('Đã hủy'), 'the first message of the chain says so');
  await page.locator('.st.off', { hasText: 'Đã hủy' }).waitFor();
  await check(page, '13-cancelled-phone');
});

/** What stands in a field. */
const said = (page, name) => page.locator(`[name="${name}"]`).first().inputValue();
const note = page => page.locator('p[role=status]', { hasText: 'Phần bạn viết' });
const open = page => page.locator('summary', { hasText: 'Nguồn, mức gấp' }).click();
/** Whether the page is the one that was marked: nothing was loaded since. */
const mark = page => page.evaluate(() => { window.here = true; });
const stayed = page => page.evaluate(() => window.here === true);

test('a raised level goes out in its own words and urgency, whatever else was typed before', async () => {
  const { page } = first;
  await page.goto(`${server.url}${DESK}/canh-bao/moi?loai=heavy-rain&cap=1`);
  await mark(page);
  const words = ['title.vi', 'summary.vi', 'action.vi', 'contingency.vi', 'title.en', 'action.en'];
  const all = () => Promise.all(words.map(name => said(page, name)));
  const mild = await all();
  assert.equal(await said(page, 'urgency'), 'expected');
  // None of these is a word of the template.
  const end = new Date(Date.now() + 12 * 3600e3).toISOString().slice(0, 16);
  await page.fill('[name=expires]', end);
  await page.locator('[name=place][value="20044"]').check();
  await open(page);
  await page.fill('[name=source]', 'Ban chỉ huy xã A Lưới 2');
  await page.locator('label.lc.l4').click();
  const worst = await all();
  assert.match(worst[0], /rời chỗ thấp sớm/);
  for (const [at, name] of words.entries()) assert.notEqual(worst[at], mild[at], name);
  assert.equal(await said(page, 'urgency'), 'immediate');
  assert.equal(await said(page, 'expires'), end);
  assert.equal(await said(page, 'source'), 'Ban chỉ huy xã A Lưới 2');
  assert.equal(await note(page).count(), 0);
  assert.ok(await stayed(page), 'on the page itself');
  await page.getByRole('button', { name: 'Gửi người xác nhận' }).click();
  await page.locator('.sb', { hasText: 'Chờ duyệt' }).waitFor();
  await second.page.goto(page.url());
  assert.equal(await second.page.getByText('Chữ vẫn là chữ mẫu').count(), 0);
  await second.page.getByRole('button', { name: 'Xác nhận và phát ngay' }).click();
  await second.page.locator('.sb', { hasText: 'Đang hiện' }).waitFor();
  const path = items(await addresses(server.url)).find(path => path.includes('mua-rat-lon-o-a-luoi-2'));
  const html = await (await fetch(server.url + path)).text();
  assert.ok(html.includes('rời chỗ thấp sớm') && !html.includes('coi chừng suối và dốc'));
});

test('own words and an own urgency stay whatever the level or hazard, and it is said for what they were written', async () => {
  const { page } = first;
  await page.goto(`${server.url}${DESK}/canh-bao/moi?loai=heavy-rain&cap=1`);
  await mark(page);
  const mild = await said(page, 'summary.vi');
  await page.fill('[name="title.vi"]', 'Mưa to ở thôn A Rí');
  await page.getByLabel('Việc 1 (vi)').fill('Dắt trâu lên rẫy cao');
  await open(page);
  await page.locator('[name=urgency]').selectOption('future');
  const kept = async () => {
    assert.equal(await said(page, 'title.vi'), 'Mưa to ở thôn A Rí');
    assert.equal(await page.getByLabel('Việc 1 (vi)').inputValue(), 'Dắt trâu lên rẫy cao');
    assert.equal(await said(page, 'urgency'), 'future');
  };
  await page.locator('label.lc.l4').click();
  await kept();
  assert.notEqual(await said(page, 'summary.vi'), mild, 'what he left alone follows');
  assert.match(await note(page).innerText(), /vẫn là của Mưa.*, cấp 1 – hãy đọc lại/);
  await check(page, '17-own-words-phone');
  await page.locator('label.lc.l1').click();
  assert.equal(await note(page).count(), 0);
  assert.equal(await said(page, 'summary.vi'), mild);
  // Another hazard, which has no fourth level of its own.
  await page.locator('label.lc.l4').click();
  await page.locator('[name=hazard]').selectOption('fog');
  await until('what he left alone is of fog', async () => /fog/i.test(await said(page, 'title.en')));
  await kept();
  assert.match(await note(page).innerText(), /vẫn là của Mưa.*, cấp 1 – hãy đọc lại/);
  assert.ok(await stayed(page));
  // All of it on request.
  await page.getByRole('button', { name: 'Lấy chữ mẫu' }).click();
  assert.match(await said(page, 'title.vi'), /^Sương mù dày/);
  assert.equal(await said(page, 'urgency'), 'immediate');
  assert.equal(await note(page).count(), 0);
  assert.ok(await stayed(page));
});

test('arrow keys in the list of hazards and in the levels load no page and keep the focus', async () => {
  const { page } = second;
  await page.goto(`${server.url}${DESK}/canh-bao/moi?loai=heavy-rain&cap=2`);
  await mark(page);
  const focused = () => page.evaluate(() => [document.activeElement.name, document.activeElement.value]);
  await page.locator('[name=hazard]').focus();
  await page.keyboard.press('ArrowDown');
  await until('words of the next one', async () => (await said(page, 'title.vi')).startsWith('Lũ trên sông'));
  assert.deepEqual(await focused(), ['hazard', 'flood']);
  // Faster than the words come: those of the last one count.
  for (let i = 0; i < 2; i++) await page.keyboard.press('ArrowDown');
  const [, hazard] = await focused();
  assert.equal(hazard, 'flash-flood');
  await until('words of the last one', async () => (await said(page, 'title.vi')).startsWith('Lũ quét'));
  assert.equal(await page.locator('[name=level]').count(), 5, 'with the levels that it may have');
  await page.locator('[name=level]:checked').focus();
  await page.keyboard.press('ArrowLeft');
  assert.deepEqual(await focused(), ['level', '1']);
  assert.match(await said(page, 'title.vi'), /^Có thể có lũ quét/);
  assert.equal(await said(page, 'certainty'), 'possible');
  assert.ok(await stayed(page));
  // Without a network the hazard stays what its words are of.
  await page.route('**/canh-bao/moi?**', route => route.abort());
  await page.locator('[name=hazard]').selectOption('storm');
  await page.getByText('loại vẫn như cũ').waitFor();
  assert.equal(await said(page, 'hazard'), 'flash-flood');
  assert.match(await said(page, 'title.vi'), /^Có thể có lũ quét/);
  await page.unroute('**/canh-bao/moi?**');
  await page.locator('[name=hazard]').selectOption('storm');
  await until('words of a storm', async () => (await said(page, 'title.vi')).startsWith('Bão'));
  assert.equal(await page.locator('[name=level]:checked').inputValue(), '3', 'the lowest that a storm has');
});

test('what was kept comes back with its level; prepared words bring an end that may be sent, and an urgency of their own', async () => {
  const { page } = first;
  const fresh = (hazard, level) => page.goto(`${server.url}${DESK}/canh-bao/moi?loai=${hazard}&cap=${level}`);
  page.on('dialog', dialog => dialog.accept());
  await fresh('storm', 5);
  await page.fill('[name="title.vi"]', 'Bão lớn vào đêm nay');
  await open(page);
  await page.locator('[name=urgency]').selectOption('expected');
  await until('it is kept', () => page.evaluate(() => Object.keys(localStorage).some(key => localStorage[key].includes('cap') || localStorage[key].includes('level=5'))));
  // A hazard that has no such level; and first without a network: then it is kept on.
  await fresh('tornado', 1);
  await page.route('**/canh-bao/moi?**', route => route.abort());
  await page.getByRole('button', { name: 'Lấy lại' }).click();
  await page.getByText('loại vẫn như cũ').waitFor();
  await until('all is as it was', async () => !(await said(page, 'title.vi')).startsWith('Bão lớn'));
  await page.unroute('**/canh-bao/moi?**');
  await page.getByRole('button', { name: 'Lấy lại' }).click();
  await until('it is back', async () => (await said(page, 'hazard')) === 'storm' && (await page.locator('[name=level]:checked').count()) === 1);
  assert.equal(await page.locator('[name=level]:checked').inputValue(), '5');
  assert.equal(await said(page, 'title.vi'), 'Bão lớn vào đêm nay');
  assert.equal(await said(page, 'urgency'), 'expected', 'what he chose too');
  assert.equal(await page.getByText('cấp 0').count(), 0);
  // Own words that are written anew are of what is chosen now, once that was done to all of them.
  await page.locator('label.lc.l3').click();
  await note(page).waitFor();
  await page.fill('[name="text.vi"]', 'Thêm');
  assert.equal(await note(page).count(), 1);
  await page.fill('[name="title.vi"]', 'Bão vào đêm nay');
  await open(page);
  await page.locator('[name=urgency]').selectOption('future');
  assert.equal(await note(page).count(), 0);
  // An urgency that he chose, and then wanted no more.
  await fresh('heavy-rain', 1);
  await page.locator('summary', { hasText: 'Nguồn, mức gấp' }).click();
  await page.locator('[name=urgency]').selectOption('future');
  await page.locator('label.lc.l4').click();
  assert.equal(await said(page, 'urgency'), 'future');
  await note(page).waitFor();
  await page.locator('[name=urgency]').selectOption('immediate');
  assert.equal(await note(page).count(), 0);
  await page.locator('[name=urgency]').selectOption('future');
  await page.getByRole('button', { name: 'Lấy chữ mẫu' }).click();
  assert.equal(await said(page, 'urgency'), 'immediate');
  await page.locator('label.lc.l1').click();
  assert.equal(await said(page, 'urgency'), 'expected');
  // As long as an alert may hold, and no step more.
  await page.locator('[name=hazard]').selectOption('drought');
  await until('its words', async () => /hạn/i.test(await said(page, 'title.vi')));
  await page.locator('[name=place][value="20044"]').check();
  await page.getByRole('button', { name: 'Gửi người xác nhận' }).click();
  await page.locator('.sb', { hasText: 'Chờ duyệt' }).waitFor();
});

test('who confirms reads that the words are those of a lower level', async () => {
  const { page } = plain;
  await page.goto(`${server.url}${DESK}/canh-bao/moi?loai=heavy-rain&cap=1`);
  await page.locator('[name=place][value="20044"]').check();
  await page.locator('label.lc.l4').click();
  await page.getByRole('button', { name: 'Gửi người xác nhận' }).click();
  await page.locator('.sb', { hasText: 'Chờ duyệt' }).waitFor();
  await second.page.goto(page.url());
  await second.page.locator('.warn', { hasText: 'Chữ vẫn là chữ mẫu của cấp 2' }).waitFor();
  await check(second.page, '18-weaker-words-pc');
});

test('a drill is unmistakable, before it is stored already', async () => {
  const { page } = first;
  await page.goto(`${server.url}${DESK}/canh-bao/moi?loai=storm&cap=5`);
  const striped = () => page.evaluate(() => getComputedStyle(document.body).backgroundImage.startsWith('repeating-linear-gradient'));
  assert.equal(await striped(), false);
  await page.locator('label.pi', { hasText: 'Diễn tập' }).click();
  assert.equal(await striped(), true);
  await page.locator('[name=place][value="20056"]').check();
  await page.getByRole('button', { name: 'Gửi người xác nhận' }).click();
  await page.waitForURL(/\/viec\/\d+/);
  await page.locator('.drw').first().waitFor();
  assert.match(await page.locator('h1').first().innerText(), /^\[DIỄN TẬP\] /);
  await check(page, '14-drill-phone');
  await second.page.goto(page.url());
  assert.equal(await second.page.getByRole('button', { name: 'Xác nhận và phát DIỄN TẬP' }).count(), 1);
  await check(second.page, '15-drill-pc');
  await page.goto(`${server.url}/en${DESK}/canh-bao/moi?loai=storm&cap=5`);
  await check(page, '16-compose-english');
});

test('no violation on any of these pages, nothing beside the screen', () => assert.deepEqual(wrong, []));

test('a page of alerts costs at most 30 KB with style, script and map', async () => {
  const { page } = first;
  const client = await first.context.newCDPSession(page);
  await client.send('Network.enable');
  await client.send('Network.setCacheDisabled', { cacheDisabled: true });
  const sizes = [];
  let bytes = 0;
  client.on('Network.loadingFinished', ({ encodedDataLength }) => { bytes += encodedDataLength; });
  for (const path of ['/canh-bao', '/canh-bao/moi', '/canh-bao/moi?loai=forest-fire&cap=5', '/viec/2']) {
    bytes = 0;
    await page.goto(server.url + DESK + path, { waitUntil: 'networkidle' });
    sizes.push([path, bytes]);
  }
  assert.deepEqual(sizes.filter(([, size]) => size > 30000), [], JSON.stringify(sizes));
});
