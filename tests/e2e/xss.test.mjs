// Whatever stands in a text field stays text: in pages, in the app, in titles, addresses and what machines read.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { addresses, browser, CACHE_DB, each, phone, rows, serve, settle, shown, started, until } from './lib.mjs';

const CORPUS = [
  '<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', "'><svg onload=alert(1)>", '</textarea><script>alert(1)</script>', '</title><script>alert(1)</script>',
  '</script><script>alert(1)</script>', '<!--<script>alert(1)//-->', '</template><img src=x onerror=alert(1)>', '</style><img src=x onerror=alert(1)>',
  'javascript:alert(1)', '&lt;img src=x onerror=alert(1)&gt;', 'dòng\u2028alert(1)\u2029', '\u202egpj.exe\u202c đảo chữ', '{{constructor.constructor("alert(1)")()}}',
  '${alert(1)}', '" autofocus onfocus=alert(1) x="', '<a href=javascript:alert(1)>bấm</a>', '<iframe srcdoc="<script>alert(1)</script>">', '<math><mi//xlink:href="data:x,<script>alert(1)</script>">',
  'раураl', '**<b onmouseover=alert(1)>đậm</b>**', '__<i onclick=alert(1)>__',
];
const items = CORPUS.flatMap((bad, i) => [
  {
    id: `xss-${i}`, kind: 'bulletin', topics: ['y-te'], issued: '0m', title: `${i} ${bad}`, summary: `tóm tắt ${bad}`, source: { name: `nguồn ${bad}`, document: `số ${bad}` },
    body: [`đoạn ${bad}`, { heading: `mục ${bad}` }, { list: [`gạch ${bad}`] }, { steps: [`bước ${bad}`] }, { quote: `lời ${bad}`, by: `ai ${bad}` },
      { table: { head: [`đầu ${bad}`], rows: [[`ô ${bad}`]] } }, { call: '115', label: `gọi ${bad}` }, { link: 'https://example.org/', label: `xem ${bad}` },
      { image: 'det-zeng.webp', alt: `hình ${bad}`, caption: `chú thích ${bad}` }, { audio: 'cb-lu-quet.ogg', title: `tiếng ${bad}` }],
    variants: [{ lang: 'en', title: `${i} en ${bad}`, summary: `en ${bad}`, body: [`en ${bad}`] }],
  },
  {
    id: `xss-alert-${i}`, kind: 'alert', topics: ['phong-chong-thien-tai'], issued: '0m', effective: '0m', expires: '+1d', title: `cb ${i} ${bad}`, summary: `tóm tắt ${bad}`, source: { name: `đài ${bad}` },
    body: [{ steps: [`làm ${bad}`] }], facts: [{ area: `vùng ${bad}` }, { contingency: `nếu ${bad}` }], alert: { level: 2, hazard: 'flash-flood', msg_type: 'alert' },
  },
  {
    id: `xss-guide-${i}`, kind: 'guide', topics: ['y-te'], issued: '0m', title: `hd ${i} ${bad}`, summary: `tóm tắt ${bad}`, source: { name: `sở ${bad}` }, body: [{ steps: [`bước ${bad}`] }],
    facts: [{ paper: `giấy ${bad}` }, { fee: `phí ${bad}` }, { office: `nơi ${bad}` }, { hours: `giờ ${bad}` }, { phone: '0234 1' }, { duration: `lâu ${bad}` }],
  },
  {
    id: `xss-event-${i}`, kind: 'event', topics: ['y-te'], issued: '0m', title: `sk ${i} ${bad}`, summary: `tóm tắt ${bad}`, source: { name: `sở ${bad}` }, body: [`đoạn ${bad}`],
    facts: [{ venue: `chỗ ${bad}` }], event: { start: '+2d', end: '+3d' },
  },
]);

