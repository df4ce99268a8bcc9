// What leaves the screen: one clean sheet of paper, and what a shared link tells Zalo, Facebook and search machines.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { addresses, browser, choose, each, find, furnished, items, LETTER, open, phone, serve, sheet, started } from './lib.mjs';

let server, chrome, plain, kinds;
before(async () => {
  server = await serve();
  chrome = await browser();
  plain = await phone(chrome, { serviceWorkers: 'block' });
  kinds = {
    NewsArticle: await find(server.url, 'giu-khung-det-zeng'),
    HowTo: await find(server.url, 'dang-ky-khai-sinh'),
    Event: await find(server.url, 'hoc-truc-tuyen-nuoi-ong'),
    SpecialAnnouncement: await find(server.url, 'lu-quet-sat-lo-o-a-luoi'),
  };
});
after(async () => {
  await chrome?.close();
  await server?.kill();
});

/** What stands on the page as printers see it. */
async function onPaper(page) {
  await page.emulateMedia({ media: 'print' });
  return page.evaluate(() => {
    const there = css => [...document.querySelectorAll(css)].filter(e => e.getClientRects().length && !e.closest('.vh,.sprite,.sk'));
    const seen = css => there(css).map(e => `${e.tagName}.${e.className.baseVal ?? e.className}`);
    const [r, g, b] = getComputedStyle(document.querySelector('h1')).color.match(/\d+/g).map(Number);
    return {
      clutter: seen('nav, .bar, button, .bt, footer.ft, .la, audio, .ph, #notices > *, .toast, summary'),
      title: there('h1').length, text: there('article .bd, article .do').length,
      source: there('.print-only').map(e => e.textContent).join(), ink: r + g + b, paper: getComputedStyle(document.documentElement).backgroundColor,
    };
  });
}
async function check(page, path, wrong) {
  const { count, a4 } = sheet(await page.pdf(LETTER));
  const paper = await onPaper(page);
  if (count !== 1) wrong.push(`${path}: ${count} sheets`);
  if (!a4) wrong.push(`${path}: not A4`);
  if (paper.clutter.length) wrong.push(`${path}: ${paper.clutter}`);
  if (paper.title !== 1 || !paper.text) wrong.push(`${path}: ${paper.title} titles, ${paper.text} texts`);
  if (!paper.source.includes(`${server.url}/`)) wrong.push(`${path}: "${paper.source}" does not say where to check it`);
  if (paper.ink !== 0 || paper.paper !== 'rgb(255, 255, 255)') wrong.push(`${path}: ${paper.ink} on ${paper.paper}`);
}

test('every alert and guide, and items of the other kinds, print on one A4 sheet of text and nothing else', async () => {
  const all = items(await addresses(server.url));
  const guides = [];
  for (const path of all) if (path.startsWith('/tin/') && (await (await fetch(server.url + path)).text()).includes('"@type":"HowTo"')) guides.push(path);
  const chosen = new Set([...all.filter(path => path.startsWith('/canh-bao/')), ...guides, ...Object.values(kinds), ...all.slice(0, 4)]);
  const wrong = [];
  await each(plain, [...chosen], async (page, path) => {
    await page.emulateMedia({ media: null });
    await page.goto(server.url + path, { waitUntil: 'load' });
    await check(page, path, wrong);
  });
  assert.deepEqual(wrong, []);
  assert.ok(guides.length >= 8 && chosen.size >= 24);
});

test('a text of any length that people write for a notice board stands on one sheet', async () => {
  const sentence = 'Bà con mang theo giấy tờ, đi đúng giờ đã hẹn và báo cho trưởng thôn khi có người già yếu cần giúp. ';
  const paragraphs = chars => Array.from({ length: Math.ceil(chars / 270) }, () => sentence.repeat(3).trim().slice(0, 270));
  const lengths = [1600, 2300, 3300, 4400, 6000, 8200];
  const own = await serve({ items: lengths.map(chars => ({ id: `dai-${chars}`, kind: 'bulletin', topics: ['y-te'], issued: '-1h', source: { name: 'Trạm y tế' }, title: `Bài dài ${chars} chữ cái về lịch khám ở các thôn trong tháng`, summary: sentence, body: paragraphs(chars) })) });
  const wrong = [], all = items(await addresses(own.url));
  assert.equal(all.length, lengths.length);
  await each(plain, all, async (page, path) => {
    await page.emulateMedia({ media: null });
    await page.goto(own.url + path, { waitUntil: 'load' });
    const { count, a4 } = sheet(await page.pdf(LETTER));
    if (count !== 1 || !a4) wrong.push(`${path}: ${count} sheets, A4: ${a4}`);
  });
  assert.deepEqual(wrong, []);
  await own.kill();
});

