// A phone that goes on where it was: what comes while the program stands open, what the reader deleted, where he was, and
// what is not here yet.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { addresses, booted, browser, CACHE_DB, find, link, open, phone, rows, serve, settle, sleep, started, synced, until } from './lib.mjs';

const now = Date.now();
const at = seconds => new Date(now + seconds * 1000).toISOString().replace(/\.\d+Z/, 'Z');
const news = (id, title, rest = {}) => ({
  id, kind: 'bulletin', topics: ['y-te'], places: [], issued: at(-3600), source: { name: 'Trạm y tế' }, lang: 'vi', title, summary: `${title}.`,
  body: Array.from({ length: 30 }, (_, n) => `Đoạn ${n} của bài này, đủ dài để phải cuộn màn hình mới đọc hết được.`), ...rest,
});
const alert = (id, title, level, rest = {}) => ({ ...news(id, title, { kind: 'alert', topics: ['phong-chong-thien-tai'], expires: at(8 * 3600), ...rest }), body: [{ steps: ['Lên chỗ cao ngay'] }], alert: { level, hazard: 'storm', msg_type: 'alert' } });
const ITEMS = [
  ...Array.from({ length: 12 }, (_, n) => news(`tin${n}`, `Lịch khám bệnh số ${n}`)),
  news('tieng', 'Hai thứ tiếng', { variants: [{ lang: 'ktv', title: 'Bhrợ', summary: 'S', body: ['Bhrợ.'], facts: [{ fee: 'ktv' }] }] }),
  alert('xong', 'Ngập lụt đã qua', 1, { expires: at(-600) }),
];
let server, line, chrome;
before(async () => {
  server = await serve({ items: ITEMS });
  line = await link(server);
  chrome = await browser();
});
after(async () => {
  await chrome?.close();
  await line?.down();
  await server?.kill();
});

async function reader() {
  const context = await phone(chrome);
  const page = await context.newPage();
  await settle(page, line.url);
  await synced(page, ITEMS.length);
  return { context, page };
}

