// WCAG 2.2 AA as far as a program can tell: every kind of page, both editions, light and dark.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { addresses, AXE, browser, each, find, phone, routes, RULES, serve, settle, shown, started, synced, until } from './lib.mjs';

let server, chrome, list, app;
before(async () => {
  server = await serve();
  chrome = await browser();
  const gone = await find(server.url, 'xem-lai-the-bao-hiem');
  server.import([{ id: 'mau-bao-hiem-y-te', withdrawn: 'Đăng nhầm ngày.' }]);
  await until('it is withdrawn', async () => (await fetch(server.url + gone)).status === 410);
  const found = await routes(server.url);
  const some = (paths, count) => paths.slice(0, count);
  // One of each kind of item is enough: what differs is the text.
  const kinds = {};
  for (const path of found.items) {
    const html = await (await fetch(server.url + path)).text();
    const kind = [html.includes('data-act="image"'), html.includes('<audio'), html.includes('<table'), html.includes('<ol'), html.includes('.ics')].join();
    kinds[kind] ??= path;
  }
  list = [...found.still, ...found.own, '/ngoai-tuyen', ...some(found.topics, 1), ...some(found.places, 1), '/noi/cu/huyen-a-luoi', gone, ...Object.values(kinds), ...some(found.alerts, 4), '/en', '/en/canh-bao', '/en/tim?q=flood', '/en/noi', '/en/cua-toi', '/en/trong-may', '/en/cai-dat', '/en/gioi-thieu', '/en/cai-ung-dung', '/en/ngoai-tuyen', '/khong-co'];
  // What is no page of the app, and the page for phones without it, are the server's.
  const alone = ['/khong-co', '/ngoai-tuyen', ...found.own];
  app = list.filter(p => !alone.includes(p.replace(/^\/en(?=\/)/, '')));
});
after(async () => {
  await chrome?.close();
  await server?.kill();
});

async function check(page, path, edition, wrong) {
  await page.evaluate(AXE);
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    // Colours on their way from one to the other are neither: judged is what stays.
    await page.evaluate(() => Promise.allSettled(document.getAnimations().map(animation => animation.finished)));
    const { violations } = await page.evaluate(rules => window.axe.run(document, rules), RULES);
    for (const v of violations) {
      wrong.push(`${edition}, ${colorScheme}, ${path}: ${v.id} (${v.nodes.length}×) ${v.nodes[0].target} ${v.nodes[0].failureSummary.split('\n')[1] || ''}`.trim());
    }
  }
}

test('HTML edition, light and dark: no violation', async () => {
  const context = await phone(chrome, { serviceWorkers: 'block', bypassCSP: true });
  const wrong = [];
  await each(context, list, async (page, path) => {
    await page.goto(server.url + path, { waitUntil: 'load' });
    await check(page, path, 'html', wrong);
  });
  assert.deepEqual(wrong, []);
  await context.close();
});

test('app, light and dark: no violation', async () => {
  const context = await phone(chrome, { bypassCSP: true });
  const page = await context.newPage();
  await settle(page, server.url);
  await synced(page, (await addresses(server.url)).filter(p => /^\/(tin|canh-bao)\//.test(p)).length, 30);
  const wrong = [];
  await each(context, app, async (page, path) => {
    await page.goto(server.url + path);
    await started(page);
    assert.equal(await shown(page), 'app');
    // A search is judged with what it found.
    if (path.includes('?q=')) await page.locator('#found h2, #found .em').first().waitFor();
    await check(page, path, 'app', wrong);
  });
  assert.deepEqual(wrong, []);
  await context.close();
});
