// An alert on the phone: over the whole screen once, drills that nobody takes for real, what ended and what is pinned,
// the poster, the text message, and clocks that are wrong.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { addresses, AXE, browser, each, ENDED, find, LETTER, open, phone, RULES, serve, settle, sheet, started, synced, until } from './lib.mjs';

const HERE = '20044';

const alert = (id, title, level, rest = {}) => ({
  id, kind: 'alert', topics: ['phong-chong-thien-tai'], places: [], issued: '-2h', expires: '+8h', source: { name: 'UBND thành phố' },
  lang: 'vi', title, summary: `${title}. Làm theo ba việc dưới đây.`,
  body: [{ steps: ['Lên chỗ cao ngay, đừng chờ nước đến sân', 'Không lội, không chạy xe qua suối', 'Gọi 112 nếu có người bị kẹt'] }, 'Mưa rất to trên đầu nguồn.', { call: '112', label: 'Tìm kiếm, cứu nạn' }],
  facts: [{ area: 'Nhà ven suối ở A Lưới' }, { contingency: 'Nếu đến 18:00 không có tin mới thì ở yên nơi cao qua đêm.' }],
  ...rest, alert: { level, hazard: 'heavy-rain', msg_type: 'alert', ...rest.alert },
});
const ITEMS = [
  alert('bao', 'Mưa rất lớn toàn thành phố', 4),
  alert('nha', 'Lũ quét ở xã mình', 2, { places: [HERE], issued: '-1h', alert: { hazard: 'flash-flood' } }),
  alert('xong', 'Ngập lụt ở xã mình', 3, { places: [HERE], issued: '-9h', expires: '-1h' }),
  alert('nham', 'Rét hại ở xã mình', 1, { places: [HERE], issued: '-5h' }),
  alert('thoi', 'Hủy cảnh báo rét hại', 1, { places: [HERE], issued: '-1h', alert: { msg_type: 'cancel', references: ['nham'] } }),
  alert('xa', 'Sạt lở ở nơi khác', 3, { places: ['20161'], alert: { hazard: 'landslide' } }),
  alert('tap', 'Vỡ đập, sơ tán ngay', 4, { status: 'exercise', issued: '-1h' }),
  { id: 'tin', kind: 'bulletin', topics: ['y-te'], places: [], issued: '-1h', source: { name: 'Trạm y tế' }, lang: 'vi', title: 'Lịch tiêm phòng', summary: 'Sáng thứ Hai.', body: ['Mang theo sổ.'] },
];
let server, chrome;
before(async () => {
  server = await serve({ items: ITEMS });
  chrome = await browser();
});
after(async () => {
  await chrome?.close();
  await server?.kill();
});

const texts = locator => locator.evaluateAll(all => all.map(e => e.innerText.replace(/\s+/g, ' ').trim()));
async function sound(page, name) {
  await page.evaluate(AXE);
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    await page.evaluate(() => Promise.allSettled(document.getAnimations().map(animation => animation.finished)));
    const { violations } = await page.evaluate(rules => window.axe.run(document, rules), RULES);
    assert.deepEqual(violations.map(v => `${name}, ${colorScheme}: ${v.id} ${v.nodes[0].target} ${v.nodes[0].failureSummary}`), []);
  }
  await page.emulateMedia({ colorScheme: null });
}

