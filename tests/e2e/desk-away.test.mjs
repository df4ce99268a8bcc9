// The desk where something stands between an officer and the server: no network when he presses a button, a file or a text that is too large.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { browser, link, phone, serve, until } from './lib.mjs';
import { PASSWORD, firstLink, fresh, invite, join } from './office.mjs';

const DESK = '/ban-lam-viec';
let server, chrome, wire, author, officer;

before(async () => {
  server = await serve();
  wire = await link(server);
  chrome = await browser();
  const admin = await join(await (await chrome.newContext({ bypassCSP: true })).newPage(), firstLink(server), 'quan.tri');
  const come = async (login, role) => {
    const address = await invite(admin.page, server.url, login, role);
    return join(await (await phone(chrome, { bypassCSP: true })).newPage(), address.replace(server.url, wire.url), login);
  };
  author = await come('lan.viet', 'author');
  officer = await come('an.canhbao', 'alert-officer');
});
after(async () => {
  await chrome?.close();
  await wire?.down();
  await server?.kill();
});

const AWAY = 'Mất mạng: đã cất trên máy này, chưa gửi';
const kept = (page, words) => page.evaluate(words => Object.keys(localStorage).some(name => name.startsWith('desk:')
  && JSON.parse(localStorage[name]).fields.includes(new URLSearchParams({ w: words }).toString().slice(2))), words);
/** Every form that is sent as one, by the button that was pressed. */
function posts(page) {
  const all = [];
  page.on('request', request => {
    if (request.method() === 'POST' && request.isNavigationRequest()) all.push(new URLSearchParams(request.postData()));
  });
  return all;
}

test('a button pressed without a network leaves the text where it is, and sends it once when there is one', async () => {
  const { page } = author;
  await page.goto(`${wire.url}${DESK}/viec/moi?loai=bulletin`);
  await page.waitForLoadState('load');
  await page.fill('[name="title.vi"]', 'Cầu treo A Rí sửa xong');
  await page.fill('[name="summary.vi"]', 'Xe máy qua được từ sáng nay.');
  await page.locator('textarea.tt').first().fill('Đi từng xe một.');
  await page.locator('[name=main-topic]').selectOption({ index: 2 });
  await page.fill('[name=source]', 'UBND xã A Lưới 2');
  const sent = posts(page);
  await wire.down();
  const save = page.locator('form#ed .bn button', { hasText: 'Lưu' });
  await save.click();
  await page.getByText(AWAY).waitFor();
  assert.equal(await page.inputValue('[name="title.vi"]'), 'Cầu treo A Rí sửa xong');
  assert.ok(await kept(page, 'Cầu treo A Rí sửa xong'));
  assert.deepEqual(sent, []);
  await wire.up();
  // Twice in a row, as impatient people do.
  await save.dblclick();
  await page.getByText('Đã lưu.').waitFor();
  assert.deepEqual(sent.map(form => form.get('stay')), ['1'], 'once, as the button says');
  await page.waitForLoadState('load');
  await until('the copy here is gone', async () => !(await kept(page, 'Cầu treo')));
  // Said once, and not of what is opened again.
  await page.reload();
  await page.locator('.tb2').first().waitFor();
  assert.equal(await page.getByText('Đã lưu.').count(), 0);

  // The same where it is to be sent in; the browser knows that it is offline.
  await page.locator('textarea.tt').first().fill('Đi từng xe một. Xe tải chưa được qua.');
  await author.context.setOffline(true);
  const submit = page.getByRole('button', { name: 'Gửi duyệt' });
  await submit.click();
  await page.getByText(AWAY).waitFor();
  assert.ok(await kept(page, 'Xe tải chưa được qua.'));
  await author.context.setOffline(false);
  await page.getByText(/Đã lưu lúc .* Chưa gửi/).waitFor({ timeout: 30000 });
  await submit.click();
  await page.locator('.sb', { hasText: 'Chờ duyệt' }).waitFor();
  assert.deepEqual(sent.map(form => form.get('do')), [null, 'submit']);
  assert.match(sent[1].get('text.vi'), /Xe tải/);
});

test('what was sent and never came is offered again; after a stop the text goes on saving itself', async () => {
  const { page, context } = author;
  const form = `${wire.url}${DESK}/viec/moi?loai=guide`;
  const save = () => page.locator('form#ed .bn button', { hasText: 'Lưu' }).click({ noWaitAfter: true });
  await page.goto(form);
  await page.waitForLoadState('load');
  await page.fill('[name="title.vi"]', 'Xin cấp lại thẻ bảo hiểm');
  // The server says that it is there; what is sent then gets lost.
  let lost = 0;
  await page.route('**/viec', (route, request) => {
    if (request.isNavigationRequest()) lost++;
    return route.abort('connectionreset');
  });
  await save();
  await until('the browser says so', () => lost && page.url().startsWith('chrome-error:'));
  await page.unroute('**/viec');
  // His session is over meanwhile; the form that lets him in leads on to another page.
  await context.clearCookies();
  await page.goto(wire.url + DESK);
  await page.fill('[name=login]', 'lan.viet');
  await page.fill('[name=password]', PASSWORD);
  await page.fill('[name=code]', await fresh(author.secret));
  await page.click('button.go');
  await page.locator('.mn').waitFor();
  await page.goto(form);
  await page.getByRole('button', { name: 'Lấy lại' }).click();
  assert.equal(await page.inputValue('[name="title.vi"]'), 'Xin cấp lại thẻ bảo hiểm');

  // Stopped on its way, the text stays on the page and is saved by itself with what came after.
  let held;
  await page.route('**/viec', (route, request) => {
    if (!request.isNavigationRequest()) return route.continue();
    held = route;
  });
  await save();
  await until('it is under way', () => held);
  await (await context.newCDPSession(page)).send('Page.stopLoading');
  await page.fill('[name="title.vi"]', 'Xin cấp lại thẻ bảo hiểm y tế');
  await page.getByText(/Đã lưu lúc/).waitFor({ timeout: 40000 });
  assert.ok(!(await kept(page, 'Xin cấp lại')), 'it stands on the server');
  await page.unroute('**/viec');
});

