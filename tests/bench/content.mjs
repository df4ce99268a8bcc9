// What content costs on the wire with the 600 articles loaded, against section [content] of the budget.
//
// usage: node content.mjs --bin bantin --assets dist --items FILE.jsonl --budget budget.toml
// Bytes are those of the socket, headers included, except where a figure is about a body alone.
import { spawn, spawnSync } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import zlib from 'node:zlib';
import { arg, atMost, budget, end } from './judge.mjs';

const [bin, items, assets] = ['bin', 'items', 'assets'].map(name => path.resolve(arg(name)));
const work = fs.mkdtempSync(path.join(os.tmpdir(), 'bantin-content-'));
const data = path.join(work, 'data');
const port = 8196;
const NEW = 30;

const best = bytes => zlib.brotliCompressSync(bytes, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 11, [zlib.constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }).length;
const lines = fs.readFileSync(items, 'utf8').trim().split('\n');
function load(some) {
  const file = path.join(work, 'items.jsonl');
  fs.writeFileSync(file, some.join('\n') + '\n');
  const done = spawnSync(bin, ['import', file, '--data', data], { stdio: 'ignore' });
  if (done.status !== 0) throw new Error('the import failed');
}
// An own connection each, so that its bytes are those of this answer alone.
const get = (where, headers = {}) => new Promise((done, failed) => {
  http.get({ port, path: where, agent: false, headers: { 'Accept-Encoding': 'br', Connection: 'close', ...headers } }, answer => {
    const parts = [];
    const { socket } = answer;
    answer.on('data', part => parts.push(part)).on('end', () => {
      if (answer.statusCode !== 200) return failed(new Error(`${where} answers ${answer.statusCode}`));
      const body = Buffer.concat(parts);
      done({ body, wire: socket.bytesRead, plain: answer.headers['content-encoding'] === 'br' ? zlib.brotliDecompressSync(body) : body });
    });
  }).on('error', failed);
});
/** As it is once the server has found the time to compress it for good: first answers are compressed in a hurry. */
async function settled(where, headers) {
  for (let last = await get(where, headers), same = 0; ; ) {
    await new Promise(done => setTimeout(done, 500));
    const next = await get(where, headers);
    same = next.body.length === last.body.length ? same + 1 : 0;
    last = next;
    if (same === 6) return last;
  }
}
/** Epoch and last position: bytes 4–12 and 16–20 of the head's envelope. */
const head = async () => {
  const answer = await get('/sync/head');
  return { ...answer, epoch: answer.body.subarray(4, 12).toString('hex'), seq: answer.body.readUInt32BE(16) };
};

load(lines.slice(0, -NEW));
const server = spawn(bin, ['serve', '--no-sample', '--port', String(port), '--data', data, '--assets', assets], { stdio: 'ignore' });
process.on('exit', () => server.kill('SIGKILL'));
for (let tries = 0; ; tries++) {
  try { await get('/healthz'); break; } catch (cause) { if (tries > 300) throw cause; }
  await new Promise(done => setTimeout(done, 100));
}
const old = await head();
// Packs that a phone fetched at its last sync lie in its cache: browsers that can (RFC 9842) offer the newest as a dictionary.
const block = old.seq - (old.seq % 64);
const held = { cards: await get(`/sync/${old.epoch}/cards/${block < old.seq ? `${block}-${old.seq}` : `0-${block}`}`), bodies: await get(`/sync/${old.epoch}/bodies/${old.seq - NEW}-${old.seq}`) };
load(lines.slice(-NEW));
let now = await head();
for (; now.seq < old.seq + NEW; now = await head()) await new Promise(done => setTimeout(done, 100));

// After its start the server compresses the program first, in many ways; until then packs are those made in a hurry.
await new Promise(done => setTimeout(done, 40000));

const found = {};
const home = await settled('/');
found.html_page = home.body.length;
found.head = now.body.length;
const whole = now.seq - (now.seq % 64);
const cards = [await settled(`/sync/${now.epoch}/cards/0-${whole}`), ...(now.seq > whole ? [await settled(`/sync/${now.epoch}/cards/${whole}-${now.seq}`)] : [])];
found.cards_of_600 = cards.reduce((sum, answer) => sum + answer.body.length, 0);
found.card = found.cards_of_600 / lines.length;

// A day's news: what came since `old`, against its text alone.
const text = best(Buffer.from(lines.slice(-NEW).map(line => {
  const { title, summary, body } = JSON.parse(line);
  return [title, summary, ...body].join('\n');
}).join('\n')));
const [from, to] = [old.seq, now.seq];
const offer = pack => ({ 'Accept-Encoding': 'br, dcz', 'Available-Dictionary': `:${crypto.createHash('sha256').update(pack.plain).digest('base64')}:` });
const news = async kind => ({ alone: await settled(`/sync/${now.epoch}/${kind}/${from}-${to}`), known: await settled(`/sync/${now.epoch}/${kind}/${from}-${to}`, offer(held[kind])) });
const [newCards, newBodies] = [await news('cards'), await news('bodies')];
console.log(`text of ${NEW} articles ${text}; cards ${newCards.alone.body.length}, by dictionary ${newCards.known.body.length}; bodies ${newBodies.alone.body.length}, by dictionary ${newBodies.known.body.length}`);
found.day_of_30_ratio = newBodies.alone.body.length / text;
found.sync_of_30_ratio = (now.wire + newCards.known.wire + newBodies.known.wire) / text;

const release = JSON.parse(fs.readFileSync(path.join(assets, 'release.json')));
const shell = release.files.filter(file => file.precache).flatMap(({ url }) => (url.endsWith('.wasm') ? [1, 2, 3, 4].map(n => url.replace(/wasm$/, 'w' + n)) : [url]));
let install = home.wire + now.wire + (await get('/sync/trust')).wire + cards.reduce((sum, answer) => sum + answer.wire, 0) + newBodies.alone.wire;
for (const url of [...shell, '/sw.js', '/release.json']) install += (await settled(url)).wire;
found.first_install = install;

console.log(`the same without a dictionary: ${((now.wire + newCards.alone.wire + newBodies.alone.wire) / text).toFixed(2)}`);
const ceilings = budget('content');
for (const [name, value] of Object.entries(found)) atMost(name, value, ceilings[name]);
fs.rmSync(work, { recursive: true, force: true });
end();
