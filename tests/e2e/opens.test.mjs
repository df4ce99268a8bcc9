// How often items are opened: asked once, sent only by who agreed, without a name, and no opening counted twice.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { addresses, booted, browser, items, link, phone, serve, until } from './lib.mjs';

let server, line, chrome, page, paths;
const sent = [];
before(async () => {
  server = await serve();
  line = await link(server);
  chrome = await browser();
  page = await (await phone(chrome)).newPage();
  paths = items(await addresses(server.url)).filter(path => path.startsWith('/tin/'));
  line.rule = (path, request) => {
    if (path !== '/dem') return;
    const parts = [];
    request.on('data', part => parts.push(part));
    request.on('end', () => sent.push({ body: JSON.parse(Buffer.concat(parts)), cookie: request.headers.cookie }));
    // The server took it; its answer is lost.
    return { cut: 0 };
  };
});
after(async () => {
  await chrome?.close();
  await line?.down();
  await server?.kill();
});

const stored = key => page.evaluate(key => localStorage[key], key);
async function read(path) {
  await page.goto(line.url + path);
  await booted(page);
}

test('nothing is sent before somebody agrees, and who agrees is counted from then on', async () => {
  for (const path of paths.slice(0, 8)) await read(path);
  const question = page.locator('.toast', { hasText: 'không kèm tên ai' });
  await question.waitFor();
  assert.equal(Object.keys(JSON.parse(await stored('bt-opens'))).length, 8);
  await question.getByRole('button', { name: 'Đồng ý' }).click();
  assert.deepEqual([await stored('bt-count'), await stored('bt-opens'), sent.length], ['yes', '{}', 0]);
});

test('one message a day with numbers alone, never twice where the answer is lost', async () => {
  await read(paths[1]);
  await until('it is sent', () => sent.length);
  const [{ body, cookie }] = sent;
  assert.deepEqual([body, cookie], [{ opens: { [paths[1].slice(-8)]: 1 } }, undefined]);
  await until('what was sent is forgotten', async () => (await stored('bt-opens')) === '{}');
  // What is opened later waits for the next day, and does not bring the first along.
  await read(paths[2]);
  assert.deepEqual(JSON.parse(await stored('bt-opens')), { [paths[2].slice(-8)]: 1 });
  assert.equal(sent.length, 1);
  await page.evaluate(() => { localStorage['bt-sent'] = Date.now() - 86400e3; });
  await read(paths[3]);
  await until('it is sent', () => sent.length === 2);
  assert.deepEqual(sent[1].body, { opens: { [paths[2].slice(-8)]: 1, [paths[3].slice(-8)]: 1 } });
});

test('who stops it in the settings sends nothing any more', async () => {
  await read('/cai-dat');
  await page.locator('#bt-count button', { hasText: 'Thôi gửi' }).click();
  await page.evaluate(() => { delete localStorage['bt-sent']; });
  await read(paths[4]);
  await page.waitForLoadState('networkidle');
  assert.deepEqual([await stored('bt-count'), await stored('bt-opens'), sent.length], ['no', '{}', 2]);
});
