// Passing an item on, and taking the app in: share, copy, SMS, print; the offer to install, and the way out of Zalo.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { booted, browser, find, furnished, open, phone, serve, until } from './lib.mjs';

let server, chrome, context, path;
before(async () => {
  server = await serve();
  chrome = await browser();
  ({ context } = await furnished(chrome, server.url, { permissions: ['clipboard-read', 'clipboard-write'] }));
  path = await find(server.url, 'sot-xuat-huyet');
});
after(async () => {
  await chrome?.close();
  await server?.kill();
});

const stub = () => {
  window.__shared = [];
  window.__printed = 0;
  Navigator.prototype.share = async what => { window.__shared.push(what); };
  window.print = () => { window.__printed++; };
};
const without = () => { delete Navigator.prototype.share; };
const clip = page => page.evaluate(() => navigator.clipboard.readText());
/** Both editions of the item, one after the other. */
async function editions(prepare, work) {
  for (const [query, edition] of [['', 'app'], ['?html=1', 'html']]) {
    const page = await context.newPage();
    await page.addInitScript(prepare);
    await open(page, server.url + path + query, edition);
    await page.locator('article .bd').waitFor();
    // In both, buttons answer once their script is there.
    await booted(page);
    await work(page, edition, (await page.locator('article h1').innerText()).trim());
    await page.close();
  }
}
async function leadsHere(address, title) {
  assert.ok(address.startsWith(`${server.url}/`) && address.length < 120, address);
  const answer = await fetch(address);
  assert.equal(answer.status, 200);
  assert.ok((await answer.text()).includes(`<h1>${title}</h1>`), address);
}

test('share gives the system title and a short address of ours', async () => {
  await editions(stub, async (page, edition, title) => {
    await page.locator('[data-act=share]').click();
    const [what, ...more] = await until(`${edition}: shared`, () => page.evaluate(() => window.__shared.length && window.__shared));
    assert.equal(what.title, `[Bài mẫu] ${title}`, 'of a sample');
    await leadsHere(what.url, title);
    assert.deepEqual(more, []);
  });
});

test('without a system sheet the address is copied, and the copy button says that it did', async () => {
  await editions(without, async (page, _, title) => {
    for (const act of ['share', 'copy']) {
      await page.evaluate(() => navigator.clipboard.writeText('before'));
      await page.locator(`[data-act=${act}]`).click();
      await page.locator('.toast', { hasText: 'Đã chép địa chỉ' }).waitFor();
      // The line of the tap before may still stand there.
      await until('it is copied', async () => (await clip(page)) !== 'before');
      await leadsHere(await clip(page), title);
    }
  });
});

test('an SMS holds title, summary and the shortest address; print prints', async () => {
  await editions(stub, async (page, edition, title) => {
    const href = await page.locator('a[data-act=sms]').getAttribute('href');
    const text = decodeURIComponent(new URL(href).searchParams.get('body') ?? href.split('body=')[1]);
    const summary = (await page.locator('article .ld').innerText()).trim();
    assert.ok(text.startsWith(`[Bài mẫu] ${title}. ${summary} ${server.url}/`), text);
    const address = text.slice(text.indexOf(server.url));
    assert.ok(address.length < server.url.length + 20, address);
    await leadsHere(address, title);
    await page.locator('[data-act=print]').click();
    await until(`${edition}: printed`, () => page.evaluate(() => window.__printed === 1));
  });
});

/** As Chrome does when it finds the app worth installing. */
const offer = page => page.evaluate(() => {
  const event = new Event('beforeinstallprompt', { cancelable: true });
  window.__prompted = 0;
  event.prompt = async () => { window.__prompted++; };
  event.userChoice = Promise.resolve({ outcome: 'dismissed' });
  dispatchEvent(event);
  return event.defaultPrevented;
});
const offered = page => page.locator('#notices [data-act=install]');
async function tapItem(page, nth) {
  await page.locator('.bar a').first().click();
  await page.locator('main .home').waitFor();
  await page.locator('.ls a').nth(nth).click();
  await page.locator('article .bd').waitFor();
}

