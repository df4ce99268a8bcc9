// The desk in a real browser: an author on a phone whose network comes and goes, an approver on a PC, a reader far away.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, test } from 'node:test';
import { addresses, browser, furnished, items, link, open, phone, rows, serve, until, visited } from './lib.mjs';
import { PASSWORD, faults, firstLink, fresh, invite, join } from './office.mjs';

const PC = { viewport: { width: 1280, height: 900 }, locale: 'vi-VN', timezoneId: 'Asia/Ho_Chi_Minh', bypassCSP: true };
let server, chrome, admin, author, approver, wire;

before(async () => {
  server = await serve();
  wire = await link(server);
  chrome = await browser();
});
after(async () => {
  await chrome?.close();
  await wire?.down();
  await server?.kill();
});

async function invited(login, role, base = server.url) {
  const { page } = admin;
  const address = await invite(page, server.url, login, role);
  // Also on paper.
  await page.waitForLoadState('load');
  assert.equal(await page.getByRole('img', { name: 'Mã QR của lời mời' }).count(), 1);
  return address.replace(server.url, base);
}

/** The work of this title, as its page. */
async function work(page, title, base = server.url) {
  await page.goto(`${base}/ban-lam-viec/viec?q=${encodeURIComponent(title)}`);
  await page.locator('.ls a').first().click();
  await page.locator('h1').first().waitFor();
}

test('the first administrator comes in by the link that the server prints, and invites two', async () => {
  admin = await join(await (await chrome.newContext(PC)).newPage(), firstLink(server), 'quan.tri');
  approver = await join(await (await chrome.newContext(PC)).newPage(), await invited('huy.duyet', 'approver'), 'huy.duyet');
  const context = await phone(chrome, { bypassCSP: true });
  author = await join(await context.newPage(), await invited('lan.viet', 'author', wire.url), 'lan.viet');
  // Signing out and in again, with the next code.
  const { page, secret } = approver;
  await page.goto(`${server.url}/ban-lam-viec/toi`);
  await page.click('form[action$="/ra"] button');
  await page.getByLabel('Tên đăng nhập').fill('huy.duyet');
  await page.getByLabel('Mật khẩu').fill(PASSWORD);
  await page.getByLabel('Mã xác thực').fill(await fresh(secret));
  await page.click('button.go');
  await page.getByText('Chào Người huy.duyet').waitFor();
});

test('a bulletin is written on a phone whose network is cut, and nothing typed is lost', async () => {
  const { page } = author;
  await page.goto(`${wire.url}/ban-lam-viec`);
  await page.getByText('Viết bản tin').click();
  await page.getByLabel('Tiêu đề').first().fill('Đường lên thôn A Rí bị sạt');
  await page.getByLabel('Tóm tắt').first().fill('Xe máy đi vòng qua cầu treo đến hết tuần.');
  await page.locator('textarea.tt').first().fill('Sạt ở km 3 từ sáng nay.\n\n## Bà con cần làm gì\n\n- Đi vòng qua cầu treo\n- Không lội qua chỗ sạt');
  await page.getByLabel('Chủ đề chính').selectOption({ index: 2 });
  await page.getByLabel('Cơ quan ban hành').fill('UBND xã A Lưới 2');
  await page.getByRole('button', { name: 'Lưu' }).click();
  await page.getByText('Đã lưu.').waitFor();
  // With its script, which would not come any more.
  await page.waitForLoadState('load');

  // Away: kept on this phone. Back: saved by itself.
  const area = page.locator('textarea.tt').first();
  await wire.down();
  await area.press('End');
  await area.pressSequentially(' Ai cần giúp gọi trưởng thôn.');
  await page.getByText('Mất mạng: đã cất trên máy này').waitFor({ timeout: 30000 });
  await wire.up();
  await page.evaluate(() => dispatchEvent(new Event('online')));
  await page.getByText(/Đã lưu lúc/).waitFor({ timeout: 30000 });

  // The browser dies while the network is away: the text is offered again.
  await wire.down();
  await area.pressSequentially(' Thêm một câu.');
  await until('all of it is kept here', () => page.evaluate(() => Object.keys(localStorage).some(key => localStorage[key].includes(encodeURIComponent('Thêm một câu.').replace(/%20/g, '+')))));
  const address = page.url();
  await page.close({ runBeforeUnload: false });
  await wire.up();
  author.page = await author.context.newPage();
  await author.page.goto(address);
  await author.page.getByRole('button', { name: 'Lấy lại' }).click();
  assert.match(await author.page.locator('textarea.tt').first().inputValue(), /Thêm một câu/);
  await author.page.getByText(/Đã lưu lúc/).waitFor({ timeout: 30000 });
  // Beside it stands the page as a phone shows it, in its frame.
  const framed = author.page.frameLocator('iframe.ph');
  await framed.getByText('Thêm một câu').waitFor();
  await framed.getByRole('heading', { name: 'Đường lên thôn A Rí bị sạt' }).waitFor();
});

