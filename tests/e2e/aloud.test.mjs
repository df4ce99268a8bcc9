// Reading aloud: with the phone's own voice sentence by sentence, the spoken one marked; nothing where there is no voice.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { browser, find, furnished, open, serve, until } from './lib.mjs';

let server, chrome, context, plain, recorded;
before(async () => {
  server = await serve();
  chrome = await browser();
  ({ context } = await furnished(chrome, server.url));
  plain = server.url + (await find(server.url, 'sau-mua-lu'));
  recorded = server.url + (await find(server.url, 'sot-xuat-huyet'));
});
after(async () => {
  await chrome?.close();
  await server?.kill();
});

/** A voice under the story's hand: a sentence ends when the story says so. */
function voice(langs) {
  class Voice { constructor(lang) { Object.assign(this, { lang, name: lang, localService: true, default: false, voiceURI: lang }); } }
  class Words { constructor(text) { this.text = text; } }
  const synthesis = Object.assign(new EventTarget(), {
    voices: langs.map(lang => new Voice(lang)), said: [], queue: [], asked: 0,
    getVoices() { this.asked++; return this.voices; },
    speak(words) { this.queue.push(words); this.said.push([words.text, words.voice.lang]); },
    cancel() { for (const words of this.queue.splice(0)) setTimeout(() => words.onerror?.({ error: 'canceled' })); },
    end() { this.queue.shift().onend?.({}); },
    learn(lang) { this.voices.push(new Voice(lang)); this.dispatchEvent(new Event('voiceschanged')); },
  });
  Object.defineProperties(synthesis, { speaking: { get() { return this.queue.length > 0; } }, pending: { get() { return this.queue.length > 1; } } });
  const put = (name, value) => Object.defineProperty(window, name, { value, configurable: true, writable: true });
  put('speechSynthesis', synthesis);
  put('SpeechSynthesisUtterance', Words);
  put('SpeechSynthesisVoice', Voice);
}
const listen = page => page.locator('[data-act=listen]');
async function reader(langs, address, prepare, shows = 'article .bd') {
  const page = await context.newPage();
  if (langs) await page.addInitScript(voice, langs);
  if (prepare) await page.addInitScript(prepare);
  await open(page, address);
  await page.locator(shows).waitFor();
  return page;
}
const speaks = page => until('it speaks', () => page.evaluate(() => speechSynthesis.speaking));
const said = page => page.evaluate(() => speechSynthesis.said);
/** What is marked, and whether one can see it. */
const marked = page => page.evaluate(() => {
  const [range] = CSS.highlights.get('say') || [];
  if (!range) return null;
  const at = range.startContainer.parentElement, colour = getComputedStyle(at, '::highlight(say)').backgroundColor;
  return { text: range.toString().trim(), visible: colour !== 'rgba(0, 0, 0, 0)', top: range.getBoundingClientRect().top, bar: document.querySelector('.bar').getBoundingClientRect().top, bottom: range.getBoundingClientRect().bottom };
});

test('the whole item is read in order, sentence by sentence, each marked and in sight while it is spoken', async () => {
  const page = await reader(['en-US', 'vi-VN'], plain);
  const whole = await page.evaluate(() => [...document.querySelectorAll('article h1, article .ld, article .st, article .mt, article .bd')].map(e => e.textContent).join(''));
  await listen(page).click();
  await speaks(page);
  let spoken = 0;
  for (let more = true; more; spoken++) {
    const [all, mark] = await Promise.all([said(page), marked(page)]);
    const [text, lang] = all.at(-1);
    assert.equal(lang, 'vi-VN');
    assert.equal(mark.text, text);
    assert.ok(mark.visible, `"${text}" is marked without a colour`);
    assert.ok(mark.top >= 0 && mark.bottom <= mark.bar, `"${text}" is spoken out of sight: ${mark.top}–${mark.bottom}`);
    more = await page.evaluate(() => {
      speechSynthesis.end();
      return speechSynthesis.speaking;
    });
  }
  const all = (await said(page)).map(([text]) => text);
  assert.equal(all.length, spoken);
  assert.equal(all.join('').replace(/\s/g, ''), whole.replace(/\s/g, ''));
  assert.ok(all.length > 12 && all.every(text => text.length < 230), 'sentences, not paragraphs');
  assert.equal(await marked(page), null);
  await page.close();
});

/** What a voice says of an item, each sentence ended at once. */
async function heard(slug) {
  const page = await reader(['vi-VN'], server.url + (await find(server.url, slug)));
  await listen(page).click();
  await speaks(page);
  await page.evaluate(() => { while (speechSynthesis.speaking) speechSynthesis.end(); });
  const all = (await said(page)).map(([text]) => text);
  const seen = selector => page.locator(`article ${selector}`).evaluateAll(all => all.map(e => e.textContent.trim()));
  return { page, all, seen };
}