test('every page of the HTML edition says the worst level in force, and drills never count', async () => {
  const context = await phone(chrome, { serviceWorkers: 'block', bypassCSP: true });
  const page = await context.newPage();
  for (const path of ['/', '/gioi-thieu', '/nhan-canh-bao', '/chu-de/y-te', '/canh-bao', await find(server.url, 'lich-tiem-phong')]) {
    await page.goto(server.url + path);
    assert.deepEqual(await texts(page.locator('.bar .n')), ['cấp 4'], path);
  }
  await page.goto(`${server.url}/canh-bao`);
  const section = name => page.locator('section', { has: page.locator('h2', { hasText: name }) }).first();
  assert.equal(await section('đang có hiệu lực').locator('.al').count(), 3);
  assert.match((await texts(section('Đã kết thúc').locator('.al')))[0], new RegExp(ENDED));
  assert.deepEqual(await texts(section('Đã hủy').locator('h3')), ['Hủy cảnh báo rét hại'], 'an event that was called off is there once');
  const [drill] = await texts(section('Diễn tập').locator('.al.dr'));
  assert.match(drill, /^DIỄN TẬP: không có nguy hiểm thật/);
  assert.match(drill, /\[DIỄN TẬP\] Vỡ đập/);
  await page.locator('summary', { hasText: 'Cảnh báo trước đây' }).click();
  assert.match((await texts(page.locator('details .ls')))[0], /Ngập lụt ở xã mình/);
  await sound(page, 'alerts');
  // The page of a drill has none of the colours of a level.
  await page.goto(server.url + await find(server.url, 'dien-tap-vo-dap'));
  assert.equal(await page.locator('.alh.dr .dm').count(), 1);
  assert.equal(await page.locator('.l1,.l2,.l3,.l4,.l5').count(), 1, 'the bar alone');
  await sound(page, 'drill');
  await context.close();
});

test('the steps of an alert have drawings, and what holds without newer word is said', async () => {
  const context = await phone(chrome, { serviceWorkers: 'block' });
  const page = await context.newPage();
  await page.goto(server.url + await find(server.url, 'mua-rat-lon'));
  assert.deepEqual(await page.locator('.do use').evaluateAll(all => all.map(e => e.getAttribute('href'))), ['/do.svg#up', '/do.svg#water', '/do.svg#call']);
  const drawings = await (await fetch(`${server.url}/do.svg`)).text();
  for (const name of ['up', 'water', 'call']) assert.ok(drawings.includes(`id="${name}"`), name);
  assert.match((await texts(page.locator('.cg')))[0], /Nếu đến 18:00 không có tin mới/);
  await context.close();
});

test('the poster is one A4 sheet with sign, steps, numbers and the way to the newest word', async () => {
  const context = await phone(chrome, { serviceWorkers: 'block', bypassCSP: true });
  const page = await context.newPage();
  for (const slug of ['mua-rat-lon', 'dien-tap-vo-dap', 'ngap-lut', 'huy-canh-bao']) {
    const path = await find(server.url, slug);
    await page.goto(server.url + path);
    await page.locator('a', { hasText: 'Tờ dán A4' }).click();
    await page.waitForURL(`${server.url}/canh-bao/${path.split('-').at(-1)}/to-ro`);
    assert.deepEqual(sheet(await page.pdf(LETTER)), { count: 1, a4: true }, slug);
    const id = path.split('-').at(-1);
    assert.equal(await page.locator('.url').innerText(), `${server.url}/tin/${id}`);
    assert.equal(await page.locator('.qr path').count(), 1);
    assert.equal(await page.locator('.do > li').count(), 3);
    assert.equal(await page.locator('.dm').count(), slug === 'dien-tap-vo-dap' ? 1 : 0);
    assert.equal(await page.locator('.sign.l4').count(), slug === 'mua-rat-lon' ? 1 : 0, 'colours of a level only where it holds');
    if (slug === 'ngap-lut') assert.equal(await page.locator('.over').innerText(), ENDED);
    await sound(page, slug);
  }
  await context.close();
});

test('every alert of the samples, in both languages, fits one sheet', async () => {
  const own = await serve();
  const context = await phone(chrome, { serviceWorkers: 'block' });
  const paths = (await addresses(own.url)).filter(path => /^\/canh-bao\/./.test(path)).flatMap(path => [path, `/en${path}`]);
  const sheets = {};
  await each(context, paths, async (page, path) => {
    await page.goto(`${own.url}${path}/to-ro`, { waitUntil: 'load' });
    sheets[path] = sheet(await page.pdf(LETTER));
  });
  assert.deepEqual(Object.entries(sheets).filter(([, { count, a4 }]) => count !== 1 || !a4), []);
  assert.ok(paths.length >= 20);
  await context.close();
  await own.kill();
});

