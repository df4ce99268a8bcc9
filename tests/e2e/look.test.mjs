// Text size and light or dark: shown at once, kept, in force before the first paint, and readable at their largest.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { browser, choose, each, find, furnished, open, phone, routes, serve, sleep, until } from './lib.mjs';

const SIZES = [18, 21, 25, 29];
const PAPER = { light: 'rgb(250, 247, 240)', dark: 'rgb(20, 21, 31)' };
let server, chrome, context, page;
before(async () => {
  server = await serve();
  // Names as they are in offices, which break nowhere by themselves.
  server.import([{
    id: 'dai', kind: 'bulletin', topics: ['y-te'], places: [], issued: '-1h', source: { name: 'vanphong.ubndxaaluoi2@hue.example' }, lang: 'vi', title: 'Số cần gọi', summary: 'Khi cần.',
    body: [{ call: '0234 0000 0000', label: 'Văn phòng, thư ubnd.xaaluoi2-phongvanhoa@hue.example' }, { call: '112', label: 'zalo.example/ubndxaaluoihai-thanhphohue' }],
  }, {
    id: 'doc', kind: 'bulletin', topics: ['y-te'], places: [], issued: '-1h', source: { name: 'Trạm y tế' }, lang: 'vi', title: 'Giữ ấm mùa rét', summary: 'Bài dài.',
    body: Array.from({ length: 40 }, (_, at) => `Đoạn ${at}. ${'Bà con giữ ấm cho người già và trẻ nhỏ khi trời rét. '.repeat(1 + (at % 4))}`),
  }]);
  chrome = await browser();
  ({ context, page } = await furnished(chrome, server.url));
  // What stands in each frame from the first one on that has a page in it.
  await context.addInitScript(() => {
    window.__frames = [];
    requestAnimationFrame(function look() {
      const html = document.documentElement;
      if (document.body) window.__frames.push([getComputedStyle(html).backgroundColor, html.dataset.theme || '', getComputedStyle(html).fontSize].join(' | '));
      if (window.__frames.length < 10) requestAnimationFrame(look);
    });
  });
});
after(async () => {
  await chrome?.close();
  await server?.kill();
});

const seen = page => page.evaluate(() => [getComputedStyle(document.documentElement).fontSize, getComputedStyle(document.documentElement).backgroundColor]);
/** What the first frames of this page showed, each look once. */
const frames = async page => {
  await until('ten frames', () => page.evaluate(() => window.__frames.length >= 10));
  return page.evaluate(() => [...new Set(window.__frames)]);
};

test('each of the four text sizes shows at once, and stays in the app and on pages of the server', async () => {
  await open(page, `${server.url}/cai-dat`);
  for (const [step, pixels] of [...SIZES.entries()].reverse()) {
    await choose(page, 'size', step);
    await until(`text of ${pixels} px`, async () => (await seen(page))[0] === `${pixels}px`);
    for (const [path, edition] of [['/gioi-thieu', 'html'], ['/cai-dat', 'app']]) {
      await open(page, server.url + path, edition);
      assert.deepEqual([...new Set((await frames(page)).map(look => look.split(' | ')[2]))], [`${pixels}px`], edition);
    }
    assert.equal(await page.locator(`input[name=size][value="${step}"]`).isChecked(), true);
  }
});

test('light, dark and as the phone: shown at once, kept, and never the other one in any frame', async () => {
  await open(page, `${server.url}/cai-dat`);
  // Chosen, how the phone is set, what is seen.
  for (const [theme, colorScheme, paper] of [['light', 'dark', 'light'], ['dark', 'light', 'dark'], ['', 'light', 'light'], ['', 'dark', 'dark']]) {
    await page.emulateMedia({ colorScheme });
    await choose(page, 'theme', theme);
    await until(`theme "${theme}"`, async () => (await seen(page))[1] === PAPER[paper]);
    for (const [path, edition] of [['/gioi-thieu', 'html'], ['/cai-dat', 'app']]) {
      await open(page, server.url + path, edition);
      assert.deepEqual(await frames(page), [`${PAPER[paper]} | ${theme} | 18px`], `${theme} on a ${colorScheme} phone, ${edition}`);
    }
    assert.equal(await page.locator(`input[name=theme][value="${theme}"]`).isChecked(), true);
  }
});

test('whoever makes the letters larger in the middle of a text comes back to where he read', async () => {
  await open(page, server.url + (await find(server.url, 'giu-am')));
  const paragraphs = page.locator('article .bd p');
  const reads = () => paragraphs.evaluateAll(all => all.findIndex(one => one.getBoundingClientRect().bottom > 80));
  await paragraphs.nth(25).evaluate(one => one.scrollIntoView());
  await until('he reads', async () => Math.abs((await reads()) - 25) < 2);
  await page.locator('.ft a[href="/cai-dat"]').evaluate(link => link.click());
  await choose(page, 'size', 3);
  await page.goBack();
  await until('he reads on', async () => Math.abs((await reads()) - 25) < 4);
  await open(page, `${server.url}/cai-dat`);
  await choose(page, 'size', 0);
});

