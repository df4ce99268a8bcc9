//! Work that takes a while, on threads where it holds nobody up.

use std::num::NonZero;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Runs work that takes a while on a thread of its own and waits for it.
pub async fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(cause) => std::panic::resume_unwind(cause.into_panic()),
    }
}

/// So many at a time, by default as many as there are processors: what is asked of a lane beyond that waits in turn, and whoever
/// goes away meanwhile leaves no work behind that others would wait for.
pub struct InTurn(Arc<Semaphore>);

impl Default for InTurn {
    fn default() -> InTurn {
        InTurn::of(std::thread::available_parallelism().map_or(1, NonZero::get))
    }
}

impl InTurn {
    pub fn of(places: usize) -> InTurn {
        InTurn(Arc::new(Semaphore::new(places)))
    }

    /// [`apart`], once it is its turn.
    pub async fn apart<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> T {
        let turn = self.0.clone().acquire_owned().await;
        apart(move || {
            let done = work();
            drop(turn);
            done
        })
        .await
    }
}