/** Pastes what a program put on the clipboard, over what is chosen of a field. */
const paste = (area, html, plain) => area.evaluate((area, [html, plain]) => {
  const data = new DataTransfer();
  data.setData('text/html', html);
  data.setData('text/plain', plain);
  area.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
}, [html, plain]);
const choose = (area, from, to = from) => area.evaluate((area, [from, to]) => {
  area.focus();
  area.setSelectionRange(from, to);
}, [from, to]);

test('what is pasted from a word processor becomes marks', async () => {
  const area = author.page.locator('textarea.tt').first();
  // As Word puts it there.
  const word = fs.readFileSync(new URL('../../server/src/import/html/samples/word.html', import.meta.url), 'utf8');
  await choose(area, (await area.inputValue()).length);
  await paste(area, word, 'Lịch tiêm sởi');
  await until('it was cleaned', async () => /- Sổ tiêm\n- Thẻ \*\*bảo hiểm\*\*\n- bản gốc\n\n1\. Đến trước 9 giờ\n2\. Chờ 30 phút\n\n\| Thôn \| Ngày \|/.test(await area.inputValue()));
});

test('over a slow line it stands there at once, and becomes marks where it stands', async () => {
  const page = await author.context.newPage();
  await page.goto(`${server.url}/ban-lam-viec/viec/moi?loai=bulletin`);
  const area = page.locator('textarea.tt').first();
  const held = [];
  await page.route('**/dan', route => { held.push(route); });
  const slowly = async (words, at) => {
    const before = held.length;
    await choose(area, at);
    await paste(area, `<p>${words} <b>sổ tiêm</b></p>`, `${words} sổ tiêm`);
    await until('it is under way', () => held.length > before);
    return held[before];
  };
  await area.fill('Trước. Sau.');
  const first = await slowly('Mang', 7);
  assert.equal(await area.inputValue(), 'Trước. Mang sổ tiêmSau.', 'at once, where the caret is');
  // He goes on, before it and behind it, and the caret stays with him.
  await choose(area, 0);
  await page.keyboard.type('Bà con. ');
  await choose(area, (await area.inputValue()).length);
  await page.keyboard.type(' Xin cảm ơn');
  await first.continue();
  await until('its marks came', async () => (await area.inputValue()) === 'Bà con. Trước. Mang **sổ tiêm**Sau. Xin cảm ơn');
  await page.keyboard.type('.');
  assert.match(await area.inputValue(), /Xin cảm ơn\.$/);

  // What he changed meanwhile is his; what never comes leaves it plain.
  await area.fill('');
  const second = await slowly('Giữ', 0);
  await choose(area, 4);
  await page.keyboard.type('kỹ ');
  const answered = page.waitForResponse('**/dan');
  await second.continue();
  await (await answered).finished();
  const failed = page.waitForEvent('requestfailed', request => request.url().endsWith('/dan'));
  const third = await slowly('Cất', 0);
  await third.abort();
  await failed;
  const given = page.waitForEvent('requestfailed', { predicate: request => request.url().endsWith('/dan'), timeout: 30000 });
  await slowly('Đem', 0);
  await given;
  const last = await slowly('Gửi', 0);
  await last.continue();
  await until('marks of the last one', async () => (await area.inputValue()).startsWith('Gửi **sổ tiêm**'));
  assert.equal(await area.inputValue(), 'Gửi **sổ tiêm**Đem sổ tiêmCất sổ tiêmGiữ kỹ sổ tiêm');
  await page.close({ runBeforeUnload: false });
});