/** What sticks out of the screen, and words that their button or the bar cuts off. */
const faults = page => page.evaluate(() => {
  const width = document.documentElement.clientWidth, wrong = [];
  if (document.documentElement.scrollWidth > width) wrong.push(`page is ${document.documentElement.scrollWidth} wide`);
  const name = e => `${e.tagName}.${e.className.baseVal ?? e.className} "${e.textContent.slice(0, 30)}"`;
  const shown = [...document.querySelectorAll('.bar a, .bt, .rd, .ways a, .hd a, .cl a, h1, h2, h3, summary')].filter(e => e.getClientRects().length && !e.closest('.vh') && !e.matches('.vh'));
  for (const e of shown) {
    const box = e.getBoundingClientRect();
    if (box.left < -1 || box.right > width + 1) wrong.push(`${name(e)} ends at ${Math.round(box.right)}`);
    if (e.scrollWidth > e.clientWidth + 1 && e.clientWidth) wrong.push(`${name(e)} is cut`);
    if (e.matches('.bar a, .bt, .rd') && (box.height < 48 || box.width < 48)) wrong.push(`${name(e)} is ${Math.round(box.width)}×${Math.round(box.height)}`);
    // Words of a line of their own stay whole.
    const range = document.createRange();
    for (const text of e.matches('.bar a, .bt') ? e.querySelectorAll('span') : []) {
      range.selectNodeContents(text);
      for (const line of range.getClientRects()) if (line.left < box.left - 1 || line.right > box.right + 1) wrong.push(`${name(e)}: words outside`);
      const words = text.textContent.trim().split(/\s+/).length;
      if (new Set([...range.getClientRects()].map(line => Math.round(line.top))).size > words) wrong.push(`${name(e)}: a word is broken`);
    }
  }
  const bar = document.querySelector('.bar').getBoundingClientRect();
  if (Math.abs(bar.bottom - innerHeight) > 1 || bar.height > innerHeight / 6) wrong.push(`bar from ${bar.top} to ${bar.bottom}`);
  return wrong;
});

test('with the largest text no page of the app is wider than the screen, and no word of bar and buttons is cut', async () => {
  await open(page, `${server.url}/cai-dat`);
  await choose(page, 'size', 3);
  await until('text of 29 px', async () => (await seen(page))[0] === '29px');
  // A list of saved items, not the empty one.
  await open(page, server.url + (await find(server.url, 'sot-xuat-huyet')));
  await page.locator('[data-act=save]').click();
  await page.locator('[data-act=save][aria-pressed=true]').waitFor();
  const site = await routes(server.url);
  const some = [await find(server.url, 'so-can-goi'), ...site.still, site.topics[0], site.places[0], site.places[20], ...site.alerts.slice(0, 4), ...site.items.filter((_, at) => at % 6 === 0)];
  const english = ['/en', '/en/cai-dat', '/en/trong-may', '/en/cua-toi', '/en/tim?q=flood', '/en/canh-bao'];
  const wrong = [];
  await each(context, [...some, ...english], async (page, path) => {
    await open(page, server.url + path);
    for (const fault of await faults(page)) wrong.push(`${path}: ${fault}`);
  });
  await each(context, site.own, async (page, path) => {
    await open(page, server.url + path, 'html');
    for (const fault of await faults(page)) wrong.push(`${path}: ${fault}`);
  });
  assert.deepEqual(wrong, []);
});

test('the sheet that comes after the text moves nothing of a page', async () => {
  const fresh = await phone(chrome, { serviceWorkers: 'block' });
  await fresh.addInitScript(() => {
    window.__moved = 0;
    new PerformanceObserver(list => {
      for (const shift of list.getEntries()) if (!shift.hadRecentInput) window.__moved += shift.value;
    }).observe({ type: 'layout-shift', buffered: true });
  });
  await fresh.route('**/app.css', async route => {
    // The text has been seen by then.
    await sleep(1000);
    await route.continue();
  });
  const site = await routes(server.url), wrong = [];
  const short = [...site.still, ...site.own, '/noi/cu/huyen-a-luoi', '/ngoai-tuyen', '/khong-co', '/nhan-canh-bao', '/cay-goi', site.alerts[0], site.items[0]];
  await each(fresh, short, async (page, path) => {
    await page.goto(server.url + path);
    await until('the sheet is here', () => page.evaluate(() => [...document.styleSheets].some(sheet => sheet.href?.endsWith('/app.css'))));
    await sleep(300);
    const moved = await page.evaluate(() => window.__moved);
    if (moved > 0.05) wrong.push(`${path}: ${moved.toFixed(3)}`);
  });
  assert.deepEqual(wrong, []);
  await fresh.close();
});
