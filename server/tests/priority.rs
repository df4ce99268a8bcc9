//! Readers come first: no thread of the database takes their time, whoever was the first to need it.

mod lab;

use lab::Lab;

/// Names and priorities ("nice", proc_pid_stat(5), field 19) of the threads of this process.
fn threads() -> Vec<(String, i32)> {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap().flatten();
    let stats = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("stat")).ok());
    let read = |stat: String| {
        let (name, rest) = stat.split_once('(').and_then(|(_, rest)| rest.rsplit_once(')')).unwrap();
        (name.to_owned(), rest.split_whitespace().nth(16).unwrap().parse().unwrap())
    };
    stats.map(read).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_connection_to_the_database_steps_back() {
    let lab = Lab::new().await;
    let tasks: Vec<_> = (0..64)
        .map(|_| {
            let site = lab.app.site.clone();
            tokio::spawn(async move { site.store.seq().await.unwrap() })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let database: Vec<_> = threads().into_iter().filter(|(name, _)| name.starts_with("sqlx")).collect();
    assert!(database.len() >= 3, "one that writes and two that read: {database:?}");
    assert!(database.iter().all(|(_, nice)| *nice >= 10), "{database:?}");
    // Nor was the test itself begun so low that any thread would be.
    let own = threads();
    assert!(own[0].1 < 10, "{own:?}");
}