test('before the first cards are here nothing says that there is no news, also where an alert is', async () => {
  const context = await phone(chrome);
  const page = await context.newPage();
  line.rule = path => (/\/cards\//.test(path) ? 'refuse' : undefined);
  await settle(page, line.url);
  await until('alerts are on the phone', async () => (await rows(page, CACHE_DB, 'cards')).length === 1, 60000);
  for (const path of ['/', '/chu-de/y-te', '/noi/a-luoi-2']) {
    await page.goto(line.url + path);
    await until('the program has started', () => page.evaluate(() => document.documentElement.dataset.shell === 'ready'));
    await sleep(500);
    assert.doesNotMatch(await page.locator('main').innerText(), /Chưa có tin|chưa có tin\./, path);
  }
  line.rule = () => undefined;
  await page.goto(line.url);
  await synced(page, ITEMS.length);
  await page.locator('.home h3', { hasText: 'Lịch khám bệnh' }).first().waitFor();
  await context.close();
});

test('an address that is opened on a new phone does not wait for the whole first sync', async () => {
  const context = await phone(chrome);
  const page = await context.newPage();
  // The worker is here before anything of the news is.
  line.rule = path => (path.startsWith('/sync/') ? 'refuse' : undefined);
  await settle(page, line.url);
  // Held until the article stands there.
  let free;
  const held = new Promise(done => { free = done; });
  line.rule = path => (/\/(cards|bodies)\//.test(path) ? held : undefined);
  line.answers.length = 0;
  const path = await find(server.url, 'lich-kham-benh-so-3');
  await page.goto(line.url + path);
  await page.locator('h1', { hasText: 'Lịch khám bệnh số 3' }).waitFor();
  assert.deepEqual(line.answers.filter(({ path }) => /\/(cards|bodies)\//.test(path)), []);
  line.rule = () => undefined;
  free();
  await context.close();
});

test('texts in another language lie folded: the link opens them, in the program and on the page, and facts are there', async () => {
  const { context, page } = await reader();
  const path = await find(server.url, 'hai-thu-tieng');
  for (const [address, edition] of [[line.url + path, 'app'], [`${line.url}${path}?html=1`, 'html']]) {
    await open(page, address, edition);
    await page.waitForLoadState('networkidle');
    // In both it is this script that unfolds them.
    await booted(page);
    await page.locator('a[href="#v-ktv"]').click();
    await page.locator('#v-ktv .bd', { hasText: 'Bhrợ.' }).waitFor();
    await until('it is in view', () => page.evaluate(() => scrollY > 100));
    await sleep(300);
    assert.ok(await page.evaluate(() => scrollY > 100), `${edition}: it stays there`);
    assert.match(await page.locator('#v-ktv .fa').innerText(), /ktv/);
  }
  await context.close();
});

test('who comes back to a page that the browser let go finds the place where he was', async () => {
  const { context, page } = await reader();
  await open(page, line.url + (await find(server.url, 'lich-kham-benh-so-5')));
  await page.locator('.bd p').nth(20).waitFor();
  await page.evaluate(() => scrollTo(0, 700));
  await sleep(200);
  await page.reload();
  await started(page);
  await until('the place', () => page.evaluate(() => Math.abs(scrollY - 700) < 5));
  await page.locator('.bar a').first().click();
  await page.locator('.home').waitFor();
  await until('the top', async () => (await page.evaluate(() => scrollY)) === 0);
  await context.close();
});

test('the search box says what the page found, also after something else was typed', async () => {
  const { context, page } = await reader();
  await open(page, `${line.url}/tim`);
  await page.locator('#q').fill('khám');
  await page.locator('.ls a').first().waitFor();
  await page.locator('.bar a').nth(2).click();
  await until('the box is empty', async () => (await page.locator('#q').inputValue()) === '');
  await context.close();
});

test('whoever leaves the search with something typed is not taken back to it', async () => {
  const { context, page } = await reader();
  await open(page, line.url);
  await page.locator('.bar a').nth(2).click();
  await page.locator('#q').pressSequentially('khám');
  await page.locator('main li mark').first().waitFor();
  await page.goBack();
  await page.locator('.home').waitFor();
  await sleep(500);
  assert.equal(new URL(page.url()).pathname, '/');
  await context.close();
});

test('what the reader deleted does not come again by itself, and comes when he opens it', async () => {
  const { context, page } = await reader();
  page.on('dialog', dialog => dialog.accept());
  await open(page, `${line.url}/trong-may`);
  await page.locator('[data-act=drop-all]').click();
  const held = async () => (await rows(page, CACHE_DB, 'bodies')).length;
  await until('they are gone', async () => (await held()) <= 1);
  const left = await held();
  line.seen.length = 0;
  await page.locator('[data-act=sync]').click();
  await until('the server was asked', () => line.seen.some(path => path.startsWith('/sync/head')));
  await sleep(1000);
  assert.equal(await held(), left);
  await open(page, line.url + (await find(server.url, 'lich-kham-benh-so-7')));
  await page.locator('.bd p').nth(20).waitFor();
  await context.close();
});

test('a text that is opened while a sync runs is there after it, and is saved with its text', async () => {
  const { context, page } = await reader();
  // Away from the program, which would hear of the news at once; every answer takes its time afterwards.
  await page.goto('about:blank');
  server.import(Array.from({ length: 91 }, (_, n) => news(`sau${n}`, `Tin tới sau số ${n}`)));
  await until('the server has them', async () => (await addresses(server.url)).filter(path => path.includes('/tin-toi-sau-')).length === 91);
  const path = await find(server.url, 'tin-toi-sau-so-0-');
  const held = async () => (await rows(page, CACHE_DB, 'bodies')).includes(path.slice(-8));
  line.rule = path => (path.startsWith('/sync/') ? { wait: 2000 } : undefined);
  await open(page, line.url + path);
  await page.locator('.bd p').nth(20).waitFor();
  await until('the text is on the phone', held);
  await until('the list has come', async () => (await rows(page, CACHE_DB, 'cards')).length >= ITEMS.length + 91, 60000);
  assert.ok(await held(), 'its card did not send it away');
  await page.locator('[data-act=save]').first().click();
  await until('it is saved', async () => (await rows(page, 'bantin-keep', 'saved')).length === 1);
  await line.down();
  await open(page, line.url + path);
  await page.locator('.bd p').nth(20).waitFor();
  await line.up();
  line.rule = () => undefined;
  await context.close();
});

test('an alert of level 5 that comes while the program stands open takes the screen', async () => {
  const { context, page } = await reader();
  await open(page, `${line.url}/trong-may`);
  // And a second one of the same shape, which is drawn into the same elements.
  server.import([alert('bao', 'Bão rất mạnh đang vào', 5), alert('bao2', 'Bão rất mạnh ở phía bắc', 5, { issued: at(-7200) })]);
  await until('the server has them', async () => /Bão rất mạnh đang vào[^]*Bão rất mạnh ở phía bắc/.test(await (await fetch(`${server.url}/canh-bao`)).text()));
  await booted(page);
  // Somewhere far down, past what may grow or shrink meanwhile.
  await page.evaluate(() => {
    document.body.style.minHeight = '5000px';
    scrollTo(0, 3000);
    document.querySelector('[data-act=sync]').click();
  });
  await page.locator('.alarm h1', { hasText: 'Bão rất mạnh đang vào' }).waitFor();
  const stands = () => page.evaluate(() => {
    const at = document.activeElement, dialog = document.querySelector('dialog');
    return { y: scrollY, focus: at.tagName, id: at.id, name: dialog?.getAttribute('aria-label'), modal: dialog?.matches(':modal'), top: dialog?.querySelector('.alh').getBoundingClientRect().top };
  });
  await until('it is in front', async () => (await stands()).modal);
  const { top, name, ...there } = await stands();
  assert.deepEqual(there, { y: 3000, focus: 'H1', id: '', modal: true });
  assert.match(name, /cấp 5.*Bão rất mạnh đang vào$/is, 'how bad it is, before what it is');
  assert.ok(top >= 0 && top < 60, `its level is ${top} from the top`);
  // Nobody closes it without having read it, and what is behind it stays out of reach.
  for (let presses = 0; presses < 3; presses++) {
    await page.keyboard.press('Escape');
    await until('it is in front still', async () => (await page.locator('.alarm').isVisible()) && (await stands()).modal);
  }
  // The next one begins at its top, whatever of the first was read last.
  await page.locator('.alarm').evaluate(alarm => { alarm.style.minHeight = '3000px'; alarm.parentNode.scrollTop = 2000; });
  await page.locator('.alarm [data-act=seen]').click();
  await page.locator('.alarm h1', { hasText: 'Bão rất mạnh ở phía bắc' }).waitFor();
  await until('it is told anew', async () => {
    const { focus, name } = await stands();
    return focus === 'H1' && name.endsWith('Bão rất mạnh ở phía bắc') && (await page.locator('dialog').evaluate(dialog => dialog.scrollTop)) === 0;
  });
  await page.locator('.alarm [data-act=seen]').click();
  await page.locator('.alarm').waitFor({ state: 'detached' });
  await until('the reader goes on where he was', async () => (await stands()).id === 'main' && (await stands()).y === 3000);
  await context.close();
});

test('a kept page says of an alert that has begun that it holds', async () => {
  server.import([alert('sap', 'Rét hại sắp tới', 1, { effective: at(2 * 3600) })]);
  await until('the server has it', async () => (await (await fetch(`${server.url}/canh-bao`)).text()).includes('Rét hại sắp tới'));
  const context = await phone(chrome, { serviceWorkers: 'block' });
  const page = await context.newPage();
  await page.goto(server.url + (await find(server.url, 'ret-hai')));
  const state = page.locator('.alh .st');
  assert.match(await state.innerText(), /Chưa tới giờ hiệu lực/);
  // The phone's clock, when it has begun; the server, which knows nothing of the clock of the story, is out of reach.
  await booted(page);
  await context.setOffline(true);
  await page.clock.setFixedTime(now + 2.1 * 3600e3);
  await until('it holds', async () => {
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    return (await state.innerText()) === 'Đang có hiệu lực';
  });
  await context.close();
});