/** As it is compared: no directional controls, which no page keeps, no blanks, which any line break changes, no marks of emphasis. */
const plain = text => text.replace(/[\u202a-\u202e\u2066-\u2069]|[\s\u2028\u2029]+|\*\*|__/g, '');
/** Every text of an item that its page has to show: of an alert and of links also what only programs read. */
const texts = value => (typeof value === 'string' ? [value] : value && typeof value === 'object' ? Object.values(value).flatMap(texts) : []);

let server, chrome, paths, gone;
/** The one script that stands inside our pages, word for word. */
let own;
/** What has to stand at an address. */
const expected = new Map();
before(async () => {
  server = await serve({ items, sample: false, media: ['det-zeng.webp', 'cb-lu-quet.ogg'] });
  chrome = await browser();
  own = (await (await fetch(`${server.url}/gioi-thieu`)).text()).split(/<\/?script>/)[1];
  paths = (await addresses(server.url)).filter(p => /^(\/en)?\/(tin|canh-bao)\//.test(p));
  for (const path of paths) {
    const html = await (await fetch(server.url + path)).text();
    const data = JSON.parse(html.split('application/ld+json">')[1].split('</script>')[0]);
    const title = plain(data.headline ?? data.name);
    const [item] = items.filter(item => [item, ...(item.variants ?? [])].some(own => title.endsWith(plain(own.title)))).sort((a, b) => b.title.length - a.title.length);
    assert.ok(item, `${path}: ${title}`);
    const shown = path.startsWith('/en/') && item.variants ? { ...item.variants[0], source: item.source } : { ...item, variants: undefined };
    expected.set(path, texts(shown).filter(text => CORPUS.some(bad => text.endsWith(bad))).map(plain));
  }
  const withdrawn = CORPUS.map((bad, i) => ({ id: `xss-gone-${i}`, bad }));
  server.import(withdrawn.map(({ id, bad }) => ({ id, kind: 'bulletin', topics: ['y-te'], issued: '0m', title: `rút ${id.slice(9)} ${bad}`, summary: 'tóm tắt', source: { name: 'nguồn' }, body: ['đoạn'] })));
  await until('they are there', async () => (await addresses(server.url)).filter(path => path.includes('/tin/rut-')).length === CORPUS.length);
  gone = (await addresses(server.url)).filter(path => path.includes('/tin/rut-'));
  server.import(withdrawn.map(({ id, bad }) => ({ id, withdrawn: `lý do ${bad}` })));
  await until('they are withdrawn', async () => (await fetch(server.url + gone.at(-1))).status === 410);
  for (const path of gone) expected.set(path, [plain(`lý do ${CORPUS[/rut-(\d+)/.exec(path)[1]]}`)]);
});
after(async () => {
  await chrome?.close();
  await server?.kill();
});

/** Dialogs, and elements that only markup inside a text could have made. */
function guard(page, wrong) {
  page.on('dialog', dialog => {
    wrong.push(`dialog at ${page.url()}: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on('console', message => { if (/Content Security Policy/.test(message.text())) wrong.push(`${page.url()}: ${message.text()}`); });
}
const foreign = page => page.evaluate(own => {
  const bad = [...document.querySelectorAll('main iframe, main math, main textarea, main script:not([type]), [onerror],[onload],[onfocus],[onclick],[onmouseover],[srcdoc], main img[src="x"], main a[href^="javascript:" i]')].filter(e => e.localName !== 'script' || e.textContent !== own);
  const bidi = /[\u202a-\u202e\u2066-\u2069]/.test(document.documentElement.outerHTML);
  return [...bad.map(e => e.outerHTML.slice(0, 120)), ...(bidi ? ['a directional control'] : [])];
}, own);

/** Texts of an item that are not to be read on its page; a picture that has not been loaded has its text in an attribute. */
const absent = async (page, path) => {
  const said = plain(await page.evaluate(() => document.querySelector('main').textContent + [...document.querySelectorAll('main [data-alt]')].map(e => e.dataset.alt).join()));
  return (expected.get(path) ?? []).filter(text => !said.includes(text)).map(text => `${path}: ${text} is not there`);
};

test('pages of the server: no dialog, no foreign element, everything there as text', async () => {
  // Every one of the corpus in every kind, bulletins in English too.
  assert.equal(paths.length, CORPUS.length * 5);
  assert.equal(gone.length, CORPUS.length);
  assert.ok(Math.min(...paths.map(path => expected.get(path).length)) >= 3);
  const context = await phone(chrome, { serviceWorkers: 'block' });
  const wrong = [];
  context.on('page', page => guard(page, wrong));
  await each(context, ['/', '/en', '/canh-bao', '/chu-de/y-te', ...paths, ...gone], async (page, path) => {
    await page.goto(server.url + path, { waitUntil: 'domcontentloaded' });
    wrong.push(...(await foreign(page)).map(found => `${path}: ${found}`), ...(await absent(page, path)));
  });
  assert.deepEqual(wrong, []);
  await context.close();
});

test('what is typed into an address or the search box is shown as text', async () => {
  const context = await phone(chrome, { serviceWorkers: 'block' });
  const wrong = [];
  context.on('page', page => guard(page, wrong));
  await each(context, CORPUS, async (page, bad) => {
    await page.goto(`${server.url}/tim?q=${encodeURIComponent(bad)}&chu-de=${encodeURIComponent(bad)}`, { waitUntil: 'domcontentloaded' });
    wrong.push(...(await foreign(page)));
    const typed = await page.locator('#q').inputValue();
    assert.equal(typed, bad.replace(/[\u202a-\u202e\u2066-\u2069]/g, ''), bad);
    await page.goto(`${server.url}/tin/${encodeURIComponent(bad)}`, { waitUntil: 'domcontentloaded' });
    wrong.push(...(await foreign(page)));
  });
  assert.deepEqual(wrong, []);
  await context.close();
});

test('the app: the same texts out of the store, in lists, articles and search', async () => {
  const context = await phone(chrome);
  const page = await context.newPage();
  const wrong = [];
  guard(page, wrong);
  await settle(page, server.url);
  // The newest bodies come by themselves; an article that is not here yet is fetched when it is opened.
  await until('all cards', async () => (await rows(page, CACHE_DB, 'cards')).length >= items.length, 60000);
  for (const path of ['/', '/canh-bao', '/chu-de/y-te']) {
    await page.goto(server.url + path);
    await started(page);
    wrong.push(...(await foreign(page)).map(found => `${path}: ${found}`));
  }
  for (const path of paths) {
    await page.evaluate(path => {
      history.pushState(null, '', path);
      dispatchEvent(new PopStateEvent('popstate'));
    }, path);
    const texts = expected.get(path);
    await until(`the ${texts.length} texts of ${path}`, async () => !(await absent(page, path)).length);
    wrong.push(...(await foreign(page)).map(found => `${path}: ${found}`));
  }
  assert.equal(await shown(page), 'app');
  await page.goto(`${server.url}/tim`);
  await started(page);
  for (const bad of CORPUS.slice(0, 10)) {
    await page.locator('#q').fill(bad);
    // Its address follows the results; what was found, or that nothing was.
    await until('an answer', () => page.evaluate(bad => new URLSearchParams(location.search).get('q') === bad.trim() && !!document.querySelector('#found h2, #found .em'), bad));
    wrong.push(...(await foreign(page)));
  }
  assert.deepEqual(wrong, []);
  await context.close();
});

test('feeds and machine-readable data stay well formed', async () => {
  const context = await phone(chrome);
  const page = await context.newPage();
  await page.goto(server.url);
  for (const path of ['/sitemap.xml', '/feed/tin.atom', '/canh-bao.cap']) {
    const broken = await page.evaluate(async path => {
      const text = await (await fetch(path)).text();
      return new DOMParser().parseFromString(text, 'application/xml').querySelector('parsererror')?.textContent || '';
    }, path);
    assert.equal(broken, '', path);
  }
  const html = await (await fetch(server.url + paths[0])).text();
  const data = html.split('application/ld+json">')[1]?.split('</script>')[0];
  assert.ok(data && JSON.parse(data));
  await context.close();
});
