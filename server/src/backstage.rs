//! Work that nobody who reads waits for: the desk, its jobs, the database, pushes, compression ahead of time. It has threads of
//! its own, of lower priority, so that a reader's question is answered first however busy officials are. On a machine that
//! is full of readers it still gets its share: an alert must get out.

use rustix::process::setpriority_process;
use rustix::thread::gettid;
use std::sync::LazyLock;
use tokio::runtime::{Builder, Handle, Runtime};

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

    #[tokio::test]
    async fn the_desk_lets_readers_go_first() {
        let mine = || getpriority_process(Some(gettid())).unwrap();
        let before = mine();
        let office = handle().spawn(async move { (mine(), tokio::task::spawn_blocking(mine).await.unwrap()) }).await.unwrap();
        assert_eq!(office, (OFFICE, OFFICE), "its workers, and what they have done apart");
        assert_eq!(mine(), before, "nobody else steps back");
    }
}