test('text message of two segments at most, and a script with every number in words', async () => {
  const context = await phone(chrome, { serviceWorkers: 'block', bypassCSP: true });
  const page = await context.newPage();
  const path = await find(server.url, 'mua-rat-lon');
  await page.goto(server.url + path);
  await page.locator('a', { hasText: 'bài đọc loa' }).click();
  await page.waitForURL(`${server.url}/canh-bao/${path.split('-').at(-1)}/loa`);
  const [marks, plain] = await texts(page.locator('.sx'));
  assert.ok(marks.length <= 134 && plain.length <= 306 && /^[\x20-\x7e]*$/.test(plain), `${marks} / ${plain}`);
  assert.ok(marks.startsWith('Mưa rất lớn toàn thành phố. Cấp 4. Đến ') && plain.startsWith('Mua rat lon toan thanh pho. Cap 4. Den '), marks);
  for (const text of [marks, plain]) assert.ok(text.endsWith(`/tin/${path.split('-').at(-1)}`));
  const links = await page.locator('a[data-act=sms]').evaluateAll(all => all.map(e => decodeURIComponent(new URL(e.href).search.slice(6))));
  assert.deepEqual(links, [marks, plain]);
  const script = await page.locator('.bd').innerText();
  assert.match(script, /cấp bốn, rủi ro rất lớn/);
  assert.match(script, /Gọi một một hai nếu có người bị kẹt/);
  assert.equal(script.match(/Lên chỗ cao ngay/g).length, 2);
  assert.ok(!/\d/.test(script.replace(/\(nghỉ \d giây\)/g, '')), script);
  await sound(page, 'words');
  await context.close();
});

test('level 4 takes the whole screen once, with the server closed too; my alerts are pinned', async () => {
  const own = await serve({ items: ITEMS });
  const context = await phone(chrome, { bypassCSP: true });
  const page = await context.newPage();
  await settle(page, own.url);
  await synced(page, ITEMS.length);
  await own.kill();
  await page.goto(own.url);
  const alarm = page.locator('.alarm');
  await alarm.waitFor();
  assert.equal(await alarm.locator('h1').innerText(), 'Mưa rất lớn toàn thành phố', 'the drill of the same level does not');
  assert.equal(await alarm.locator('.do > li').count(), 3);
  assert.equal(await alarm.locator('a[href="tel:112"]').count(), 1);
  assert.match(await alarm.locator('small').allInnerTexts().then(all => all.join(' ')), /UBND thành phố/, 'from whom');
  assert.ok(await page.evaluate(() => document.elementFromPoint(innerWidth / 2, innerHeight - 20).closest('dialog')), 'nothing of the page is in front');
  await sound(page, 'whole screen');
  await alarm.getByRole('button', { name: 'Tôi đã đọc' }).click();
  await alarm.waitFor({ state: 'detached' });
  await page.locator('.home').waitFor();
  await page.reload();
  await started(page);
  assert.equal(await alarm.count(), 0, 'once');
  await open(page, `${own.url}/noi/a-luoi-2`);
  await page.locator('button[data-act=place]').click();
  await page.locator('button[data-act=place][aria-pressed=true]').waitFor();
  await page.locator('.bar a').first().click();
  await page.locator('.home').waitFor();
  const pinned = page.locator('section', { has: page.locator('h2', { hasText: 'Cảnh báo nơi tôi ở' }) });
  await pinned.waitFor();
  const rows = await texts(pinned.locator('.al'));
  assert.deepEqual(rows.map(row => [/Đang có hiệu lực/, /Đã kết thúc, chưa có tin mới/, /Đã hủy/].findIndex(state => state.test(row))), [0, 0, 1, 2], rows.join('\n'));
  assert.equal(await page.locator('main section').first().locator('h2').innerText(), 'Cảnh báo nơi tôi ở');
  assert.deepEqual(await texts(page.locator('.bar .n')), ['cấp 4'], 'of my places');
  await context.close();
});

test('a hazard whose levels end below 4 takes the whole screen where people must act at once', async () => {
  const quick = { hazard: 'flash-flood', urgency: 'immediate' };
  const own = await serve({ items: [alert('lu', 'Lũ quét, lên chỗ cao', 3, { alert: quick }), alert('mua', 'Mưa to', 3), alert('suoi', 'Nước suối lên', 1, { alert: quick })] });
  const context = await phone(chrome);
  const page = await context.newPage();
  await settle(page, own.url);
  await synced(page, 3);
  await own.kill();
  await page.goto(own.url);
  const alarm = page.locator('.alarm');
  await alarm.waitFor();
  assert.equal(await alarm.locator('h1').innerText(), 'Lũ quét, lên chỗ cao');
  await alarm.getByRole('button', { name: 'Tôi đã đọc' }).click();
  await alarm.waitFor({ state: 'detached' });
  await context.close();
});

