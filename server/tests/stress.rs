//! Many at once, and people who go away in the middle.

mod lab;
mod office;

use axum::http::StatusCode;
use lab::Lab;
use office::*;
use std::sync::Arc;
use std::time::{Duration, Instant};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_who_save_at_once_all_succeed() {
    let Office { lab, author, .. } = office().await;
    let lab = Arc::new(lab);
    let mut all = tokio::task::JoinSet::new();
    for at in 0..200 {
        let (lab, author) = (lab.clone(), author.clone());
        all.spawn(async move { write(&lab, &author, &format!("Bài số {at}")).await });
    }
    let mut places: Vec<String> = all.join_all().await;
    places.sort();
    places.dedup();
    assert_eq!(places.len(), 200, "each has an address of its own");
    assert_eq!(lab.app.site.store.broken_audit().await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_goes_away_leaves_nothing_half_done() {
    let Office { lab, author, .. } = office().await;
    let mut gone = 0;
    for round in 0..120u64 {
        let title = format!("Bài số {round}");
        let form = article(&title, "20044");
        // Dropped as a server drops it whose client goes away.
        let asked =
            tokio::time::timeout(Duration::from_micros(50 * (round % 40)), post(&lab, &author, "/ban-lam-viec/viec", &form));
        gone += u32::from(asked.await.is_err());
    }
    assert!(gone > 10, "some went away in the middle: {gone}");
    // Whoever comes next is not kept waiting, and what was begun is there whole or not at all.
    let start = Instant::now();
    write(&lab, &author, "Bài sau cùng").await;
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    // What was left behind goes on to its end: nobody writes between the two looks.
    let tx = lab.app.site.store.begin().await.unwrap();
    let (works, lines) = (titles(&lab).await, created(&lab).await);
    tx.roll_back().await;
    assert_eq!(works, lines, "each work has its line in the audit");
    assert_eq!(lab.app.site.store.broken_audit().await.unwrap(), None);
}

/// Here or in another process.
#[tokio::test]
async fn a_transaction_that_is_left_keeps_nobody_out() {
    let lab = Lab::new().await;
    let tx = lab.app.site.store.begin().await.unwrap();
    let other = tokio::spawn({
        let (data, options) = (lab.data(), lab::options(&lab.time));
        async move { server::App::open(&data, options).await.unwrap().site.store.begin().await.map(drop) }
    });
    drop(tx);
    tokio::time::timeout(Duration::from_secs(10), other).await.unwrap().unwrap().unwrap();
    lab.app.site.store.begin().await.unwrap().roll_back().await;
}

async fn titles(lab: &Lab) -> usize {
    works(lab, &domain::editorial::Stage::ALL).await.len()
}

async fn created(lab: &Lab) -> usize {
    let lines = lab.app.site.store.audit(None, None, 10_000).await.unwrap();
    lines.iter().filter(|line| line.action == "create").count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn guessing_passwords_does_not_keep_readers_waiting() {
    let Office { lab, .. } = office().await;
    let lab = Arc::new(lab);
    let mut guesses = tokio::task::JoinSet::new();
    for at in 0..100 {
        let lab = lab.clone();
        guesses.spawn(async move {
            let login = format!("ai.do.{at}");
            let form = [("login", login.as_str()), ("password", "mật khẩu nào cũng thử"), ("code", "123456")];
            post(&lab, &Browser::default(), "/ban-lam-viec/vao", &form).await.status
        });
    }
    let mut slowest = Duration::ZERO;
    let mut read = 0;
    while !guesses.is_empty() {
        let start = Instant::now();
        assert_eq!(get(&lab, &Browser::default(), "/sync/head").await.status, StatusCode::OK);
        slowest = slowest.max(start.elapsed());
        read += 1;
        while let Some(done) = guesses.try_join_next() {
            assert_eq!(done.unwrap(), StatusCode::UNPROCESSABLE_ENTITY);
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    assert!(read > 20, "guessing took its time: {read} reads meanwhile");
    assert!(slowest < Duration::from_millis(500), "{slowest:?}");
}
