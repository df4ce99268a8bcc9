// Signing in with what unlocks the phone, with a virtual authenticator in Chromium.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { browser, phone, serve, until } from './lib.mjs';
import { firstLink, fresh, join } from './office.mjs';

const DESK = '/ban-lam-viec';
let server, chrome, context, page, device, secret;

before(async () => {
  server = await serve();
  chrome = await browser();
  context = await phone(chrome);
  page = await context.newPage();
  device = await authenticator(page);
});
after(async () => {
  await chrome?.close();
  await server?.kill();
});

/** A phone that keeps passkeys and whose owner unlocks it. */
async function authenticator(page, more = {}) {
  const client = await page.context().newCDPSession(page);
  await client.send('WebAuthn.enable');
  const options = { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true, ...more };
  const { authenticatorId } = await client.send('WebAuthn.addVirtualAuthenticator', { options });
  return {
    keys: async () => (await client.send('WebAuthn.getCredentials', { authenticatorId })).credentials,
    put: credential => client.send('WebAuthn.addCredential', { authenticatorId, credential }),
    unlocks: isUserVerified => client.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified }),
  };
}

/** Its script is there: without it the button sends a form. */
const ready = page => page.waitForLoadState('load');

async function signedOut() {
  await page.goto(`${server.url}${DESK}/toi`);
  await page.click('form[action$="/ra"] button');
  await page.getByLabel('Tên đăng nhập').waitFor();
  await ready(page);
}

const greeting = () => page.getByText('Chào Người lan.viet');
const unlock = () => page.getByRole('button', { name: 'Vào bằng vân tay hoặc khóa màn hình' }).click();

test('a phone is added and opens the desk without a password, where its owner was going', async () => {
  ({ secret } = await join(page, firstLink(server), 'lan.viet'));

  await page.goto(`${server.url}${DESK}/toi`);
  await page.getByLabel('Tên của máy').fill('Điện thoại của Lan');
  const add = page.locator('form[action$="/toi/khoa"]');
  await add.locator('[name=code]').fill('000000');
  await add.getByRole('button', { name: 'Thêm máy này' }).click();
  await page.getByText('Mã xác thực không đúng hoặc đã dùng').waitFor();
  assert.deepEqual(await device.keys(), [], 'a desk that was left open gives nobody a way in');
  await add.locator('[name=code]').fill(await fresh(secret));
  await add.getByRole('button', { name: 'Thêm máy này' }).click();
  await page.getByText('chưa dùng lần nào').waitFor();
  const [key] = await device.keys();
  assert.equal(key.isResidentCredential, true, 'the phone finds it by itself');

  await signedOut();
  await page.goto(`${server.url}${DESK}/nhat-ky`);
  await unlock();
  await page.waitForURL(`${server.url}${DESK}/nhat-ky`);
  await page.getByText('thêm khóa truy cập').waitFor();
});

test('an answer is worth nothing twice, and nothing without the unlocked phone', async () => {
  await signedOut();
  let sent;
  await page.route('**/vao/khoa', route => { sent = route.request().postData(); return route.continue(); });
  await unlock();
  await greeting().waitFor();
  await page.unroute('**/vao/khoa');
  await signedOut();
  const again = await page.evaluate(async ([path, body]) => {
    const answer = await fetch(path, { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body });
    return answer.status;
  }, [`${DESK}/vao/khoa`, sent]);
  assert.equal(again, 422, 'each question is answered once');

  await device.unlocks(false);
  await unlock();
  await page.getByText('Đã dừng. Bấm lại khi sẵn sàng.').waitFor();
  await device.unlocks(true);
});