test('the app offers itself only after a second item was read, "later" ends it, and the install page keeps its button', async () => {
  const page = await context.newPage();
  await open(page, server.url);
  assert.equal(await offer(page), true, 'the browser must not offer by itself');
  await tapItem(page, 0);
  assert.equal(await offered(page).count(), 0);
  await tapItem(page, 1);
  assert.equal(await offered(page).count(), 0, 'nothing stands above what somebody reads');
  await page.locator('.bar a').first().click();
  await offered(page).waitFor();
  await page.locator('#notices [data-act=later]').click();
  await offered(page).waitFor({ state: 'detached' });
  await tapItem(page, 2);
  await page.locator('[data-act=save]').click();
  await page.locator('[data-act=save][aria-pressed=true]').waitFor();
  assert.equal(await offered(page).count(), 0);
  // A page of the server, where the browser makes its offer anew.
  await page.evaluate(() => document.querySelector('.ft a[href="/cai-ung-dung"]').click());
  await page.waitForURL('**/cai-ung-dung');
  await until('the page hears the offer', async () => {
    await offer(page);
    return page.locator('main button[data-act=install]').isVisible();
  });
  await page.locator('main button[data-act=install]').click();
  await until('the browser was asked', () => page.evaluate(() => window.__prompted === 1));
  await page.locator('main button[data-act=install]').waitFor({ state: 'hidden' });
  await page.close();
});

test('who saved an item is offered it too, also when the browser comes up with it later; a yes asks the browser', async () => {
  const page = await context.newPage();
  await open(page, server.url + (await find(server.url, 'tui-khan-cap')));
  await page.locator('[data-act=save]').click();
  await page.locator('[data-act=save][aria-pressed=true]').waitFor();
  assert.equal(await offered(page).count(), 0);
  await offer(page);
  await page.locator('.bar a').first().click();
  await offered(page).click();
  await until('the browser was asked', () => page.evaluate(() => window.__prompted === 1));
  await offered(page).waitFor({ state: 'detached' });
  await page.close();
});

test('help to install is drawn for Android, iPhone and browsers inside other apps, without scripts too', async () => {
  const context = await phone(chrome, { javaScriptEnabled: false });
  const page = await context.newPage();
  for (const [path, ios] of [['/cai-ung-dung', /iPhone/], ['/en/cai-ung-dung', /iPhone/]]) {
    await page.goto(server.url + path);
    const section = page.locator('section', { has: page.locator('h2', { hasText: ios }) });
    assert.equal(await section.locator('li').count(), 3);
    assert.equal(await section.locator('li svg.i').count(), 3);
    assert.equal(await page.locator('main ol').count(), 3);
    assert.equal(await page.locator('button[data-act=install]').isVisible(), false);
  }
  await context.close();
});

test('inside Zalo or Facebook the page says "open in Chrome" (Safari on iPhones) and keeps no app there', async () => {
  const android = 'Mozilla/5.0 (Linux; Android 11; SM-A107F; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/120.0 Mobile Safari/537.36';
  const inside = { [`${android} Zalo android/23080`]: /Mở bằng Chrome/, [`${android} [FB_IAB/FB4A;FBAV/440.0;]`]: /Mở bằng Chrome/,
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Zalo iOS/500': /Mở bằng Safari/ };
  for (const [userAgent, words] of Object.entries(inside)) {
    const context = await phone(chrome, { userAgent });
    const page = await context.newPage();
    await page.goto(`${server.url}${path}?a=b`);
    await page.locator('.toast').waitFor();
    assert.match(await page.locator('.toast').innerText(), words);
    // Where no Chrome is found, or the app refuses, the way leads to the help.
    const asked = [], wire = await context.newCDPSession(page);
    wire.on('Network.requestWillBeSent', ({ request }) => asked.push(request.url + (request.urlFragment || '')));
    await wire.send('Network.enable');
    await page.locator('.toast button').first().click();
    if (userAgent.includes('iPhone')) await page.waitForURL(/cai-ung-dung/);
    else assert.match(await until('it leads out', () => asked.find(url => /^intent:/.test(url))), /^intent:\/\/localhost:\d+\/.*\?a=b#Intent;scheme=http;package=com\.android\.chrome;S\.browser_fallback_url=http%3A%2F%2Flocalhost%3A\d+%2Fcai-ung-dung;end$/);
    assert.equal(await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length), 0);
    await context.close();
  }
});
