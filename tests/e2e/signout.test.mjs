// Signing out on a device that others use too: what was typed and not saved does not stay behind unseen.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { browser, link, phone, serve, until } from './lib.mjs';
import { firstLink, invite, join } from './office.mjs';

const DESK = '/ban-lam-viec';
let server, chrome, wire;

before(async () => {
  server = await serve();
  wire = await link(server);
  chrome = await browser();
});
after(async () => {
  await chrome?.close();
  await wire?.down();
  await server?.kill();
});

test('who signs out leaves no text behind, and is asked first', async () => {
  const admin = await join(await (await phone(chrome)).newPage(), firstLink(server), 'quan.tri');
  const invitation = (await invite(admin.page, server.url, 'lan.viet', 'author')).replace(server.url, wire.url);
  const { page } = await join(await (await phone(chrome, { bypassCSP: true })).newPage(), invitation, 'lan.viet');

  const kept = () => page.evaluate(() => Object.keys(localStorage).filter(key => key.startsWith('desk:')).length);
  await page.goto(`${wire.url}${DESK}/viec/moi?loai=bulletin`);
  await page.getByLabel('Tiêu đề').first().fill('Đường lên thôn A Rí');
  await wire.down();
  await page.locator('textarea.tt').first().pressSequentially('Sạt ở km 3.');
  await until('it is kept on this phone', async () => await kept() > 0, 30000);

  // The tab goes before it could be sent.
  const leave = await page.context().newPage();
  await page.close({ runBeforeUnload: false });
  await wire.up();
  await leave.goto(`${wire.url}${DESK}/toi`);
  const left = () => leave.evaluate(() => Object.keys(localStorage).filter(key => key.startsWith('desk:')).length);
  assert.ok(await left() > 0);
  const out = leave.locator('form[action$="/ra"] button');
  const asked = [];
  const say = yes => leave.once('dialog', dialog => { asked.push(dialog.message()); return yes ? dialog.accept() : dialog.dismiss(); });
  say(false);
  await out.click();
  // Whether the server answers is asked first: the question comes after the press has returned.
  await until('it is asked', () => asked.length > 0);
  assert.match(asked[0], /chưa lưu/);
  assert.ok(leave.url().endsWith('/toi') && await left() > 0, 'whoever thinks again stays, and so does the text');
  say(true);
  await out.click();
  await leave.getByLabel('Tên đăng nhập').waitFor();
  assert.equal(asked.length, 2);
  assert.equal(await left(), 0, 'nothing of it is left for the next one');
});
