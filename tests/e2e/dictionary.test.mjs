// An update of the program travels as a difference from the one that the phone has, and new cards as one from those that came
// before (RFC 9842).
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { addresses, ASSETS, browser, link, packed, phone, release, serve, settle, sha, synced, until, visited } from './lib.mjs';
import { budget } from '../bench/judge.mjs';

const told = folder => JSON.parse(fs.readFileSync(path.join(folder, 'release.json'), 'utf8'));
const old = packed(told(ASSETS).app.wasm);
const held = old.map(name => fs.readFileSync(path.join(ASSETS, name)));
/** Brotli size of the program, as the build measured it. */
const whole = told(ASSETS).files.find(file => file.url === told(ASSETS).app.wasm).bytes;
/** The program with a section that engines skip: 16 KB that no compression makes smaller, as much as a large change brings. */
const next = release({}, wasm => {
  const noise = [];
  for (let at = 0; at < 512; at++) noise.push(crypto.createHash('sha256').update(`${at}`).digest());
  const section = Buffer.concat([Buffer.from([4]), Buffer.from('news'), ...noise]);
  const length = [section.length & 127 | 128, section.length >> 7 & 127 | 128, section.length >> 14];
  return Buffer.concat([wasm, Buffer.from([0, ...length]), section]);
});
const program = told(next.folder).app.wasm;
const names = packed(program);
/** The last part is the one that grew. */
const name = names[3];
const body = fs.readFileSync(path.join(next.folder, name));
const plain = fs.readFileSync(path.join(next.folder, program));
const dictionaries = held.map(part => `:${crypto.createHash('sha256').update(part).digest('base64')}:`);
const dictionary = dictionaries[3];

let server, line, chrome;
before(async () => {
  server = await serve();
  line = await link(server);
  chrome = await browser();
});
after(async () => {
  await chrome?.close();
  await line?.down();
  await server?.kill();
});

test('a phone that holds the release before fetches less than a third of the program, and ends up with the right bytes', async () => {
  assert.equal(await WebAssembly.validate(plain), true);
  const context = await phone(chrome);
  const page = await context.newPage();
  await settle(page, line.url);
  for (const [at, name] of old.entries()) {
    const { headers } = line.answers.find(({ path }) => path === name);
    assert.equal(headers['use-as-dictionary'], `match="/app-*_bg.w${at + 1}"`);
    assert.match(headers.vary, /available-dictionary/);
  }
  await server.kill();
  await server.start(next.folder);
  await page.evaluate(async () => { await (await navigator.serviceWorker.getRegistration()).update(); });
  await until('the new release waits', () => page.evaluate(async () => !!(await navigator.serviceWorker.getRegistration()).waiting), 60000);
  const answers = line.answers.filter(({ path }) => names.includes(path.split('?')[0]));
  assert.deepEqual(answers.map(({ path }) => path), names);
  assert.ok(!line.answers.some(({ path }) => path.includes('.wasm')), 'the plain form is for those who cannot take the other');
  for (const [at, { asked, headers }] of answers.entries()) {
    assert.equal(asked['available-dictionary'], dictionaries[at]);
    assert.match(asked['accept-encoding'], /\bdcz\b/);
    assert.match(headers['content-encoding'], /^dc[bz]$/);
  }
  const bytes = answers.reduce((sum, answer) => sum + answer.bytes, 0);
  assert.ok(bytes <= budget('content').update_ratio * whole, `${bytes} bytes where the whole program is ${whole}`);
  const kept = await page.evaluate(async ([version, name]) => {
    const response = await (await caches.open(`bt-app-${version}`)).match(name);
    const digest = await crypto.subtle.digest('SHA-256', await response.arrayBuffer());
    return [...new Uint8Array(digest)].map(byte => byte.toString(16).padStart(2, '0')).join('');
  }, [next.version, program]);
  assert.equal(kept, sha(plain));
  await context.close();
});

