// First, warm, offline and deep visits over a simulated weak line, beside bare HTML of the same text.
//
// usage: node visits.mjs --perf DIR --bin bantin --assets dist --budget budget.toml [--profiles gprs,2g,3g] [--runs 5] [--visits cold,warm,offline] [--pass 1]
// The driver's front asks the server for bare answers and packs them itself, in a hurry; with `--pass` it hands on what
// the phone accepts, as nginx and Caddy do.
// DIR holds the driver and its reference pages (bench.mjs, apps.mjs, content.mjs). It is copied, since this adds an entry to it.
// Prints the driver's tables, then one line of ratios for each profile and what the product promises for it.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { arg, atMost, budget, end } from './judge.mjs';

const perf = path.resolve(arg('perf'));
const bin = path.resolve(arg('bin'));
const assets = path.resolve(arg('assets', 'dist'));
const profiles = arg('profiles', 'gprs,2g,3g');
const runs = arg('runs', '5');
const visits = arg('visits', 'cold,warm,offline');
const port = 8197;

const work = fs.mkdtempSync(path.join(os.tmpdir(), 'bantin-visits-'));
const must = (command, args, options = {}) => {
  const done = spawnSync(command, args, { stdio: 'inherit', ...options });
  if (done.status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${done.status}`);
};

// The driver's own text as items of ours: the same headlines, the same lead article.
const driver = path.join(work, 'driver');
fs.cpSync(perf, driver, { recursive: true });
fs.chmodSync(driver, 0o755);
for (const file of fs.readdirSync(driver)) fs.chmodSync(path.join(driver, file), 0o644);
must('npm', ['install', '--silent', '--no-audit', '--no-fund'], { cwd: driver });
must('npm', ['run', '--silent', 'cert'], { cwd: driver, stdio: 'ignore' });
const text = await import(pathToFileURL(path.join(driver, 'content.mjs')));
const now = Date.now();
const lines = text.stories.map((story, i) => JSON.stringify({
  id: String(story.id),
  title: story.title,
  summary: `${story.user} ${story.time_ago}`,
  issued: new Date(now - 60_000 - i * 1800_000).toISOString().replace(/\.\d+Z/, 'Z'),
  body: text.item(story.id).comments.map(c => c.content.replace(/<\/?p>/g, '')),
}));
fs.writeFileSync(path.join(work, 'items.jsonl'), lines.join('\n') + '\n');
const data = path.join(work, 'data');
must(bin, ['import', path.join(work, 'items.jsonl'), '--data', data]);

const server = spawn(bin, ['serve', '--no-sample', '--port', String(port), '--data', data, '--assets', assets], { stdio: 'ignore' });
process.on('exit', () => server.kill('SIGKILL'));
const origin = `http://127.0.0.1:${port}`;
for (let tries = 0; ; tries++) {
  try {
    if ((await fetch(origin + '/healthz')).ok) break;
  } catch {
    if (tries > 100) throw new Error('the server does not start');
  }
  await new Promise(done => setTimeout(done, 100));
}
const home = await (await fetch(origin + '/')).text();
const before = home.slice(0, home.indexOf(text.HEAD_TOKEN));
const article = before.slice(before.lastIndexOf('href="') + 6).split('"')[0];
if (!article.startsWith('/tin/')) throw new Error(`no link around the first headline: ${article}`);

const mend = (file, was, is) => {
  const code = fs.readFileSync(path.join(driver, file), 'utf8');
  if (!code.includes(was)) throw new Error(`${file} of the driver is another one today`);
  fs.writeFileSync(path.join(driver, file), code.replace(was, is));
};
if (arg('pass')) mend('server.mjs', "h['accept-encoding'] = 'identity';", '');
// Its line gives each segment a timer, and two that are due within a millisecond can come in the wrong order: one first
// visit in eight on 3G ended with ERR_SSL_PROTOCOL_ERROR, of bare HTML as well. Each timer hands on the oldest one.
mend('link.mjs', 'let q = [],', 'let due = [], q = [],');
mend('link.mjs', 'setTimeout(() => { if (!dst.destroyed) dst.write(seg); }', 'due.push(seg); setTimeout(() => { const seg = due.shift(); if (!dst.destroyed) dst.write(seg); }');
const apps = path.join(driver, 'apps.mjs');
const entry = `  bantin: { port: 7460, proxy: '${origin}', list: '/', article: '${article}', tap: 'a[href="${article}"]' },\n};`;
fs.writeFileSync(apps, fs.readFileSync(apps, 'utf8').replace(/\};\s*$/, entry + '\n'));
const out = path.join(work, 'r.json');
const names = arg('apps', 'plain,bantin');
const read = () => (fs.existsSync(out) ? JSON.parse(fs.readFileSync(out, 'utf8')) : []);
// The driver ends when a browser dies while it starts. What was measured stays; the runs that are missing follow.
for (const prof of profiles.split(',')) {
  const missing = () => Number(runs) - read().filter(r => r.prof === prof && r.app === names.split(',').at(-1) && r.kind === visits.split(',').at(-1)).length;
  for (let tries = 0; missing() > 0; tries++) {
    if (tries === 3) throw new Error(`the driver ended three times before ${prof} was measured`);
    const args = ['--apps', names, '--profiles', prof, '--runs', missing(), '--mode', 'link', '--cpu', arg('cpu', '6'), '--visits', visits, '--paths', '1', '--append', '1', '--out', out];
    const driving = spawn('node', ['bench.mjs', ...args.map(String)], { cwd: driver, stdio: 'inherit', detached: true });
    await new Promise(done => driving.on('exit', done));
    // Its servers outlive it when it ends in between.
    try { process.kill(-driving.pid, 'SIGKILL'); } catch {}
  }
}
must('node', ['agg.mjs', out], { cwd: driver });

const results = read();
const median = values => {
  const sorted = values.filter(v => Number.isFinite(v)).sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
};
const speed = budget('speed'), content = budget('content');
for (const prof of profiles.split(',')) {
  const of = (app, kind) => results.filter(r => r.app === app && r.prof === prof && r.kind === kind);
  const figure = (app, kind, key) => median(of(app, kind).map(r => r[key]));
  for (const { kind, down, conns, paths } of ['cold', 'warm'].flatMap(kind => of('bantin', kind).slice(-1))) console.log(`${prof} ${kind}: ${down} bytes, ${conns} connections: ${JSON.stringify(paths)}`);
  const failed = ['cold', 'warm', 'offline'].flatMap(kind => of('bantin', kind)).filter(r => r.fail);
  // What the visits before it fetched says why one failed.
  for (const { run, fail } of failed) for (const r of results.filter(r => r.app === 'bantin' && r.prof === prof && r.run === run)) console.log(`${prof} ${run} (${fail}) ${r.kind}: ${r.down} bytes: ${JSON.stringify(r.paths)}`);
  atMost(`${prof} visits that failed`, failed.length, 0);
  atMost(`${prof} cold headline / plain`, figure('bantin', 'cold', 'head') / figure('plain', 'cold', 'head'), speed.headline_ratio);
  atMost(`${prof} cold tap → article, ms`, figure('bantin', 'cold', 'tapToArt'), speed.tap_to_article_ms);
  for (const kind of visits.split(',').filter(k => ['cold', 'warm', 'offline'].includes(k))) {
    atMost(`${prof} ${kind} interactive after headline, ms`, median(of('bantin', kind).map(r => r.tti - r.head)), speed.interactive_after_headline_ms);
  }
  if (visits.includes('warm')) atMost(`${prof} warm bytes down`, figure('bantin', 'warm', 'down'), content.warm_visit);
  if (visits.includes('offline')) {
    atMost(`${prof} offline headline / warm`, figure('bantin', 'offline', 'head') / figure('bantin', 'warm', 'head'), speed.offline_list_ratio);
    atMost(`${prof} offline article after navigation, ms`, figure('bantin', 'offline', 'art'), speed.offline_article_ms);
  }
  atMost(`${prof} complete first install, bytes`, figure('bantin', 'cold', 'down'), content.first_install);
}
fs.rmSync(work, { recursive: true, force: true });
end();
