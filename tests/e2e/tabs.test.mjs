// Several tabs: one talks to the server, all show the news; nothing is fetched twice.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { addresses, browser, CACHE_DB, link, phone, rows, serve, settle, sleep, started, synced, until } from './lib.mjs';

let server, line, chrome, context, page, items;
before(async () => {
  server = await serve();
  line = await link(server);
  chrome = await browser();
  context = await phone(chrome);
  page = await context.newPage();
  items = (await addresses(server.url)).filter(p => /^\/(tin|canh-bao)\//.test(p)).length;
  await settle(page, line.url);
  await synced(page, items);
});
after(async () => {
  await chrome?.close();
  await line?.down();
  await server?.kill();
});

test('two tabs opened together sync once, and both show what came', async () => {
  const tabs = [page, await context.newPage()];
  server.import([{ id: 'tabs-1', kind: 'bulletin', topics: ['y-te'], issued: '0m', source: { name: 'Trạm y tế' }, title: 'Tin thử hai trang cùng mở', summary: 'Một dòng.', body: ['Một đoạn.'] }]);
  // The server looks for news of its database every second.
  await until('the server has it', async () => (await (await fetch(`${server.url}/sitemap.xml`)).text()).includes('tin-thu-hai-trang-cung-mo'));
  line.seen.length = 0;
  // Long enough for both to begin.
  line.rule = path => (path.startsWith('/sync/head') ? { wait: 8000 } : undefined);
  await Promise.all(tabs.map(tab => tab.goto(line.url)));
  for (const tab of tabs) await started(tab);
  await until('one asks', () => line.seen.some(path => path.startsWith('/sync/head')));
  await sleep(1500);
  assert.equal(line.seen.filter(path => path.startsWith('/sync/head')).length, 1);
  line.rule = () => undefined;
  for (const tab of tabs) await tab.bringToFront().then(() => until('the new item is on the list', () => tab.locator('main', { hasText: 'Tin thử hai trang cùng mở' }).count(), 30000));
  await sleep(500);
  const packs = line.seen.filter(url => /^\/sync\/[0-9a-f]{16}\//.test(url));
  assert.equal(new Set(packs).size, packs.length, packs.join(' '));
  assert.ok(packs.length <= 3, packs.join(' '));
});

test('what a tab had stored before it was closed is on the screen of the one that is left', async () => {
  await page.goto(line.url);
  await started(page);
  const other = await context.newPage();
  server.import([{ id: 'tabs-2', kind: 'bulletin', topics: ['y-te'], issued: '0m', source: { name: 'Trạm y tế' }, title: 'Tin mà trang kia vừa cất', summary: 'Một dòng.', body: ['Một đoạn.'] }]);
  await until('the server has it', async () => (await (await fetch(`${server.url}/sitemap.xml`)).text()).includes('tin-ma-trang-kia-vua-cat'));
  // Its texts never come to this one: it is closed with its session under way.
  let go;
  const held = new Promise(done => { go = done; });
  line.rule = path => (/^\/sync\/[0-9a-f]{16}\/bodies/.test(path) ? held : undefined);
  await other.goto(line.url);
  await until('it has stored the card', async () => (await rows(other, CACHE_DB, 'cards')).length > items + 1, 60000);
  assert.equal(await page.locator('main', { hasText: 'Tin mà trang kia vừa cất' }).count(), 0, 'nobody told the first one');
  await other.close();
  line.rule = () => undefined;
  go();
  await page.bringToFront();
  // Until it may ask again: it has asked a moment ago.
  await until('the first one shows it', async () => {
    await page.evaluate(() => dispatchEvent(new Event('online')));
    return page.locator('main', { hasText: 'Tin mà trang kia vừa cất' }).count();
  }, 90000);
});

test('a phone that has everything asks for the head and nothing else', async () => {
  // With what came last, in whichever tab.
  await until('it has everything', async () => (await rows(page, CACHE_DB, 'bodies')).length >= items + 1, 60000);
  await until('the line is quiet', async () => {
    const seen = line.seen.length;
    await sleep(1500);
    return !line.open && line.seen.length === seen;
  });
  line.seen.length = 0;
  await page.goto(line.url);
  await started(page);
  await until('it asked', () => line.seen.some(url => url.startsWith('/sync/head')), 60000);
  await sleep(1000);
  const data = line.seen.filter(url => url.startsWith('/sync/'));
  assert.deepEqual([...new Set(data)], ['/sync/head']);
  assert.ok(data.length <= 2, data.join(' '));
});

test('what the reader chooses while his tab reads what another one brought stays chosen', async () => {
  const tab = await context.newPage();
  await tab.goto(`${line.url}/noi`);
  await started(tab);
  const slow = await context.newCDPSession(tab);
  await slow.send('Emulation.setCPUThrottlingRate', { rate: 6 });
  const chosen = await tab.evaluate(async () => {
    const other = new BroadcastChannel('bantin'), wait = ms => new Promise(done => setTimeout(done, ms));
    const buttons = () => [...document.querySelectorAll('button[data-act=place]')].slice(0, 24);
    // At another moment of its reading each time; what is chosen next is written down with what was chosen before.
    for (let at = 0; at < 24; at += 2) {
      other.postMessage({ changed: 1 });
      await wait(at * 4);
      buttons()[at].click();
      await wait(300);
      buttons()[at + 1].click();
      await wait(300);
    }
    return buttons().map(button => button.getAttribute('aria-pressed'));
  });
  assert.deepEqual(chosen, Array(24).fill('true'));
  await tab.close();
});