test('whoever has no dictionary, another one, or cannot use it gets the whole file in a form he reads', async () => {
  await server.kill();
  await server.start(next.folder);
  const ask = async headers => {
    const answer = await fetch(server.url + name, { headers });
    return [answer.headers.get('content-encoding'), sha(Buffer.from(await answer.arrayBuffer())) === sha(body)];
  };
  assert.deepEqual(await ask({ 'accept-encoding': 'gzip, br' }), ['br', true]);
  assert.deepEqual(await ask({ 'accept-encoding': 'gzip, br', 'available-dictionary': dictionary }), ['br', true]);
  assert.deepEqual(await ask({ 'accept-encoding': 'br, dcz', 'available-dictionary': `:${crypto.randomBytes(32).toString('base64')}:` }), ['br', true]);
  assert.deepEqual(await ask({ 'accept-encoding': 'br, dcz', 'available-dictionary': 'nonsense' }), ['br', true]);
  assert.deepEqual(await ask({ 'accept-encoding': 'identity' }), [null, true]);
  // The difference itself names the dictionary it was made with.
  const answer = await fetch(server.url + name, { headers: { 'accept-encoding': 'br, dcz', 'available-dictionary': dictionary } });
  assert.equal(answer.headers.get('content-encoding'), 'dcz');
  const start = Buffer.from(await answer.arrayBuffer()).subarray(0, 40);
  assert.equal(start.toString('hex'), `5e2a4d1820000000${sha(held[3])}`);
});

test('where a proxy lets no encoding pass, packs still come packed, and are read', async () => {
  line.rule = path => (path.startsWith('/sync/') ? { bare: true } : undefined);
  line.answers.length = 0;
  const context = await phone(chrome);
  const page = await context.newPage();
  await settle(page, line.url);
  await synced(page, 40, 20);
  const packs = line.answers.filter(({ path, bytes }) => bytes > 512 && /^\/sync\/\w+\/(cards|bodies)\//.test(path));
  assert.ok(packs.length >= 2, `${packs.length}`);
  for (const { path, headers } of packs) assert.equal(headers['content-type'], 'application/x-bantin-zstd', path);
  line.rule = () => undefined;
  await context.close();
});

test('there, what was cut goes on by ranges of a frame', async () => {
  const cut = new Set();
  line.rule = path => {
    if (!/^\/sync\/\w+\/(cards|bodies)\//.test(path)) return;
    if (cut.has(path)) return { bare: true };
    cut.add(path);
    return { bare: true, cut: 5000, after: 100 };
  };
  line.answers.length = 0;
  const context = await phone(chrome);
  const page = await context.newPage();
  await settle(page, line.url);
  await synced(page, 40, 20);
  assert.ok(cut.size >= 2, `${cut.size}`);
  const rests = line.answers.filter(({ path }) => path.includes('?z='));
  assert.ok(rests.length > 0 && rests.every(({ path }) => path.endsWith('?z=0')), rests.map(({ path }) => path).join(' '));
  assert.ok(rests.some(({ status, asked }) => status === 206 && asked.range === 'bytes=5000-'), rests.map(({ status, asked }) => `${status} ${asked.range}`).join(', '));
  line.rule = () => undefined;
  await context.close();
});

test('new cards travel as a difference from the pack that the phone fetched before', async () => {
  line.answers.length = 0;
  const context = await phone(chrome);
  const page = await context.newPage();
  await settle(page, line.url);
  await synced(page, 40, 20);
  const packs = () => line.answers.filter(({ path }) => /^\/sync\/\w+\/cards\//.test(path));
  const first = packs();
  assert.match(first[0].headers['use-as-dictionary'], /cards/);
  await page.goto('about:blank');
  server.import(Array.from({ length: 12 }, (_, n) => ({ id: `more-${n}`, kind: 'bulletin', topics: ['y-te'], issued: `-${n + 1}m`, source: { name: 'Trạm y tế' }, title: `Thêm tin số ${n}`, summary: 'Một dòng.', body: ['Nội dung.'] })));
  await until('they stand', async () => (await addresses(server.url)).some(path => path.includes('/them-tin-so-11')));
  await page.goto(line.url);
  await until('their cards have come', async () => packs().length > first.length, 60000);
  const second = packs()[first.length];
  assert.match(second.asked['available-dictionary'], /^:.{44}:$/);
  assert.match(second.headers['content-encoding'], /^dc[bz]$/);
  await visited('they are read', () => page.goto(line.url), () => page.locator('main a', { hasText: 'Thêm tin số 0' }).count());
  await context.close();
});