test('who cannot read hears of an alert what to do, where it holds and whom to call', async () => {
  const { page, all, seen } = await heard('lu-quet-sat-lo');
  const parts = { steps: await seen('.do li'), where: await seen('section:has(.map) > p'), calls: await seen('.cs .cl'), level: await seen('.hz'), captions: await seen('.fg figcaption') };
  for (const [part, texts] of Object.entries(parts)) {
    assert.ok(texts.length, part);
    const spoken = all.join(' ').replace(/\s/g, '');
    for (const text of texts) assert.ok(spoken.includes(text.replace(/\s/g, '')), `${part}: "${text}" is not read`);
  }
  // What a part is about is said before it; of the other messages only their own pages speak.
  assert.ok(all.indexOf('Cần làm ngay') >= 0 && all.indexOf('Cần làm ngay') === all.findIndex(text => parts.steps[0].startsWith(text)) - 1);
  assert.equal(all.indexOf(parts.where[0]), all.indexOf('Ở đâu') + 1);
  assert.ok(!all.includes('Các lần phát tin'));
  // Each thing to do once, before whom to call.
  assert.equal(all.filter(text => parts.steps[0].startsWith(text)).length, 1);
  assert.ok(all.indexOf(parts.calls[0]) > all.findIndex(text => parts.steps.at(-1).startsWith(text)));
  await page.close();
});

test('of a guide each paper is a sentence of its own, and what it costs has its name', async () => {
  const { page, all, seen } = await heard('dang-ky-khai-sinh');
  const papers = await seen('.pp dd');
  assert.ok(papers.length > 1);
  for (const text of [...papers, ...await seen('.fa dt')]) assert.ok(all.includes(text), `"${text}" is not read alone`);
  await page.close();
});

test('a second tap stops it and takes the mark away; so does another page', async () => {
  const page = await reader(['vi-VN'], plain);
  await listen(page).click();
  await speaks(page);
  assert.ok(await marked(page));
  await page.locator('[data-act=listen]', { hasText: 'Dừng đọc' }).click();
  await page.locator('[data-act=listen]', { hasText: 'Nghe đọc' }).waitFor();
  assert.equal(await page.evaluate(() => speechSynthesis.speaking), false);
  assert.equal(await marked(page), null);
  await listen(page).click();
  await speaks(page);
  await page.locator('.bar a').first().click();
  await page.locator('main .home').waitFor();
  assert.equal(await page.evaluate(() => speechSynthesis.speaking), false);
  assert.equal(await marked(page), null);
  await page.close();
});

test('what is withdrawn while it is read is not read to its end', async () => {
  const item = { id: 'sai', kind: 'bulletin', topics: ['y-te'], places: [], issued: '-1h', source: { name: 'Trạm y tế' }, lang: 'vi', title: 'Lịch tiêm viết sai', summary: 'Sáng thứ Hai.', body: ['Đến trạm từ bảy giờ.', 'Mang theo sổ.'] };
  server.import([item]);
  const wrong = await until('it stands', () => find(server.url, 'lich-tiem-viet-sai').catch(() => undefined));
  const page = await reader(['vi-VN'], server.url + wrong);
  await listen(page).click();
  await speaks(page);
  server.import([{ id: 'sai', withdrawn: 'Nhầm ngày.' }]);
  await until('the server has it', async () => (await fetch(server.url + wrong)).status === 410);
  // Another tab hears of it.
  const other = await reader(null, `${server.url}/trong-may`, undefined, 'main h1');
  await other.locator('[data-act=sync]').click();
  await page.locator('main', { hasText: 'Nhầm ngày' }).waitFor();
  assert.equal(await page.evaluate(() => speechSynthesis.speaking), false);
  await other.close();
  await page.close();
});

test('a browser without highlights marks the paragraph', async () => {
  const page = await reader(['vi-VN'], plain, () => { delete window.Highlight; });
  await listen(page).click();
  const paragraph = page.locator('article .say');
  const mark = await paragraph.evaluate(e => [e.tagName, getComputedStyle(e).backgroundColor]);
  assert.equal(mark[0], 'H1');
  assert.notEqual(mark[1], 'rgba(0, 0, 0, 0)');
  await page.evaluate(() => { while (speechSynthesis.speaking) speechSynthesis.end(); });
  assert.equal(await paragraph.count(), 0);
  await page.close();
});

test('no button without a Vietnamese voice or without speech, and it comes when the voice comes', async () => {
  const page = await reader(['en-US', 'vie-x'], plain);
  await until('the app has looked for a voice', () => page.evaluate(() => speechSynthesis.asked));
  assert.equal(await listen(page).count(), 0);
  await page.evaluate(() => speechSynthesis.learn('vi_VN'));
  await listen(page).waitFor();
  await page.close();
  const mute = await reader(null, plain, () => {
    Object.defineProperty(window, 'speechSynthesis', { get() { window.__asked = true; } });
  });
  await until('the app has looked for speech', () => mute.evaluate(() => window.__asked));
  assert.equal(await mute.locator('[data-act=share]').count(), 1);
  assert.equal(await listen(mute).count(), 0);
  await mute.close();
});

test('a recording stands before the voice and before the text, with its length and price, and loads only when played', async () => {
  const page = await reader(['vi-VN'], recorded);
  const asked = [];
  page.on('request', request => { if (request.url().includes('/media/')) asked.push(request.url()); });
  await listen(page).waitFor();
  const order = await page.evaluate(() => [...document.querySelectorAll('article > figure audio, article [data-act=listen], article .bd')].map(e => e.dataset.act || e.className || e.tagName));
  assert.deepEqual(order, ['AUDIO', 'listen', 'bd']);
  assert.match(await page.locator('figure.au figcaption').first().innerText(), /\d:\d\d · \d+ KB/);
  assert.deepEqual(asked, []);
  await page.evaluate(() => document.querySelector('article audio').play().catch(() => {}));
  await until('the recording is asked for', () => asked.length);
  await page.close();
});