test('a mark of words stands close around them, on each line by itself', async () => {
  const page = await author.context.newPage();
  await page.goto(`${server.url}/ban-lam-viec/viec/moi?loai=bulletin`);
  const area = page.locator('textarea.tt').first();
  const bold = page.locator('.tb2').first().getByRole('button', { name: 'Chữ đậm' });
  for (const [before, [from, to], after] of [
    ['Mang sổ tiêm đi', [5, 13], 'Mang **sổ tiêm** đi'],
    ['Một\nhai \n\nba', [0, 13], '**Một**\n**hai** \n\n**ba**'],
    ['- sổ tiêm\n2. thẻ\n[gọi 115] Cấp cứu\n| a | b |', [0, 44], '- **sổ tiêm**\n2. **thẻ**\n[gọi 115] **Cấp cứu**\n| a | b |'],
    ['Một \n hai', [3, 6], 'Một \n hai'],
  ]) {
    await area.fill(before);
    await choose(area, from, to);
    await bold.click();
    assert.equal(await area.inputValue(), after);
  }
  // With nothing chosen, between them.
  await area.fill('');
  await bold.click();
  await page.keyboard.type('Gấp');
  assert.equal(await area.inputValue(), '**Gấp**');
  await page.close({ runBeforeUnload: false });
});

test('marks are one tap away, a quotation and a table among them', async () => {
  const { page } = author;
  const area = page.locator('textarea.tt').first();
  const before = await area.inputValue();
  await area.evaluate(area => area.setSelectionRange(area.value.length, area.value.length));
  const bar = page.locator('.tb2').first();
  await bar.getByRole('button', { name: 'Trích lời' }).click();
  await page.keyboard.type('Nước lên nhanh.');
  await bar.getByRole('button', { name: 'Bảng' }).click();
  await page.keyboard.type('Thôn 1');
  assert.equal(await area.inputValue(), `${before}\n> Nước lên nhanh.\n| Cột 1 | Cột 2 |\n| Thôn 1 |  |`);
  // Saved with them first: what follows is a change, and saved anew.
  await page.getByText(/Đã lưu lúc/).waitFor({ timeout: 30000 });
  await area.fill(before);
  await page.getByText('Đang gõ…').waitFor();
  await page.getByText(/Đã lưu lúc/).waitFor({ timeout: 30000 });
  // Taken back before it is sent: nothing is left to save, and nothing to offer at the next visit.
  await area.fill(`${before}x`);
  await area.fill(before);
  await until('nothing is left to save', async () => (await page.getByText('Đang gõ…').count()) === 0
    && page.evaluate(() => !Object.keys(localStorage).some(name => name.startsWith('desk:'))));
});

test('sent in, approved on a PC, it reaches a reader; corrected and withdrawn, it leaves him', async () => {
  const reader = await furnished(chrome, server.url);
  const held = items(await addresses(server.url)).length;
  await author.page.getByRole('button', { name: 'Gửi duyệt' }).click();
  await author.page.getByText('Chờ duyệt').waitFor();
  const { page } = approver;
  await page.goto(`${server.url}/ban-lam-viec`);
  await page.getByRole('link', { name: 'Đường lên thôn A Rí bị sạt' }).last().click();
  await page.getByRole('button', { name: 'Duyệt và đăng ngay' }).first().waitFor();
  await page.waitForLoadState('load');
  assert.equal(await page.getByRole('button', { name: 'Duyệt và đăng ngay' }).count(), 1);
  const [answer] = await Promise.all([
    page.waitForResponse(response => response.request().method() === 'POST'),
    page.getByRole('button', { name: 'Duyệt và đăng ngay' }).click(),
  ]);
  assert.equal(answer.status(), 303);
  // At once: readers have it when the approver gets his answer.
  assert.equal(items(await addresses(server.url)).length, held + 1);
  await page.locator('.sb', { hasText: 'Đang hiện' }).waitFor();
  await visited('the phone has it', () => reader.page.reload(), async () => (await rows(reader.page, 'bantin-cache-1', 'cards')).length === held + 1);
  const path = items(await addresses(server.url)).find(path => path.includes('duong-len-thon-a-ri'));
  await open(reader.page, server.url + path);
  await reader.page.getByText('Không lội qua chỗ sạt').waitFor();

  // The author mends it; readers keep the first text until somebody else has approved the second.
  await work(author.page, 'sạt', wire.url);
  await author.page.getByRole('button', { name: 'Sửa tin đang hiện' }).click();
  await author.page.getByLabel('Lần này sửa gì').fill('đường đã thông');
  await author.page.getByLabel('Tiêu đề').first().fill('Đường lên thôn A Rí đã thông');
  await author.page.getByRole('button', { name: 'Gửi duyệt' }).click();
  await author.page.locator('.sb', { hasText: 'Chờ duyệt' }).waitFor();
  await work(page, 'thông');
  await page.getByRole('link', { name: 'Lịch sử' }).click();
  assert.match(await page.locator('.df').first().innerText(), /thông/);
  await work(page, 'thông');
  await page.getByRole('button', { name: 'Duyệt và đăng ngay' }).click();
  await page.locator('.sb', { hasText: 'Đang hiện' }).waitFor();
  await visited('the phone has the correction', () => open(reader.page, server.url + path), async () => (await reader.page.locator('article').innerText()).includes('đường đã thông'));

  await page.locator('summary', { hasText: 'Rút tin' }).click();
  await page.getByLabel('Vì sao rút').fill('Tin nhầm thôn');
  await page.getByRole('button', { name: 'Rút tin' }).click();
  await page.locator('.sb', { hasText: 'Đã rút' }).waitFor();
  await visited('it left the phone', () => reader.page.goto(server.url), async () => (await rows(reader.page, 'bantin-cache-1', 'cards')).length === held);
  await open(reader.page, server.url + path);
  await reader.page.getByText('Tin nhầm thôn').waitFor();
  await reader.context.close();
});