test('a browser without limits for a request saves as well', async () => {
  const context = await phone(chrome, { bypassCSP: true, storageState: await author.context.storageState() });
  await context.addInitScript(() => { delete AbortSignal.timeout; });
  const page = await context.newPage();
  await page.goto(`${wire.url}${DESK}/viec/moi?loai=guide`);
  await page.waitForLoadState('load');
  await page.fill('[name="title.vi"]', 'Xin giấy xác nhận');
  await page.getByText(/Đã lưu lúc/).waitFor({ timeout: 30000 });
  await page.locator('form#ed .bn button', { hasText: 'Lưu' }).click();
  await page.getByText('Đã lưu.').waitFor();
  await context.close();
});

test('an alert that is sent without a network stays on the page, too', async () => {
  const { page } = officer;
  await page.goto(`${wire.url}${DESK}/canh-bao/moi?loai=flash-flood&cap=3`);
  await page.waitForLoadState('load');
  await page.fill('[name="area.vi"]', 'Nhà ven suối A Rí');
  await wire.down();
  await page.getByRole('button', { name: 'Gửi người xác nhận' }).click();
  await page.getByText(AWAY).waitFor();
  assert.ok(await kept(page, 'Nhà ven suối A Rí'));
  await wire.up();
  await page.getByRole('button', { name: 'Gửi người xác nhận' }).click();
  await page.locator('.sb', { hasText: 'Chờ duyệt' }).waitFor();
});

test('what is decided without a network is not sent, and every form says so where it was pressed', async () => {
  const { page } = officer;
  const told = page.getByText('Mất mạng: chưa gửi');
  const sent = posts(page);
  // An alert that waits is taken back by whoever wrote it.
  const back = page.locator('button[value=take-back]');
  await page.waitForLoadState('load');
  await wire.down();
  await back.click();
  await told.waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.value), 'take-back', 'the next press is at hand');
  assert.equal(await page.locator('.sb', { hasText: 'Chờ duyệt' }).count(), 1, 'the page is still there');
  assert.deepEqual(sent, []);
  await wire.up();
  await back.dblclick();
  await page.locator('.sb', { hasText: 'Bản nháp' }).waitFor();
  assert.deepEqual(sent.map(form => form.get('do')), ['take-back'], 'once');
  assert.equal(await told.count(), 0);

  // Nor is anybody signed out, or asked to drop what he typed, by a press that reaches nobody.
  await page.goto(`${wire.url}${DESK}/toi`);
  await page.evaluate(() => localStorage.setItem(document.querySelector('[data-keep]').dataset.keep + '7', '{"fields":"area.vi=suoi"}'));
  let asked = 0;
  page.on('dialog', dialog => { asked++; dialog.dismiss(); });
  await officer.context.setOffline(true);
  const out = page.locator('form[action$="/ra"] button');
  await out.click();
  await told.waitFor();
  assert.equal(asked, 0);
  assert.ok(await kept(page, 'suoi'));
  await officer.context.setOffline(false);
  await out.click();
  await until('it is asked', () => asked === 1);
  assert.ok(await kept(page, 'suoi'), 'who says no stays, with his text');
});

test('a file that is too large is refused before it is sent, a text that is too long is told about in words', async () => {
  const { page } = author;
  await page.goto(`${server.url}${DESK}/viec/moi?loai=bulletin`);
  await page.waitForLoadState('load');
  await page.fill('[name="title.vi"]', 'Ảnh và bài dài');
  await page.locator('form#ed .bn button', { hasText: 'Lưu' }).click();
  await page.getByText('Đã lưu.').waitFor();
  await page.waitForLoadState('load');
  await page.locator('#bring summary').click();
  const choose = size => page.setInputFiles('#bring [name=file]', { name: 'a.jpg', mimeType: 'image/jpeg', buffer: Buffer.alloc(size, 1) });
  const sent = posts(page);
  await page.fill('#bring [name=words]', 'Cầu treo');
  await choose((20 << 20) + 1);
  await page.locator('#large', { hasText: 'Tệp quá lớn' }).waitFor();
  await page.locator('#bring button:not([type])').click();
  await choose(1000);
  await page.locator('#large').waitFor({ state: 'hidden' });
  assert.deepEqual(sent, [], 'nothing went out');

  await page.locator('textarea.tt').first().fill('Dài lắm. '.repeat(120000));
  await page.locator('form#ed .bn button', { hasText: 'Lưu' }).click();
  await page.getByText('chia thành nhiều bài').waitFor({ timeout: 60000 });
  assert.equal(await page.locator('h1').textContent(), 'Chưa làm được');
  await page.getByRole('link', { name: 'Quay lại' }).click();
  await page.locator('form#ed').waitFor();
});