test('a passkey that was copied or taken away opens nothing', async () => {
  await page.goto(`${server.url}${DESK}`);
  await unlock();
  await greeting().waitFor();
  const [key] = await device.keys();
  // The copy counts from where it was taken.
  const other = await (await phone(chrome)).newPage();
  const thief = await authenticator(other);
  await signedOut();
  await unlock();
  await greeting().waitFor();
  await thief.put({ ...key, signCount: 0 });
  await other.goto(`${server.url}${DESK}`);
  await other.getByRole('button', { name: 'Vào bằng vân tay hoặc khóa màn hình' }).click();
  await other.getByText('Khóa này không có ở đây hoặc đã bị bỏ').waitFor();

  await page.goto(`${server.url}${DESK}/toi`);
  await page.locator('details:has(form[action$="/khoa/bo"]) summary').click();
  await page.locator('form[action$="/khoa/bo"] [name=code]').fill(await fresh(secret));
  await page.locator('form[action$="/khoa/bo"] button').click();
  await until('it is gone from the list', async () => await page.locator('form[action$="/khoa/bo"]').count() === 0);
  await signedOut();
  await unlock();
  await page.getByText('Khóa này không có ở đây hoặc đã bị bỏ').waitFor();
});

test('whoever is invited comes with a passkey alone, and back with a code on paper when the phone is lost', async () => {
  const hers = await (await phone(chrome)).newPage();
  const phoneOfHers = await authenticator(hers);
  await hers.goto(firstLink(server));
  await hers.getByRole('link', { name: 'Dùng vân tay hoặc khóa màn hình, không cần mật khẩu' }).click();
  await hers.getByLabel('Họ và tên').fill('Bà Kê');
  await ready(hers);
  await hers.getByLabel('Tên đăng nhập').fill('lan.viet');
  await hers.getByRole('button', { name: 'Tạo tài khoản' }).click();
  await hers.getByText('Tên đăng nhập này đã có người dùng').waitFor();
  assert.deepEqual(await phoneOfHers.keys(), [], 'no key is left on the phone for nothing');
  await hers.getByLabel('Tên đăng nhập').fill('ba.ke');
  await hers.getByRole('button', { name: 'Tạo tài khoản' }).click();
  await hers.getByText('Tài khoản đã sẵn sàng').waitFor();
  await ready(hers);
  const paper = await hers.locator('.rc code').allTextContents();
  assert.equal(paper.length, 8);
  assert.equal((await phoneOfHers.keys())[0].isResidentCredential, true);
  await hers.goto(`${server.url}${DESK}/toi`);
  await hers.getByText('Một mã dự phòng trên giấy').first().waitFor();
  assert.equal(await hers.locator('form[action$="/khoa/bo"], form[action$="/mat-khau"]').count(), 0, 'the only way in stays');
  await hers.click('form[action$="/ra"] button');
  await hers.getByLabel('Tên đăng nhập').waitFor();
  await ready(hers);
  await hers.getByRole('button', { name: 'Vào bằng vân tay hoặc khóa màn hình' }).click();
  await hers.getByText('Chào Bà Kê').waitFor();

  // On a new phone, with the sheet of paper: one code lets her in, another one adds the phone.
  const next = await (await phone(chrome)).newPage();
  await authenticator(next);
  await next.goto(`${server.url}${DESK}/toi`);
  await next.getByLabel('Tên đăng nhập').fill('ba.ke');
  await next.locator('[name=code]').fill(paper[0].toUpperCase().replaceAll('-', ' '));
  await next.locator('button.go').click();
  const add = next.locator('form[action$="/toi/khoa"]');
  await add.locator('[name=code]').fill(paper[0]);
  await ready(next);
  await add.getByRole('button', { name: 'Thêm máy này' }).click();
  await next.getByText('Mã trên giấy không đúng hoặc đã dùng').waitFor();
  await add.locator('[name=code]').fill(paper[1]);
  await add.getByRole('button', { name: 'Thêm máy này' }).click();
  await next.getByText('chưa dùng lần nào').waitFor();
  await next.click('form[action$="/ra"] button');
  await next.getByLabel('Tên đăng nhập').waitFor();
  await ready(next);
  await next.getByRole('button', { name: 'Vào bằng vân tay hoặc khóa màn hình' }).click();
  await next.getByText('Chào Bà Kê').waitFor();
});
