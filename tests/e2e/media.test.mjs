// Pictures and recordings at the desk: brought on a narrow phone, put into a text, approved on a PC, seen and heard by a reader.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { addresses, booted, browser, items, open, phone, serve, settle, sleep, temp, until } from './lib.mjs';
import { faults, firstLink, invite, join } from './office.mjs';

const PC = { viewport: { width: 1280, height: 900 }, locale: 'vi-VN', timezoneId: 'Asia/Ho_Chi_Minh', bypassCSP: true };
const DESK = '/ban-lam-viec';
/** Where pictures go that a person looks at. */
const shots = process.env.BANTIN_SHOTS || temp('shots');
const wrong = [];
let server, chrome, admin, author, approver, work, picture, recording;

before(async () => {
  server = await serve();
  // A microphone that beeps, which nobody has to allow.
  chrome = await browser(['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream']);
});
after(async () => {
  await chrome?.close();
  await server?.kill();
});

const shoot = (page, name) => page.screenshot({ path: `${shots}/${name}.png`, fullPage: true });
const judge = async (page, name) => wrong.push(...await faults(page, name));

/** A photo of twelve million pixels whose camera lay on its side and noted where it was. */
function photo() {
  const drawn = spawnSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'mandelbrot=size=4032x3024:end_pts=1:start_scale=1.5', '-frames:v', '1', '-pix_fmt', 'yuvj420p', '-q:v', '4', '-f', 'mjpeg', '-'], { maxBuffer: 32 << 20 });
  assert.equal(drawn.status, 0, String(drawn.stderr));
  const notes = Buffer.concat([Buffer.from('Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0', 'latin1'), Buffer.from('GPS 16.2N 107.2E')]);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(notes.length + 2);
  return Buffer.concat([drawn.stdout.subarray(0, 2), Buffer.from([0xff, 0xe1]), length, notes, drawn.stdout.subarray(2)]);
}

const invited = (login, role) => invite(admin.page, server.url, login, role);

/** Fills in the form beside the editor and sends it. */
async function bring(page, words, more = async () => {}) {
  const form = page.locator('#bring form');
  await form.getByLabel('Ảnh có gì').fill(words);
  await more(form);
  await form.getByRole('button', { name: 'Tải lên' }).click();
  await page.waitForURL(/sua=1/);
}

/** Writes down in the page each value of the bar of what is being encoded: whoever looks from outside may come too late. */
const follow = context => context.addInitScript(() => {
  const seen = window.__bar = [];
  new MutationObserver(() => {
    const value = document.querySelector('#tep progress')?.value;
    if (value !== undefined && seen.at(-1) !== value) seen.push(value);
  }).observe(document, { childList: true, subtree: true, attributes: true });
});
const bar = page => page.evaluate(() => window.__bar);
/** Until what is being encoded stands there. */
const encoded = what => until('it is encoded', () => what.count(), 240000);

test('an author on a narrow phone brings a photo, watches it being prepared and puts it where the cursor is', async () => {
  admin = await join(await (await chrome.newContext(PC)).newPage(), firstLink(server), 'quan.tri');
  await judge(admin.page, 'recovery codes');
  approver = await join(await (await chrome.newContext(PC)).newPage(), await invited('huy.duyet', 'approver'), 'huy.duyet');
  await judge(admin.page, 'an invitation just made');
  author = await join(await (await phone(chrome, { bypassCSP: true })).newPage(), await invited('lan.viet', 'author'), 'lan.viet');
  await judge(author.page, 'recovery codes on a phone');
  const { page } = author;
  await follow(author.context);
  await page.goto(`${server.url}${DESK}/viec/moi?loai=bulletin`);
  await page.getByLabel('Tiêu đề').first().fill('Cầu treo A Rí đã sửa xong');
  await page.getByLabel('Tóm tắt').first().fill('Bà con đi lại được từ sáng nay.');
  await page.locator('textarea.tt').first().fill('Cầu đã thay ván.\n\nXe máy đi từng chiếc một.');
  await page.getByLabel('Chủ đề chính').selectOption({ index: 2 });
  await page.getByLabel('Cơ quan ban hành').fill('UBND xã A Lưới 2');
  await page.getByRole('button', { name: 'Lưu' }).click();
  await page.getByText('Đã lưu.').waitFor();
  work = new URL(page.url()).pathname;

  await page.locator('#bring summary').click();
  await page.locator('#bring [name=file]').setInputFiles({ name: 'IMG_0001.JPG', mimeType: 'image/jpeg', buffer: photo() });
  await shoot(page, 'bring');
  await bring(page, 'Cầu treo A Rí nhìn từ bờ suối');
  const made = page.locator('#tep img[alt="Cầu treo A Rí nhìn từ bờ suối"]');
  await until('the bar moves', async () => (await bar(page)).length >= 2 || (await made.count()), 240000);
  await shoot(page, 'preparing');
  await judge(page, 'editor with a file under way');
  await encoded(made);
  const seen = await bar(page);
  assert.ok(seen.length >= 2 && seen.at(-1) > seen[0], `the bar moves: ${seen}`);

  // Between the two paragraphs.
  const area = page.locator('textarea.tt').first();
  await area.evaluate(area => {
    area.focus();
    const at = area.value.indexOf('\n\n');
    area.setSelectionRange(at, at);
  });
  await page.locator('#tep [data-insert]').click();
  const text = await area.inputValue();
  [, picture] = /\[ảnh (\w+\.avif)\] Cầu treo A Rí nhìn từ bờ suối/.exec(text) || [];
  assert.ok(picture && text.indexOf('thay ván') < text.indexOf(picture) && text.indexOf(picture) < text.indexOf('Xe máy'), text);
  await page.getByText(/Đã lưu lúc/).waitFor({ timeout: 30000 });
});

