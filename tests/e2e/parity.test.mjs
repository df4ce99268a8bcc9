// The two editions say the same: the text of the main part of each route, from the server and from the app.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { addresses, browser, each, find, mainText, phone, routes, serve, settle, shown, started, synced, until } from './lib.mjs';

let server, chrome, list;
before(async () => {
  server = await serve();
  chrome = await browser();
  const gone = await find(server.url, 'xem-lai-the-bao-hiem');
  server.import([{ id: 'mau-bao-hiem-y-te', withdrawn: 'Đăng nhầm ngày.' }]);
  await until('it is withdrawn', async () => (await fetch(server.url + gone)).status === 410);
  const found = await routes(server.url);
  const some = (paths, step) => paths.filter((_, i) => i % step === 0);
  const english = (await addresses(server.url)).filter(p => p.startsWith('/en/tin/') || p.startsWith('/en/canh-bao/'));
  list = [...found.still, ...some(found.topics, 3), ...some(found.places, 9), '/noi/cu/huyen-a-luoi', ...found.alerts, ...some(found.items, 2),
    gone, '/tim?q=lu&loai=alert', '/tim?q=tre+em&chu-de=y-te', '/tim?q=lich&noi=a-luoi-2', '/en', '/en/canh-bao', '/en/tim?q=flood', ...some(english, 3)];
});
after(async () => {
  await chrome?.close();
  await server?.kill();
});

test('every route reads the same in the HTML edition and in the app', async () => {
  const items = (await addresses(server.url)).filter(p => /^\/(tin|canh-bao)\//.test(p)).length;
  const context = await phone(chrome);
  const page = await context.newPage();
  await settle(page, server.url);
  await synced(page, items, 30);
  await page.close();
  const plain = await phone(chrome, { javaScriptEnabled: false });
  const wrong = [];
  await each(context, list, async (page, path) => {
    const other = await plain.newPage();
    let html, app;
    const compare = async () => {
      await other.goto(server.url + path);
      html = await mainText(other);
      await page.goto(server.url + path);
      await started(page);
      assert.equal(await shown(page), 'app', path);
      // Search answers a moment after its page stands, and a body that is not here yet comes from the server.
      return until('same text', async () => (app = await mainText(page)) === html, 20000).catch(() => false);
    };
    // Both once more: "3 minutes ago" may have become 4 between the two.
    if (!((await compare()) || (await compare()))) {
      const [a, b] = [html.split('\n'), app.split('\n')];
      const at = a.findIndex((line, i) => line !== b[i]);
      wrong.push(`${path}: line ${at}: html ${JSON.stringify(a[at])}, app ${JSON.stringify(b[at])} (${a.length}/${b.length} lines)`);
    }
    await other.close();
  });
  assert.deepEqual(wrong, []);
});
