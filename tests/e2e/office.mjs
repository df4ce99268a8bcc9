// People of the desk: how they come in.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import crypto from 'node:crypto';
import { AXE, BIN, RULES, until } from './lib.mjs';

export const PASSWORD = 'con trâu qua suối lúc mờ sáng';

/** The link with which whoever runs the server lets the first administrator in. */
export function firstLink(server) {
  const made = spawnSync(BIN, ['admin', 'create', '--name', 'Quản trị', '--data', server.data, '--origin', server.url], { encoding: 'utf8' });
  assert.equal(made.status, 0, made.stderr);
  return made.stdout.trim();
}

/** What an authenticator shows (RFC 6238). */
function code(secret, at) {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...secret.replace(/\s/g, '')].map(letter => letters.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map(byte => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(at / 30000)));
  const mac = crypto.createHmac('sha1', key).update(step).digest();
  const from = mac[19] & 15;
  return String((mac.readUInt32BE(from) & 0x7fffffff) % 1e6).padStart(6, '0');
}

const used = new Map();
/** A code that was not used yet: the next one, as soon as it counts. */
export async function fresh(secret) {
  const now = () => Math.floor(Date.now() / 30000);
  const step = Math.max(now(), (used.get(secret) ?? -1) + 1);
  await until('the next code counts', () => now() + 1 >= step, 60000);
  used.set(secret, step);
  return code(secret, step * 30000);
}

/** Invites somebody as the administrator whose page this is; gives the address that opens it. */
export async function invite(page, url, login, role, place = '20044') {
  await page.goto(`${url}/ban-lam-viec/nguoi`);
  const form = page.locator('form[action$="/nguoi/moi"]');
  await form.locator('[name=name]').fill(`Người ${login}`);
  await form.locator(`[name=role][value=${role}]`).check();
  await form.locator(`[name=place][value="${place}"]`).check();
  await form.locator('button.go').click();
  return page.locator('.ok input').inputValue();
}

/** Answers an invitation in a page; gives what its owner has from then on. */
export async function join(page, address, login) {
  await page.goto(address);
  const secret = await page.locator('code.sc').textContent();
  await page.fill('[name=name]', `Người ${login}`);
  await page.fill('[name=login]', login);
  await page.fill('[name=password]', PASSWORD);
  await page.fill('[name=repeat]', PASSWORD);
  await page.fill('[name=code]', await fresh(secret));
  await page.click('button.go');
  await page.getByText('Tài khoản đã sẵn sàng').waitFor();
  // The whole page, and not only its first words.
  await page.waitForLoadState('load');
  assert.equal(await page.locator('.rc li').count(), 8);
  return { page, secret, context: page.context() };
}

/** What is wrong with a page as it stands, light and dark: for people who need help with it, and on a narrow screen. */
export async function faults(page, name) {
  const wrong = [];
  await page.evaluate(AXE);
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const { violations } = await page.evaluate(rules => window.axe.run(document, rules), RULES);
    for (const v of violations) wrong.push(`${colorScheme} ${name}: ${v.id} ${v.nodes[0].target} ${v.nodes[0].failureSummary.split('\n')[1] || ''}`);
  }
  await page.emulateMedia({ colorScheme: 'light' });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  if (wide > 0) wrong.push(`${name}: ${wide} px beside the screen`);
  return wrong;
}
