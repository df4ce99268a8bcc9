//! Tells other tabs that the store changed, and hears it from them.

use super::{listen, set};
use web_sys::BroadcastChannel;

thread_local! {
    static CHANNEL: Option<BroadcastChannel> = BroadcastChannel::new("bantin").ok();
}

pub fn changed() {
    let message = js_sys::Object::new();
    set(&message, "changed", &1.into());
    CHANNEL.with(|channel| channel.as_ref().map(|channel| channel.post_message(&message)));
}

/// Another tab changed the store.
pub fn on_change(mut f: impl FnMut() + 'static) {
    CHANNEL.with(|channel| {
        if let Some(channel) = channel {
            listen(channel, "message", move |_| f());
        }
    });
}