test('a voice is recorded in the page; without a name and consent it is not taken', async () => {
  const { page } = author;
  await page.locator('#bring summary').click();
  const record = page.locator('[data-do=record]');
  await record.click();
  await page.getByRole('button', { name: 'Dừng ghi' }).waitFor();
  await sleep(3500);
  await page.getByRole('button', { name: 'Dừng ghi' }).click();
  await until('the recording is in the form', () => page.locator('#bring [name=file]').evaluate(input => /^Ghi âm (\d+) s$/.exec(input.files[0]?.name)?.[1] >= 3 && input.files[0].size > 5000));
  await page.locator('#bring form').evaluate(form => form.scrollIntoView());
  await page.screenshot({ path: `${shots}/recorded.png` });
  await bring(page, 'Trưởng thôn nói về cầu', async form => {
    await form.getByLabel('Ai nói').fill('Ông Hồ Văn Rin');
    await form.getByLabel('đồng ý').check();
  });
  const sound = page.locator('#tep audio');
  await encoded(sound);
  assert.match(await page.locator('#tep').innerText(), /Ông Hồ Văn Rin/);
  [, recording] = /media\/(\w+\.ogg)/.exec(await sound.getAttribute('src'));
  await page.locator('#tep select').selectOption(recording);
  await page.getByRole('button', { name: 'Lưu' }).first().click();
  await page.getByText('Đã lưu.').waitFor();

  // Another one, by a form that lacks what the law asks for; what is missing the script of the page says.
  await page.waitForLoadState('load');
  await page.locator('#bring summary').click();
  await page.locator('#bring [name=file]').setInputFiles({ name: 'a.ogg', mimeType: 'audio/ogg', buffer: Buffer.from('OggS nobody') });
  await page.locator('#bring form').getByLabel('Ảnh có gì').fill('Ai đó');
  await page.locator('#bring form').getByRole('button', { name: 'Tải lên' }).click();
  assert.deepEqual(await page.locator('#bring form :invalid').evaluateAll(all => all.map(field => field.name)), ['speaker', 'consent'], 'asked for before it is sent');
  // A browser that does not ask is answered by the server.
  await page.locator('#bring form').evaluate(form => { form.noValidate = true; });
  await page.locator('#bring form').getByRole('button', { name: 'Tải lên' }).click();
  await page.getByText('họ đã đồng ý').waitFor();
  await page.goBack();
});

test('the preview shows both as a phone will, light and dark', async () => {
  const { page } = author;
  await page.goto(server.url + work + '?sua=1');
  const frame = page.frameLocator('iframe.ph');
  await page.locator('iframe.ph').scrollIntoViewIfNeeded();
  const paper = () => frame.locator(':root').evaluate(root => getComputedStyle(root).backgroundColor.match(/\d+/g).slice(0, 3).reduce((a, b) => a + +b, 0));
  for (const [name, dark] of [['light', false], ['dark', true]]) {
    await until(`${name} paper`, async () => ((await paper()) < 200) === dark);
    await frame.locator('figure img').scrollIntoViewIfNeeded();
    await until('the picture shows', () => frame.locator('figure img').evaluate(img => img.naturalWidth === 720));
    assert.equal(await frame.locator('audio').count(), 1);
    await page.locator('.fr2').screenshot({ path: `${shots}/preview-${name}.png` });
    await frame.locator('h1').scrollIntoViewIfNeeded();
    await page.locator('.fr2').screenshot({ path: `${shots}/preview-top-${name}.png` });
    await page.locator('[data-do=dark]').click();
  }
  await shoot(page, 'editor');
  await judge(page, 'editor with report, files and preview');
});

test('the editor with all of this costs at most 30 KB', async () => {
  const { page, context } = author;
  const client = await context.newCDPSession(page);
  await client.send('Network.enable');
  await client.send('Network.setCacheDisabled', { cacheDisabled: true });
  // The preview is a page of its own, pictures are what was brought.
  const own = new Map();
  let bytes = 0;
  client.on('Network.responseReceived', ({ requestId, type, response }) => own.set(requestId, /Document|Stylesheet|Script/.test(type) && !response.url.includes('/xem')));
  client.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => { if (own.get(requestId)) bytes += encodedDataLength; });
  await page.goto(server.url + work + '?sua=1', { waitUntil: 'networkidle' });
  await client.detach();
  assert.ok(bytes > 10000 && bytes <= 30000, `${bytes} bytes`);
});

