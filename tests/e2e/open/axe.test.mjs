// WCAG 2.2 AA as far as a program can tell: every kind of page, both editions, light and dark.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { addresses, browser, phone, routes, serve, settle, shown, started, synced } from '../lib.mjs';

const axe = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], resultTypes: ['violations'] };
let server, chrome, list;
before(async () => {
  server = await serve();
  chrome = await browser();
  const found = await routes(server.url);
  const some = (paths, count) => paths.slice(0, count);
  // One of each kind of item is enough: what differs is the text.
  const kinds = {};
  for (const path of found.items) {
    const html = await (await fetch(server.url + path)).text();
    const kind = [html.includes('data-act="image"'), html.includes('<audio'), html.includes('<table'), html.includes('<ol'), html.includes('.ics')].join();
    kinds[kind] ??= path;
  }
  list = [...found.still, '/ngoai-tuyen', ...some(found.topics, 1), ...some(found.places, 1), '/noi/cu/huyen-a-luoi', ...Object.values(kinds), ...some(found.alerts, 4), '/en', '/en/tim?q=flood', '/khong-co'];
});
after(async () => {
  await chrome?.close();
  await server?.kill();
});

async function check(page, path, wrong, where) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(rules => window.axe.run(document, rules), RULES);
  for (const v of violations) wrong.push(`${where} ${path}: ${v.id} (${v.nodes.length}×) ${v.nodes[0].target} ${v.nodes[0].failureSummary.split('\n')[1] || ''}`.trim());
}

for (const colorScheme of ['light', 'dark']) {
  test(`HTML edition, ${colorScheme}: no violation`, async () => {
    const context = await phone(chrome, { colorScheme, serviceWorkers: 'block', bypassCSP: true });
    const page = await context.newPage();
    const wrong = [];
    for (const path of list) {
      await page.goto(server.url + path, { waitUntil: 'load' });
      await check(page, path, wrong, 'html');
    }
    assert.deepEqual(wrong, []);
    await context.close();
  });
}

test('app, light and dark: no violation', async () => {
  const context = await phone(chrome, { bypassCSP: true });
  const page = await context.newPage();
  await settle(page, server.url);
  await synced(page, (await addresses(server.url)).filter(p => /^\/(tin|canh-bao)\//.test(p)).length, 30);
  const wrong = [];
  for (const path of list.filter(p => p !== '/khong-co' && p !== '/ngoai-tuyen')) {
    await page.emulateMedia({ colorScheme: 'light' });
    await page.goto(server.url + path);
    await started(page);
    assert.equal(await shown(page), 'app');
    await check(page, path, wrong, 'app light');
    await page.emulateMedia({ colorScheme: 'dark' });
    await check(page, path, wrong, 'app dark');
  }
  assert.deepEqual(wrong, []);
  await context.close();
});