test('an alert ends, and another takes the whole screen, while the app stands open with no server', async () => {
  const start = Date.now(), at = minutes => new Date(start + minutes * 60e3).toISOString();
  const own = await serve({ items: [alert('het', 'Ngập lụt sắp hết giờ', 2, { expires: at(2) }), alert('den', 'Bão sắp vào', 4, { effective: at(5) })] });
  const context = await phone(chrome);
  const page = await context.newPage();
  await settle(page, own.url);
  await synced(page, 2);
  await own.kill();
  // Who is told to come back in an hour asks nobody meanwhile: nothing but its clock is left that draws the page anew.
  await page.route('**/sync/**', route => route.fulfill({ status: 503, headers: { 'retry-after': '3600' }, body: '' }));
  await page.clock.install({ time: start });
  await open(page, `${own.url}/canh-bao`);
  // It has asked in vain: all that it does after its start has begun.
  await page.locator('#notices', { hasText: 'Máy chủ đang đông.' }).waitFor();
  const row = title => page.locator('main .al', { hasText: title }), alarm = page.locator('.alarm');
  assert.equal(await row('Ngập lụt sắp hết giờ').getAttribute('class'), 'al l2');
  assert.equal(await page.locator('.bar .n').innerText(), 'cấp 2');
  // By its clock alone: nobody comes back to it, and nothing is tapped.
  await page.clock.runFor(200e3);
  await row('Ngập lụt sắp hết giờ').filter({ hasText: ENDED }).waitFor();
  assert.equal(await row('Ngập lụt sắp hết giờ').getAttribute('class'), 'al off');
  assert.match(await row('Bão sắp vào').innerText(), /Chưa tới giờ hiệu lực/);
  assert.equal(await page.locator('.bar .n').count() + await alarm.count(), 0);
  await page.clock.runFor(200e3);
  await alarm.waitFor();
  assert.equal(await alarm.locator('h1').innerText(), 'Bão sắp vào');
  assert.equal(await page.locator('.bar .n').innerText(), 'cấp 4');
  await context.close();
});

test('whoever opens the list of alerts asks whether there is a newer one', async () => {
  const context = await phone(chrome);
  const page = await context.newPage();
  await settle(page, server.url);
  await synced(page, ITEMS.length);
  await open(page, server.url);
  await page.locator('.alarm [data-act=seen]').click();
  // Who asked a moment ago does not ask again.
  await page.clock.setFixedTime(Date.now() + 120e3);
  const asked = page.waitForRequest(request => request.url().endsWith('/sync/head'));
  await page.locator('.bar a[href="/canh-bao"]').click();
  await asked;
  await context.close();
});

test('a clock two years behind hides nothing, and one that is ahead is read as the server\'s once that has answered', async () => {
  const context = await phone(chrome);
  const page = await context.newPage();
  await settle(page, server.url);
  await synced(page, ITEMS.length);
  const years = 2 * 365 * 86400e3;
  await page.clock.setFixedTime(Date.now() - years);
  await open(page, `${server.url}/canh-bao`);
  await page.locator('.alarm [data-act=seen]').click();
  await page.locator('#notices', { hasText: 'Đồng hồ máy chạy chậm' }).waitFor();
  await until('still in force', async () => (await texts(page.locator('.al.l4'))).some(row => row.includes('Mưa rất lớn')));
  // By seven hours where somebody typed the local time under another zone.
  for (const ahead of [years, 7 * 3600e3]) {
    await page.clock.setFixedTime(Date.now() + ahead);
    await open(page, `${server.url}/canh-bao`);
    await until('in force', async () => (await texts(page.locator('.al.l4'))).some(row => row.includes('Mưa rất lớn')));
    assert.equal(await page.locator('#notices', { hasText: 'Đồng hồ' }).count(), 0);
    assert.equal(await page.locator('.bar .n').innerText(), 'cấp 4');
  }
  await context.close();
});
