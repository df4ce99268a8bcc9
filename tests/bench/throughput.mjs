// Requests a second for what phones fetch, beside nginx serving the same bytes from disk, in turn on the same machine.
//
// usage: node throughput.mjs --bin bantin --items FILE.jsonl --budget budget.toml [--seconds 5] [--rounds 3]
// Needs nginx and wrk (Debian's packages). Loopback only; every round is bounded in time.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { arg, atLeast, atMost, budget, end } from './judge.mjs';

const bin = path.resolve(arg('bin'));
const seconds = arg('seconds', '5');
const rounds = +arg('rounds', '3');
const work = fs.mkdtempSync(path.join(os.tmpdir(), 'bantin-throughput-'));
fs.chmodSync(work, 0o755);
const data = path.join(work, 'data');
const [port, nginxPort] = [8198, 8199];

const imported = spawnSync(bin, ['import', path.resolve(arg('items')), '--data', data], { stdio: 'inherit' });
if (imported.status !== 0) throw new Error('the import failed');
const server = spawn(bin, ['serve', '--no-sample', '--port', String(port), '--data', data], { stdio: 'ignore' });
const get = (address, headers = {}) => new Promise((done, failed) => {
  http.get(address, { headers }, answer => {
    const parts = [];
    answer.on('data', part => parts.push(part)).on('end', () => done({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(parts) }));
  }).on('error', failed);
});
for (let tries = 0; ; tries++) {
  try {
    if ((await get(`http://127.0.0.1:${port}/healthz`)).status === 200) break;
  } catch {
    if (tries > 100) throw new Error('the server does not start');
  }
  await new Promise(done => setTimeout(done, 100));
}

// The head names the epoch and the last position: bytes 4–12 and 16–20 of the envelope.
const encoding = { 'Accept-Encoding': 'br' };
const head = await get(`http://127.0.0.1:${port}/sync/head`);
const epoch = head.body.subarray(4, 12).toString('hex');
const seq = head.body.readUInt32BE(16);
const targets = { head: '/sync/head', cards: `/sync/${epoch}/cards/0-${seq - (seq % 64)}`, bodies: `/sync/${epoch}/bodies/${seq - 30}-${seq}` };
const root = path.join(work, 'root');
for (const [name, where] of Object.entries(targets)) {
  const answer = await get(`http://127.0.0.1:${port}${where}`, encoding);
  if (answer.status !== 200) throw new Error(`${where} answers ${answer.status}`);
  const file = path.join(root, where);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, answer.body);
  console.log(`${name}: ${answer.body.length} bytes, ${answer.headers['content-encoding'] ?? 'identity'}`);
}
const config = path.join(work, 'nginx.conf');
fs.writeFileSync(config, `worker_processes auto; pid ${work}/nginx.pid; error_log ${work}/error.log; events { worker_connections 1024; }
http { access_log off; sendfile on; tcp_nopush on; open_file_cache max=100; keepalive_requests 1000000; default_type application/x-bantin;
server { listen 127.0.0.1:${nginxPort}; root ${root}; } }`);
const nginx = spawn('nginx', ['-c', config, '-g', 'daemon off;'], { stdio: 'ignore' });
process.on('exit', () => {
  nginx.kill('SIGTERM');
  server.kill('SIGKILL');
});
await new Promise(done => setTimeout(done, 500));

// In a session of its own: Linux gives each session its share of the cores, and phones take none of the server's.
const load = (at, where) => {
  const run = spawnSync('setsid', ['-w', 'wrk', '-t1', '-c64', `-d${seconds}s`, '--latency', '-H', 'Accept-Encoding: br', `http://127.0.0.1:${at}${where}`], { encoding: 'utf8' });
  const rate = +(/Requests\/sec:\s+([\d.]+)/.exec(run.stdout)?.[1] ?? NaN);
  const p99 = /99%\s+(\S+)/.exec(run.stdout)?.[1];
  if (/Non-2xx|Socket errors/.test(run.stdout)) throw new Error(run.stdout);
  return { rate, p99 };
};
const median = values => values.sort((a, b) => a - b)[values.length >> 1];
for (const [name, where] of Object.entries(targets)) {
  const ratios = [];
  let ours, theirs;
  for (let round = 0; round < rounds; round++) {
    ours = load(port, where);
    theirs = load(nginxPort, where);
    ratios.push(ours.rate / theirs.rate);
  }
  atLeast(`${name} ÷ nginx`, median(ratios), budget('server').nginx_ratio, `ours ${ours.rate | 0}/s p99 ${ours.p99}, nginx ${theirs.rate | 0}/s p99 ${theirs.p99}`);
}
const resident = +/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${server.pid}/status`, 'utf8'))[1] * 1024;
atMost('resident memory after it', resident, budget('memory').server);
end();