test('what was saved is not offered again', async () => {
  let { page } = author;
  await page.goto(`${wire.url}/ban-lam-viec/viec/moi?loai=guide`);
  await page.fill('[name="title.vi"]', 'Làm lại giấy khai sinh');
  await page.locator('form#ed .bn button').first().click();
  await page.getByText('Đã lưu.').waitFor();
  // By the script of the page that says so.
  await until('the copy here is gone', () => page.evaluate(() => !Object.keys(localStorage).some(name => name.startsWith('desk:'))));
  // Typed and not sent: offered to whoever comes back, also to the form of a new one.
  await page.goto(`${wire.url}/ban-lam-viec/viec/moi?loai=guide`);
  await page.fill('[name="title.vi"]', 'Chưa kịp lưu');
  await page.close({ runBeforeUnload: false });
  page = author.page = await author.context.newPage();
  await page.goto(`${wire.url}/ban-lam-viec/viec/moi?loai=guide`);
  await page.getByRole('button', { name: 'Lấy lại' }).click();
  assert.equal(await page.inputValue('[name="title.vi"]'), 'Chưa kịp lưu');
  await page.evaluate(() => localStorage.clear());
});

test('a new text saves itself from the first pause on, once, and shows itself beside', async () => {
  const page = author.page;
  const count = async () => {
    const list = await author.context.newPage();
    await list.goto(`${wire.url}/ban-lam-viec/viec?q=${encodeURIComponent('Lịch phun thuốc')}`);
    const found = await list.locator('.ls li').count();
    await list.close();
    return found;
  };
  await page.goto(`${wire.url}/ban-lam-viec/viec/moi?loai=bulletin`);
  // The server takes the first one, and its answer is lost on the way.
  let lost = 0;
  await page.route('**/ban-lam-viec/viec', async route => {
    if (lost++) return route.continue();
    await route.fetch();
    await route.abort();
  });
  await page.fill('[name="title.vi"]', 'Lịch phun thuốc muỗi');
  await page.getByText('Mất mạng: đã cất trên máy này').waitFor({ timeout: 30000 });
  assert.equal(await count(), 1);
  await page.fill('[name="summary.vi"]', 'Thứ Hai phun ở thôn A Rí.');
  await page.getByText(/Đã lưu lúc/).waitFor({ timeout: 30000 });
  await until('it has the address of its work', () => /\/viec\/\d+\?sua=1$/.test(page.url()));
  await page.frameLocator('iframe.ph').getByText('Thứ Hai phun ở thôn A Rí.').waitFor({ timeout: 30000 });
  assert.equal(await count(), 1, 'sent twice, begun once');
  await page.unroute('**/ban-lam-viec/viec');
  // From then on it is a text like any other.
  await page.locator('form#ed .bn button').first().click();
  await page.getByText('Đã lưu.').waitFor();
  assert.equal(await page.inputValue('[name="summary.vi"]'), 'Thứ Hai phun ở thôn A Rí.');
  // By the script of the page that says so.
  await until('the copy here is gone', () => page.evaluate(() => !Object.keys(localStorage).some(name => name.startsWith('desk:'))));
});

