// The page where a phone subscribes to alerts: explains before it asks, says how it stands, works with what is kept when
// there is no network; and every other page sees to it that what was asked for goes on.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { AXE, browser, link, phone, profile, RULES, serve, setting, settle, sleep, started, until } from './lib.mjs';

const PAGE = '/nhan-canh-bao';
/** As servers make them: a point of P-256 in base64url. */
const KEY = `B${'K'.repeat(86)}`;
/** Where whoever looks at pictures of the pages wants them. */
const SHOTS = process.env.BANTIN_SHOTS;

let server, line, chrome;
/** What the server's part of the contract was asked, and what it answers. */
const asked = [];
const api = {};
before(async () => {
  server = await serve();
  line = await link(server);
  chrome = await browser();
});
beforeEach(() => {
  asked.length = 0;
  Object.assign(api, { known: true, last: 1_790_000_000, thu: 204, key: KEY });
  const json = { 'content-type': 'application/json' };
  line.rule = async (path, request) => {
    if (!path.startsWith('/push/')) return;
    const name = path.slice(6);
    // Whoever has an answer was heard: it is written down before.
    let body = '';
    for await (const part of request) body += part;
    asked.push([request.method, name, body && JSON.parse(body)]);
    if (name === 'khoa') return { status: 200, headers: { 'content-type': 'text/plain' }, body: api.key };
    if (name === 'kiem') return { status: 200, headers: json, body: JSON.stringify({ known: api.known, last: api.last }) };
    const status = name === 'thu' ? api.thu : 204;
    return { status, headers: status === 204 ? {} : json, body: status === 204 ? '' : '{"code":"too-soon","params":{}}' };
  };
});
after(async () => {
  await chrome?.close();
  await line?.down();
  await server?.kill();
});

/** No push service reaches this machine: subscriptions are pretended, permission is what a test says. */
const pretend = context => context.addInitScript(() => {
  const make = endpoint => ({
    endpoint, toJSON: () => ({ endpoint, keys: { p256dh: 'P', auth: 'A' } }), unsubscribe: async () => { delete localStorage.__sub; return true; },
  });
  localStorage.__permission ||= 'default';
  Object.defineProperty(Notification, 'permission', { get: () => localStorage.__permission });
  Notification.requestPermission = async () => {
    window.__asked = navigator.userActivation.isActive;
    return (localStorage.__permission = localStorage.__answer || 'granted');
  };
  PushManager.prototype.getSubscription = async () => (localStorage.__sub ? make(localStorage.__sub) : null);
  PushManager.prototype.subscribe = async options => {
    localStorage.__key = options.applicationServerKey;
    localStorage.__count = +(localStorage.__count || 0) + 1;
    return make(localStorage.__sub = `https://push.example/${localStorage.__count}`);
  };
});
async function reader(options) {
  const context = await phone(chrome, options);
  await pretend(context);
  const page = await context.newPage();
  return { context, page };
}
const state = (page, name) => page.locator(`[data-state=${name}]`).waitFor();
const said = (page, name) => page.locator(`[data-say=${name}]`).waitFor();
const tap = (page, name) => page.locator(`[data-do=${name}]`).click();
const posts = name => asked.filter(([, path]) => path === name);
async function accessible(page, what) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(rules => window.axe.run(document, rules), RULES);
  assert.deepEqual(violations.map(v => `${what}: ${v.id} ${v.nodes[0].target} ${v.nodes[0].failureSummary}`), []);
}
/** A phone that subscribed for one commune. */
async function subscribed() {
  const { context, page } = await reader();
  await page.goto(line.url + PAGE);
  await state(page, 'off');
  await page.getByLabel('A Lưới 1', { exact: false }).first().check();
  await tap(page, 'on');
  await state(page, 'on');
  return { context, page };
}

