//! Time, chance, and giving the screen a turn.

use super::window;
use domain::content::Time;
use domain::sync::clock;
use gloo_timers::future::TimeoutFuture;
use std::cell::Cell;
use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

thread_local! {
    /// How far the phone's clock is ahead of the server's, in seconds, as far as the server has told.
    static AHEAD: Cell<i64> = const { Cell::new(0) };
}

/// By the phone's clock, unless the server has told that it is fast: alerts would look ended that hold.
pub fn now() -> Time {
    Time((js_sys::Date::now() / 1000.0) as i64 - AHEAD.get())
}

/// What an answer that was made just now says of the time.
pub fn told(date: &str) {
    let ahead = ((js_sys::Date::now() - js_sys::Date::parse(date)) / 1000.0) as i64;
    AHEAD.set(if ahead > clock::SLACK { ahead } else { 0 });
}

/// Seconds until a date as HTTP writes it (RFC 9110 §5.6.7); `None` where it is past, or none.
pub fn until(date: &str) -> Option<u32> {
    let seconds = (js_sys::Date::parse(date) / 1000.0 - now().0 as f64) as u32;
    (seconds > 0).then_some(seconds)
}

pub fn random() -> u32 {
    (js_sys::Math::random() * f64::from(u32::MAX)) as u32
}

pub async fn sleep(ms: u32) {
    TimeoutFuture::new(ms).await;
}

/// A new task: input and paint go first.
pub async fn yield_now() {
    TimeoutFuture::new(0).await;
}

pub struct Breath;

impl client::Breath for Breath {
    async fn breathe(&self) {
        yield_now().await;
    }
}

/// Waits until the browser has nothing better to do, at most `ms`.
pub async fn idle(ms: i32) {
    let promise = js_sys::Promise::new(&mut |resolve, _| {
        let global = window();
        match super::method(&global, "requestIdleCallback") {
            Some(request) => {
                let options = js_sys::Object::new();
                super::set(&options, "timeout", &ms.into());
                let _ = request.call2(&global, &resolve, &options);
            }
            None => {
                let _ = global.set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, 200);
            }
        }
    });
    let _ = JsFuture::from(promise).await;
}

/// Waits until what was changed is on the screen.
pub async fn painted() {
    let promise = js_sys::Promise::new(&mut |resolve, _| {
        let _ = window().request_animation_frame(&resolve);
        // No frames come in a hidden tab.
        let _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, 250);
    });
    let _ = JsFuture::from(promise).await;
    yield_now().await;
}

/// The answer of `work`, or `None` when it takes longer than `ms`.
pub async fn within<T>(ms: u32, work: impl IntoFuture<Output = T>) -> Option<T> {
    struct Race<'a, T>(Pin<&'a mut dyn Future<Output = T>>, TimeoutFuture);
    impl<T> Future for Race<'_, T> {
        type Output = Option<T>;
        fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
            if let Poll::Ready(done) = self.0.as_mut().poll(context) {
                return Poll::Ready(Some(done));
            }
            Pin::new(&mut self.1).poll(context).map(|()| None)
        }
    }
    let work = pin!(work.into_future());
    Race(work, TimeoutFuture::new(ms)).await
}

/// A future of which there is one kind of box for every use.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Both at the same time.
pub async fn both<A, B>(mut a: Later<'_, A>, mut b: Later<'_, B>) -> (A, B) {
    let (mut first, mut second) = (None, None);
    std::future::poll_fn(|context| {
        let waits = first.is_none() && a.as_mut().poll(context).map(|done| first = Some(done)).is_pending();
        let waits = second.is_none() && b.as_mut().poll(context).map(|done| second = Some(done)).is_pending() || waits;
        if waits { Poll::Pending } else { Poll::Ready(()) }
    })
    .await;
    (first.expect("polled to its end"), second.expect("polled to its end"))
}

/// Calls `f` every `ms` for as long as the page lives.
pub fn every(ms: i32, f: impl FnMut() + 'static) {
    let tick = Closure::<dyn FnMut()>::new(f);
    let _ = window().set_interval_with_callback_and_timeout_and_arguments_0(tick.as_ref().unchecked_ref(), ms);
    tick.forget();
}

/// Work that nobody waits for.
pub fn spawn(work: impl Future<Output = ()> + 'static) {
    // One kind of task, not one for every piece of work: 0.3 KB of code.
    let work: Pin<Box<dyn Future<Output = ()>>> = Box::pin(work);
    wasm_bindgen_futures::spawn_local(work);
}
