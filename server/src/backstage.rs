//! Work that nobody who reads waits for: the desk, its jobs, the database, pushes, compression ahead of time. It has threads of
//! its own, of lower priority, so that a reader's question is answered first however busy officials are. On a machine that
//! is full of readers it still gets its share: an alert must get out.

use rustix::process::setpriority_process;
use rustix::thread::gettid;
use std::sync::LazyLock;
use std::time::Duration;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::JoinSet;

/// Priorities ("nice"), which Linux keeps for each thread and hands on to the threads that it starts.
const OFFICE: i32 = 10;
/// Whoever is in danger is called before officials get their next page; still, what a reader asks for comes first: it is
/// mostly the same alert.
const CALLS: i32 = 5;
pub const LOWEST: i32 = 19;

/// Where the desk runs; lives as long as the process.
pub fn handle() -> &'static Handle {
    static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| start("backstage", OFFICE));
    RUNTIME.handle()
}

/// Where pushes are sealed and sent; lives as long as the process.
pub fn calls() -> &'static Handle {
    static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| start("push", CALLS));
    RUNTIME.handle()
}

fn start(name: &str, priority: i32) -> Runtime {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(2).thread_name(name).on_thread_start(move || step_back(priority)).enable_all();
    builder.build().expect("a machine that runs this has threads to give")
}

/// Work that goes on as long as the server does: where a fault of the program breaks it off, it is begun anew a second later.
/// Whoever drops this ends it.
pub async fn lasting<F: Future<Output = ()> + Send + 'static>(name: &'static str, begin: impl Fn() -> F) {
    loop {
        let mut task = JoinSet::new();
        task.spawn(begin());
        match task.join_next().await {
            Some(Err(cause)) if cause.is_panic() => tracing::error!(name, %cause, "work broke off and is begun anew"),
            _ => return,
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// Lets others go first, from now on, before this thread.
pub fn step_back(priority: i32) {
    if let Err(cause) = setpriority_process(Some(gettid()), priority) {
        tracing::warn!(%cause, "this work competes with readers");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::process::getpriority_process;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[tokio::test]
    async fn the_desk_lets_readers_go_first() {
        let mine = || getpriority_process(Some(gettid())).unwrap();
        let before = mine();
        let office = handle().spawn(async move { (mine(), tokio::task::spawn_blocking(mine).await.unwrap()) }).await.unwrap();
        assert_eq!(office, (OFFICE, OFFICE), "its workers, and what they have done apart");
        assert_eq!(mine(), before, "nobody else steps back");
    }

    #[tokio::test(start_paused = true)]
    async fn work_that_breaks_off_is_begun_anew() {
        let _logged = tracing::subscriber::set_default(crate::log::to(std::io::sink));
        let (begun, before) = (Arc::new(AtomicU32::new(0)), crate::log::errors());
        let count = begun.clone();
        lasting("a test", move || {
            let times = count.fetch_add(1, Ordering::Relaxed);
            async move { assert!(times == 2, "a fault") }
        })
        .await;
        assert_eq!(begun.load(Ordering::Relaxed), 3, "twice anew, and no more once it ended by itself");
        assert!(crate::log::errors() >= before + 2, "whoever watches the metrics sees it");
    }
}