test('it explains first, asks in a tap, and sends exactly what was chosen', async () => {
  const { context, page } = await reader();
  await page.goto(line.url + PAGE);
  await state(page, 'off');
  assert.equal(await page.evaluate(() => window.__asked), undefined, 'nothing is asked unasked');
  assert.deepEqual(asked, [], 'nor anything sent');
  for (const text of ['Máy chủ biết gì về bà con', 'Không hỏi tên', 'Google, Apple, Mozilla']) assert.ok((await page.locator('main').innerText()).includes(text), text);
  await tap(page, 'on');
  await said(page, 'place');
  assert.equal(await page.evaluate(() => window.__asked), undefined, 'not before there is something to subscribe to');
  const places = await page.locator('[name=place]').evaluateAll(all => all.slice(0, 2).map(e => (e.click(), +e.value)));
  await page.locator('#wishes summary').click();
  await page.locator('[name=hazards][value=some]').check();
  await page.locator('#wishes summary').click();
  await tap(page, 'on');
  await said(page, 'hazard');
  await page.locator('[name=hazard][value=flash-flood]').check();
  await page.locator('[name=level][value="2"]').check();
  await page.locator('[name=quiet]').check();
  await page.locator('[name=from]').selectOption('22');
  await tap(page, 'on');
  await state(page, 'on');
  assert.equal(await page.evaluate(() => window.__asked), true, 'within the tap');
  assert.equal(await page.evaluate(() => localStorage.__key), KEY);
  const wanted = { endpoint: 'https://push.example/1', keys: { p256dh: 'P', auth: 'A' }, places, hazards: ['flash-flood'], level: 2, quiet: [22, 5], lang: 'vi' };
  assert.deepEqual(posts('dang-ky'), [['POST', 'dang-ky', wanted]]);
  assert.match(await page.locator('#last').innerText(), /Lần gửi gần nhất.*2026/);
  // Kept for the worker too.
  const flag = await page.evaluate(async () => (await caches.match('/bt-flag/push', { cacheName: 'bt-flags' })).json());
  assert.deepEqual([flag.key, flag.wishes.places], [KEY, places]);
  // The next visit shows what was chosen, and a change replaces it.
  await page.reload();
  await state(page, 'on');
  assert.deepEqual(await page.locator('[name=place]:checked').evaluateAll(all => all.map(e => +e.value)), places);
  assert.equal(await page.locator('[name=from]').inputValue(), '22');
  assert.equal(await page.locator('[name=from]').isVisible(), true, 'what was chosen is not folded away');
  await page.locator('[name=places][value=all]').check();
  assert.equal(await page.locator('#places').isVisible(), false);
  asked.length = 0;
  await tap(page, 'save');
  await said(page, 'saved');
  assert.deepEqual(posts('dang-ky').map(([, , body]) => body.places), [[]]);
  await context.close();
});

test('a test is sent, told as sent, as arrived, or as too soon; switching off deletes', async () => {
  const { context, page } = await subscribed();
  await tap(page, 'test');
  await said(page, 'sent');
  assert.deepEqual(posts('thu').map(([, , body]) => body), [{ endpoint: 'https://push.example/1' }]);
  await page.evaluate(() => navigator.serviceWorker.dispatchEvent(new MessageEvent('message', { data: { type: 'push' } })));
  await said(page, 'came');
  api.thu = 429;
  await tap(page, 'test');
  await said(page, 'wait');
  await tap(page, 'off');
  await said(page, 'stopped');
  await state(page, 'off');
  assert.deepEqual(posts('dang-ky').at(-1), ['DELETE', 'dang-ky', { endpoint: 'https://push.example/1' }]);
  assert.deepEqual(await page.evaluate(async () => [localStorage['bt-push'], localStorage.__sub, await caches.match('/bt-flag/push')]), [undefined, undefined, undefined]);
  await context.close();
});

test('how it stands: blocked, refused, forgotten by the server, lost by the browser', async () => {
  const { context, page } = await subscribed();
  const visit = async (name, change) => {
    await page.evaluate(change);
    await page.reload();
    await state(page, name);
  };
  await visit('denied', () => { localStorage.__permission = 'denied'; });
  assert.equal(await page.locator('#help-chrome').getAttribute('open'), '');
  assert.equal(await page.locator('[data-do]:visible').count(), 0);
  await visit('on', () => { localStorage.__permission = 'granted'; delete localStorage.__sub; });
  assert.equal(posts('dang-ky').at(-1)[2].endpoint, 'https://push.example/2', 'asked for anew without a word');
  await visit('lost', () => { localStorage.__permission = 'default'; delete localStorage.__sub; });
  await page.locator('[data-do=on]').waitFor();
  api.known = false;
  asked.length = 0;
  await visit('on', () => { localStorage.__permission = 'granted'; localStorage.__sub = 'https://push.example/7'; });
  assert.equal(posts('dang-ky').length, 1, 'a server that was restored learns it again');
  await page.evaluate(() => { localStorage.clear(); localStorage.__answer = 'denied'; });
  await page.reload();
  await state(page, 'off');
  await page.locator('[name=place]').first().check();
  await tap(page, 'on');
  await state(page, 'denied');
  await context.close();
});