test('Back after the first save leads to the work, and to no second one of the same text', async () => {
  const page = author.page = await author.context.newPage();
  const count = async title => {
    const list = await author.context.newPage();
    await list.goto(`${wire.url}/ban-lam-viec/viec?q=${encodeURIComponent(title)}`);
    const found = await list.locator('.ls li').count();
    await list.close();
    return found;
  };
  const save = async title => {
    await page.fill('[name="title.vi"]', title);
    await page.locator('form#ed .bn button').first().click();
    await page.getByText('Đã lưu.').waitFor();
    await until('the script has said so', () => page.url().endsWith('?sua=1'));
  };
  for (const known of [true, false]) {
    const title = known ? 'Chợ phiên thứ Bảy' : 'Chợ đêm Chủ nhật';
    await page.goto(`${wire.url}/ban-lam-viec`);
    await page.getByText('Viết bản tin').click();
    await page.waitForURL('**/viec/moi**');
    await page.locator('.tb2').first().waitFor();
    await save(title);
    const address = page.url();
    // As where the tab was closed and its history is opened again.
    if (!known) await page.evaluate(() => sessionStorage.clear());
    await page.evaluate(() => {
      window.here = true;
      history.back();
    });
    await until('another page came', async () => (await page.evaluate(() => !window.here && document.readyState === 'complete'))
      && (known ? page.url() === address : page.url().includes('/viec/moi')));
    await page.locator('.tb2').first().waitFor();
    assert.equal(await page.locator(known ? '[name=version]' : '[name=once]').count(), 1);
    await save(`${title} lúc 6 giờ`);
    assert.equal(page.url(), address);
    assert.equal(await count(title), 1);
  }
});

test('how sending stands is in sight beside the buttons, narrow and wide, light and dark', async () => {
  const { page, context } = author;
  await page.goto(`${wire.url}/ban-lam-viec/viec/moi?loai=bulletin`);
  await page.fill('[name="title.vi"]', 'Lịch họp thôn');
  const status = page.locator('.bn > #saved[role=status]');
  const wrong = [];
  await context.setOffline(true);
  for (const viewport of [{ width: 360, height: 740 }, { width: 1280, height: 720 }]) {
    await page.setViewportSize(viewport);
    await page.evaluate(() => {
      document.getElementById('saved').textContent = '';
      scrollTo(0, 0);
    });
    await page.locator('form#ed .bn button').first().click();
    await status.getByText('Mất mạng: đã cất trên máy này, chưa gửi').waitFor();
    // All of its lines, and nothing lies over them.
    const seen = await status.evaluate(status => {
      const { left, right, top, bottom } = status.getBoundingClientRect();
      return top >= 0 && bottom <= innerHeight && [top + 2, bottom - 2].every(y => document.elementFromPoint((left + right) / 2, y) === status);
    });
    assert.ok(seen, `${viewport.width} px`);
    wrong.push(...await faults(page, `status at ${viewport.width}`));
  }
  assert.deepEqual(wrong, []);
  await page.setViewportSize({ width: 360, height: 740 });
  await context.setOffline(false);
  await page.locator('form#ed .bn button').first().click();
  await page.getByText('Đã lưu.').waitFor();
});

test('why a text was not sent has the focus', async () => {
  const { page } = author;
  await page.goto(`${wire.url}/ban-lam-viec/viec/moi?loai=bulletin`);
  await page.fill('[name="title.vi"]', 'Chưa xong');
  await page.locator('form#ed .bn button').first().click();
  await page.getByText('Đã lưu.').waitFor();
  await page.waitForLoadState('load');
  await page.getByRole('button', { name: 'Gửi duyệt' }).click();
  const told = page.locator('main .warn[role=alert]:not([hidden])');
  await told.waitFor();
  await until('it has the focus', () => told.evaluate(told => document.activeElement === told));
});