test('who saves over another sees both texts', async () => {
  const { page, context } = author;
  await page.goto(server.url + work + '?sua=1');
  const other = await context.newPage();
  await other.goto(server.url + work + '?sua=1');
  await other.getByLabel('Tóm tắt').first().fill('Bà con đi lại được từ trưa nay.');
  await other.getByRole('button', { name: 'Lưu' }).first().click();
  await other.getByText('Đã lưu.').waitFor();
  await other.close();
  await page.getByLabel('Tóm tắt').first().fill('Bà con đi lại được từ chiều nay.');
  await page.getByRole('button', { name: 'Lưu' }).first().click();
  await page.locator('.warn details').waitFor();
  await judge(page, 'two who saved');
  await page.getByRole('button', { name: 'Gửi duyệt' }).first().click();
  await page.locator('.sb', { hasText: 'Chờ duyệt' }).waitFor();
});

test('approved on a PC, the picture reaches readers without its notes, in the width of their screen, and the voice is heard', async () => {
  const { page } = approver;
  await page.goto(server.url + work);
  await judge(page, 'in review, with steps');
  await page.getByRole('button', { name: 'Duyệt và đăng ngay' }).click();
  await page.locator('.sb', { hasText: 'Đang hiện' }).waitFor();
  const path = await until('it is in the map of the site', async () => items(await addresses(server.url)).find(path => path.includes('cau-treo-a-ri')));

  const length = async file => Buffer.from(await (await fetch(`${server.url}/media/${file}`)).arrayBuffer());
  const files = { '': await length(picture), '-360': await length(picture.replace('.', '-360.')), '-1080': await length(picture.replace('.', '-1080.')) };
  for (const bytes of Object.values(files)) assert.ok(!bytes.includes('Exif') && !bytes.includes('GPS'), 'it remembers');
  assert.ok(files['-360'].length < files[''].length && files[''].length < files['-1080'].length);

  // Pages of the server, on a small phone and on a sharp large screen: what is said is what comes.
  for (const [width, options] of [['-360', {}], ['-1080', { viewport: { width: 900, height: 700 }, isMobile: false }]]) {
    const context = await phone(chrome, { serviceWorkers: 'block', ...options });
    const reader = await context.newPage();
    await reader.goto(server.url + path);
    const place = reader.locator('a[data-act=image]');
    const said = `${Math.ceil(files[width].length / 1000)} KB`;
    await until(`it says ${said}`, async () => (await place.innerText()).includes(`· ${said}`));
    const asked = [];
    reader.on('request', request => { if (request.url().includes('/media/')) asked.push(new URL(request.url()).pathname); });
    await place.click();
    const shown = reader.locator('figure img');
    await until('the picture shows', () => shown.evaluate(img => img.naturalWidth > 0));
    assert.deepEqual(asked, [`/media/${picture.replace('.', `${width}.`)}`]);
    assert.ok(await shown.evaluate(img => img.naturalHeight > img.naturalWidth), 'upright');
    await reader.screenshot({ path: `${shots}/reader${width}.png` });
    if (width === '-360') {
      await shown.click();
      await reader.waitForURL(`**/media/${picture}`);
    }
    await context.close();
  }

  // The app, on a phone that has it.
  const context = await phone(chrome);
  const reader = await context.newPage();
  await settle(reader, server.url);
  await open(reader, server.url + path);
  const place = reader.locator('a[data-act=image]');
  assert.match(await place.innerText(), new RegExp(`· ${Math.round(files[''].length / 1000)} KB`));
  await booted(reader);
  await place.click();
  await until('the picture shows', () => reader.locator('figure img').evaluate(img => img.naturalWidth === 720));
  const audio = reader.locator('audio').first();
  await audio.evaluate(audio => audio.play());
  await until('the voice is heard', () => audio.evaluate(audio => audio.currentTime > 0.3 && audio.duration > 1));
  await reader.screenshot({ path: `${shots}/reader-app.png`, fullPage: true });
  await context.close();
});

test('sources, with one that cannot be reached; no page of this story keeps anybody out', async () => {
  const { page } = author;
  await page.goto(`${server.url}${DESK}/nguon`);
  const form = page.locator('form[action$="/nguon"]');
  await form.locator('[name=url]').fill('https://nguon.invalid/rss');
  await form.locator('[name=name]').fill('Trang của huyện');
  await form.locator('[name=topic]').selectOption({ index: 2 });
  await form.locator('button.go').click();
  await until('it was tried', async () => {
    await page.reload();
    return (await page.locator('main').innerText()).includes('Không tìm thấy');
  }, 60000);
  await shoot(page, 'sources');
  await judge(page, 'sources');
  assert.deepEqual(wrong, []);
});