test('in browsers where nothing can come it says so, and the way out', async () => {
  const zalo = await reader({ userAgent: 'Mozilla/5.0 (Linux; Android 10; SM-A107F; wv) AppleWebKit/537.36 Chrome/120.0.0.0 Mobile Safari/537.36 Zalo android/1' });
  await zalo.page.goto(line.url + PAGE);
  await state(zalo.page, 'inside');
  assert.match(await zalo.page.locator('#chrome').getAttribute('href'), /^intent:\/\/localhost:\d+\/nhan-canh-bao#Intent;scheme=http;package=com\.android\.chrome;S\.browser_fallback_url=http%3A%2F%2Flocalhost%3A\d+%2Fcai-ung-dung;end$/);
  assert.equal(await zalo.page.locator('#wishes').isVisible(), false);
  await zalo.context.close();
  // The second one is an iPad, which says that it is a Mac.
  for (const system of ['iPhone; CPU iPhone OS 17_0 like Mac OS X', 'Macintosh; Intel Mac OS X 10_15_7']) {
    const apple = await phone(chrome, { userAgent: `Mozilla/5.0 (${system}) AppleWebKit/605.1.15 Version/17.0 Mobile/15E148 Safari/604.1` });
    await apple.addInitScript(() => {
      delete window.PushManager;
      Object.defineProperty(navigator, 'maxTouchPoints', { get: () => 5 });
    });
    const page = await apple.newPage();
    await page.goto(line.url + PAGE);
    await state(page, 'home');
    assert.equal(await page.locator('#help-ios').getAttribute('open'), '', system);
    await apple.close();
  }
  // Where the browser may keep nothing at all.
  const closed = await phone(chrome);
  await closed.addInitScript(() => {
    ServiceWorkerContainer.prototype.getRegistration = () => Promise.reject(new DOMException('The operation is insecure.', 'SecurityError'));
  });
  const refused = await closed.newPage();
  await refused.goto(line.url + PAGE);
  await state(refused, 'none');
  await closed.close();
  const plain = await phone(chrome, { javaScriptEnabled: false });
  const still = await plain.newPage();
  await still.goto(line.url + PAGE);
  const text = await still.locator('main').innerText();
  assert.match(text, /chặn phần tự chạy của trang/);
  assert.ok(!/Đang xem thông báo/.test(text));
  await plain.close();
});

test('the places that the reader follows in the app are chosen already', async () => {
  const { context, page } = await reader();
  await settle(page, line.url);
  await page.goto(`${line.url}/noi/a-luoi-1`);
  await started(page);
  await setting(page, () => page.locator('[data-act=place]').first().click());
  await page.locator('[data-act=place][aria-pressed=true]').waitFor();
  const code = await page.locator('[data-act=place]').first().getAttribute('data-id');
  // By a link within the app: it leaves the page to the server.
  await page.goto(`${line.url}/canh-bao`);
  await started(page);
  await page.locator(`main a[href="${PAGE}"]`).click();
  await state(page, 'off');
  assert.deepEqual(await page.locator('[name=place]:checked').evaluateAll(all => all.map(e => e.value)), [code]);
  assert.deepEqual(asked, [], 'and not sent before the tap');
  await context.close();
});

test('once it was opened, the page opens with no network; what was chosen stays', async () => {
  const disk = await profile();
  const context = await disk.open();
  await pretend(context);
  const page = context.pages()[0];
  await settle(page, line.url);
  await page.goto(line.url + PAGE);
  await state(page, 'off');
  await line.down();
  await page.goto(line.url + PAGE);
  await state(page, 'off');
  await page.locator('[name=place]').first().check();
  await tap(page, 'on');
  await said(page, 'failed');
  await line.up();
  await tap(page, 'on');
  await state(page, 'on');
  await line.down();
  await page.reload();
  await state(page, 'offline');
  assert.equal(await page.locator('[name=place]:checked').count(), 1);
  await tap(page, 'off');
  await said(page, 'half');
  await line.up();
  await context.close();
});

test('any other page asks anew for what the browser dropped, and says where it may not', async () => {
  const { context, page } = await subscribed();
  asked.length = 0;
  await page.goto(`${line.url}/?html=1`);
  await page.waitForLoadState('load');
  await sleep(1500);
  assert.deepEqual(asked, [], 'all is well: nobody is asked');
  await page.evaluate(() => { delete localStorage.__sub; });
  await page.goto(`${line.url}/?html=1`);
  await until('it is subscribed anew', () => posts('dang-ky').length);
  const [, , body] = posts('dang-ky')[0];
  assert.deepEqual([body.endpoint, body.places.length, body.lang], ['https://push.example/2', 1, 'vi']);
  await until('the new address is kept', () => page.evaluate(() => JSON.parse(localStorage['bt-push']).endpoint === 'https://push.example/2'));
  await page.evaluate(() => { localStorage.__permission = 'denied'; });
  await page.goto(`${line.url}/?html=1`);
  const toast = page.locator('#bt-toast');
  await toast.waitFor();
  assert.match(await toast.innerText(), /Thông báo cảnh báo đang bị tắt/);
  await toast.locator('button').first().click();
  await state(page, 'denied');
  // Once a day is enough.
  await page.goto(`${line.url}/?html=1`);
  await sleep(1500);
  assert.equal(await toast.count(), 0);
  await context.close();
});

test('a server with another key is found out within a week, a page of somebody else is not believed', async () => {
  const { context, page } = await subscribed();
  const weekLater = async () => {
    asked.length = 0;
    await page.evaluate(() => { localStorage['bt-push'] = JSON.stringify({ ...JSON.parse(localStorage['bt-push']), at: Date.now() - 7e8 }); });
    await page.goto(`${line.url}/?html=1`);
    await until('it is told again', () => posts('dang-ky').length);
  };
  api.key = '<!doctype html>Đăng nhập';
  await weekLater();
  assert.equal(posts('dang-ky')[0][2].endpoint, 'https://push.example/1');
  api.key = `B${'k'.repeat(86)}`;
  await weekLater();
  assert.equal(posts('dang-ky')[0][2].endpoint, 'https://push.example/2');
  assert.equal(await page.evaluate(() => localStorage.__key), api.key);
  const kept = async () => page.evaluate(async () => [JSON.parse(localStorage['bt-push']).key, (await (await caches.match('/bt-flag/push')).json()).key]);
  await until('both that look know it', async () => (await kept()).every(key => key === api.key));
  // Nor does the page itself let go of what rings, because of such an answer.
  await page.goto(line.url + PAGE);
  await state(page, 'on');
  api.key = '<!doctype html>Đăng nhập';
  await tap(page, 'save');
  await said(page, 'failed');
  assert.equal(await page.evaluate(() => localStorage.__sub), 'https://push.example/2');
  await context.close();
});

test('no violation in any state, at the largest text, light and dark; both languages', async () => {
  for (const [path, colorScheme] of [[PAGE, 'light'], [`/en${PAGE}`, 'dark']]) {
    const { context, page } = await reader({ colorScheme, bypassCSP: true });
    await page.goto(line.url + path);
    await state(page, 'off');
    if (SHOTS) await page.screenshot({ path: `${SHOTS}/notify-${colorScheme}-top.png` });
    if (SHOTS) await page.screenshot({ path: `${SHOTS}/notify-${colorScheme}.png`, fullPage: true });
    await accessible(page, `${path} off`);
    await page.locator('[name=place]').first().check();
    await tap(page, 'on');
    await state(page, 'on');
    await accessible(page, `${path} on`);
    if (SHOTS) await page.screenshot({ path: `${SHOTS}/notify-${colorScheme}-on.png`, fullPage: true });
    await page.evaluate(() => { localStorage.__permission = 'denied'; localStorage['bt-size'] = '3'; });
    await page.reload();
    await state(page, 'denied');
    await accessible(page, `${path} denied`);
    if (SHOTS) await page.locator('#help').screenshot({ path: `${SHOTS}/notify-${colorScheme}-help.png` });
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing sticks out');
    await context.close();
  }
});
