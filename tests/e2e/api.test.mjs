// The public API against its own description: whatever it allows, and much that it does not, gets an answer as described.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, before, test } from 'node:test';
import { serve, temp } from './lib.mjs';

let server;
before(async () => { server = await serve(); });
after(() => server?.kill());

test('nothing that is generated from the description breaks it', async () => {
  // Names of topics, places and positions are data: a well-formed one that nobody has is refused, with a code.
  const args = ['run', `${server.url}/api/openapi.json`, '--max-examples', '15', '--workers', '1', '--seed', '1', '--no-color',
    '--exclude-checks', 'positive_data_acceptance'];
  const child = spawn(process.env.SCHEMATHESIS || 'schemathesis', args, { cwd: temp('api'), stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', bytes => { said += bytes; });
  const status = await new Promise((done, failed) => child.on('close', done).on('error', failed));
  assert.equal(status, 0, said.slice(-6000));
  assert.match(said, /Tested: 6/, 'every operation was asked');
});