test('the app prints the same sheet, also for a reader of the largest text on a dark phone', async () => {
  const { context, page } = await furnished(chrome, server.url, { colorScheme: 'dark' });
  await open(page, `${server.url}/cai-dat`);
  await choose(page, 'size', 3);
  await choose(page, 'theme', 'dark');
  await page.locator('html[data-size="3"][data-theme=dark]').waitFor();
  const wrong = [];
  await each(context, Object.values(kinds), async (page, path) => {
    await page.emulateMedia({ media: null });
    await open(page, server.url + path);
    await started(page);
    await page.locator('article .bd').waitFor();
    await check(page, path, wrong);
  });
  assert.deepEqual(wrong, []);
  await context.close();
});

/** What machines read in the head of a page. */
const head = page => page.evaluate(() => {
  const meta = {};
  for (const e of document.head.querySelectorAll('meta[property], meta[name]')) meta[e.getAttribute('property') || e.name] = e.content;
  const data = [...document.querySelectorAll('script[type="application/ld+json"]')].map(e => JSON.parse(e.textContent));
  return { meta, data, canonical: document.querySelector('link[rel=canonical]')?.href, title: document.querySelector('article h1')?.textContent, summary: document.querySelector('article .ld')?.textContent };
});
/** Its real width and height, as a browser finds them. */
const measure = (page, url) => page.evaluate(async url => {
  const image = new Image();
  image.src = url;
  await image.decode();
  return [image.naturalWidth, image.naturalHeight];
}, url);

test('a shared link shows title, summary and picture, whatever the kind of item', async () => {
  const page = await plain.newPage();
  for (const [kind, path] of Object.entries(kinds)) {
    await page.goto(server.url + path);
    const { meta, data: [data, ...more], canonical, title, summary } = await head(page);
    assert.equal(meta['og:title'], `[Bài mẫu] ${title}`, 'of a sample');
    assert.equal(meta['og:description'], `[Bài mẫu] ${summary}`);
    assert.equal(meta.description, `[Bài mẫu] ${summary}`);
    assert.equal(meta['og:type'], 'article');
    assert.equal(meta['og:url'], server.url + path);
    assert.equal(canonical, server.url + path);
    assert.ok(meta['og:image'].startsWith(`${server.url}/`), meta['og:image']);
    const answer = await fetch(meta['og:image']);
    assert.equal(answer.status, 200);
    assert.match(answer.headers.get('content-type'), /^image\/(png|jpeg|webp)$/);
    const size = await measure(page, meta['og:image']);
    // Zalo and Facebook show nothing that is smaller.
    assert.ok(size[0] >= 200 && size[1] >= 200, `${size}`);
    if (meta['og:image:width']) assert.deepEqual([meta['og:image:width'], meta['og:image:height']].map(Number), size);
    assert.deepEqual(more, []);
    assert.deepEqual([data['@context'], data['@type'], data.headline || data.name, data.url], ['https://schema.org', kind, `[Bài mẫu] ${title}`, server.url + path]);
    const day = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/;
    if (kind === 'NewsArticle') assert.ok(day.test(data.datePublished) && data.author.name && data.image === meta['og:image'] && meta['og:image:width']);
    if (kind === 'HowTo') assert.ok(data.step.length >= 3 && data.step.every(step => step.text) && data.supply.length);
    if (kind === 'Event') assert.ok(day.test(data.startDate) && data.location.length && data.organizer.name);
    if (kind === 'SpecialAnnouncement') assert.ok(day.test(data.datePosted) && day.test(data.expires) && data.spatialCoverage[0].name && data.text);
  }
  await page.goto(server.url);
  const { meta, data } = await head(page);
  // A list needs no more than its Open Graph, and its readers wait for every byte.
  assert.deepEqual([data.length, meta['og:image'], meta['og:title'].startsWith('Bản Tin')], [0, `${server.url}/og.png`, true]);
  assert.deepEqual(await measure(page, meta['og:image']), [1200, 630]);
  await page.close();
});

test('a language of the same item has its own preview and names the other', async () => {
  const page = await plain.newPage();
  await page.goto(`${server.url}/en${kinds.HowTo}`);
  const { meta, canonical, title } = await head(page);
  assert.deepEqual([meta['og:title'], meta['og:locale'], canonical], [`[Sample] ${title}`, 'en_GB', `${server.url}/en${kinds.HowTo}`]);
  assert.notEqual(title, 'Đăng ký khai sinh cho con');
  const others = await page.locator('link[rel=alternate][hreflang]').evaluateAll(all => all.map(e => [e.hreflang, e.href]));
  assert.deepEqual(others, [['vi', server.url + kinds.HowTo], ['en', `${server.url}/en${kinds.HowTo}`]]);
  await page.close();
});
