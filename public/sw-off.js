// The kill switch: served in place of /sw.js (copy this file over it), it removes worker and app from every phone that
// still asks, and leaves what the reader stored. Pages then come from the server again.
addEventListener('install', event => event.waitUntil(skipWaiting()));
addEventListener('activate', event => event.waitUntil((async () => {
  const open = await clients.matchAll({ type: 'window' });
  await registration.unregister();
  for (const name of await caches.keys()) if (/^bt-(app-|pages|home|flags)/.test(name)) await caches.delete(name);
  for (const client of open) client.navigate(client.url).catch(() => {});
})()));