test('what one person left on a device is not offered to the next', async () => {
  const context = await phone(chrome, { bypassCSP: true });
  const first = await join(await context.newPage(), await invited('ba.viet', 'author'), 'ba.viet');
  const write = `${server.url}/ban-lam-viec/viec/moi?loai=event`;
  await first.page.goto(write);
  await first.page.fill('[name="title.vi"]', 'Chỉ của tôi');
  await first.page.close({ runBeforeUnload: false });
  const mine = await context.cookies();
  // The session ends; somebody else signs in.
  await context.clearCookies();
  const second = await join(await context.newPage(), await invited('tu.viet', 'author'), 'tu.viet');
  await second.page.goto(write);
  await second.page.locator('.tb2').first().waitFor();
  assert.equal(await second.page.getByRole('button', { name: 'Lấy lại' }).count(), 0);
  await second.page.fill('[name="title.vi"]', 'Của người sau');
  await second.page.goto(`${server.url}/ban-lam-viec/toi`);
  second.page.on('dialog', dialog => dialog.accept());
  await second.page.click('form[action$="/ra"] button');
  await second.page.getByLabel('Tên đăng nhập').waitFor();
  const kept = await second.page.evaluate(() => Object.keys(localStorage).filter(name => name.startsWith('desk:'))
    .map(name => new URLSearchParams(JSON.parse(localStorage[name]).fields).get('title.vi')));
  assert.deepEqual(kept, ['Chỉ của tôi'], 'signing out drops one’s own, and nobody else’s');
  // Whose it is finds it again.
  await context.addCookies(mine);
  await second.page.goto(write);
  await second.page.getByRole('button', { name: 'Lấy lại' }).click();
  assert.equal(await second.page.inputValue('[name="title.vi"]'), 'Chỉ của tôi');
  await context.close();
});

test('every page of the desk, narrow and wide, light and dark: no violation, nothing beside the screen', async () => {
  const wrong = [];
  const visit = async (page, base, path) => {
    await page.goto(base + path);
    wrong.push(...(await faults(page, path)));
  };
  const desk = '/ban-lam-viec';
  const first = `${desk}/viec/1`;
  for (const path of [desk, `${desk}/viec`, `${desk}/viec?q=khongco`, `${desk}/viec?loc=lau-chua-xem`, `${desk}/viec?loc=ban-nhap`, `${desk}/viec/moi?loai=bulletin`, `${desk}/viec/moi?loai=guide`, `${desk}/viec/moi?loai=event`, first, `${first}/lich-su`, `${first}/xem`, `${desk}/nguon`, `${desk}/toi`, `${desk}/khong-co`, `/en${desk}`, `/en${desk}/viec/moi?loai=guide`]) await visit(author.page, wire.url, path);
  for (const path of [desk, first, `${desk}/toi`]) await visit(approver.page, server.url, path);
  for (const path of [`${desk}/nguoi`, `${desk}/nhat-ky`, `${desk}/hang-doi`]) await visit(admin.page, server.url, path);
  const nobody = await (await phone(chrome, { bypassCSP: true })).newPage();
  const invitation = new URL(firstLink(server)).pathname;
  for (const address of [desk, invitation, `${invitation}?khoa=1`, `${desk}/moi/khong`]) await visit(nobody, server.url, address);
  assert.deepEqual(wrong, []);
});

test('a page of the desk costs at most 30 KB, and readers pay nothing for it', async () => {
  const sizes = [];
  const { page } = author;
  const client = await author.context.newCDPSession(page);
  await client.send('Network.enable');
  let bytes = 0;
  client.on('Network.loadingFinished', ({ encodedDataLength }) => { bytes += encodedDataLength; });
  await client.send('Network.setCacheDisabled', { cacheDisabled: true });
  for (const path of ['/ban-lam-viec', '/ban-lam-viec/viec/moi?loai=guide', '/ban-lam-viec/viec/1']) {
    bytes = 0;
    await page.goto(wire.url + path, { waitUntil: 'networkidle' });
    sizes.push([path, bytes]);
  }
  assert.deepEqual(sizes.filter(([, size]) => size > 30000), [], 'whole pages with style and script');
  const { files } = await (await fetch(`${server.url}/release.json`)).json();
  assert.deepEqual(files.filter(({ url }) => url.includes('ban-lam-viec')), []);
});
