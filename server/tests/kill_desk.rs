//! The real server, killed without warning while officials save, approve, schedule and publish over some thousands of items,
//! while readers sync, what was scheduled goes out and pictures are encoded: what it acknowledged is there, what it did not
//! is there whole or not at all, and it starts again at once. `BANTIN_KILLS` says how often.

mod lab;
mod program;

use domain::editorial::{Role, Stage};
use program::{Answer, BINARY, Server, ask, between, bring, invite, join};
use server::Clock;
use server::desk::ROOT;
use server::store::{FILE, Store};
use sqlx::{Connection, SqliteConnection};
use std::collections::HashSet;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Items that were imported before the first kill.
const IMPORTED: usize = 3_000;
/// Readers who sync again and again.
const READERS: usize = 2;
/// Authors, each with an approver of his own.
const PAIRS: usize = 4;
/// Versions of a text before it is sent in.
const VERSIONS: i64 = 3;
/// When what is scheduled would go out if nobody turned the clock.
const LATER: &str = "2099-01-01T08:00";
/// Longest way from the start of the process to its first answer.
const START: Duration = Duration::from_secs(2);
/// What the audit says of a work that has come to a stage.
const STEPS: [(Stage, &str); 4] =
    [(Stage::Draft, "create"), (Stage::InReview, "submit"), (Stage::Approved, "approve"), (Stage::Published, "publish")];

#[tokio::test]
async fn what_the_desk_acknowledged_survives_a_kill_at_any_moment() {
    let kills: usize = std::env::var("BANTIN_KILLS").map_or(5, |text| text.parse().expect("BANTIN_KILLS is a number"));
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let made = Command::new(BINARY).args(["admin", "create", "--data"]).arg(&data).stderr(Stdio::null()).output().unwrap();
    let many = folder.path().join("many.jsonl");
    std::fs::write(&many, (0..IMPORTED).map(|n| format!("{}\n", lab::article(n))).collect::<String>()).unwrap();
    let imported = Command::new(BINARY).arg("import").arg(&many).arg("--data").arg(&data).stderr(Stdio::null()).output().unwrap();
    assert!(imported.status.success());
    let mut server = Server::start(&data);
    let admin = join(server.port, &String::from_utf8(made.stdout).unwrap(), "quan.tri");
    let pair = |n: usize| {
        let author = invite(server.port, &admin, &format!("viet.{n}"), Role::Author);
        (author, invite(server.port, &admin, &format!("duyet.{n}"), Role::Approver))
    };
    let pairs: Vec<(String, String)> = (0..PAIRS).map(pair).collect();
    let picture = picture();
    let mut all: Vec<Known> = Vec::new();
    // What is scheduled and whose time comes while the next kill is on its way.
    let mut waiting: Vec<Known> = Vec::new();
    let (mut slowest, mut synced) = (Duration::ZERO, 0);
    for kill in 0..kills {
        let port = server.port;
        let (mut fresh, seen) = std::thread::scope(|scope| {
            let mut hands = Vec::new();
            for (n, pair) in pairs.iter().enumerate() {
                let picture = &picture;
                hands.push(scope.spawn(move || shift(port, pair, &format!("{kill}.{n}"), picture)));
            }
            let readers: Vec<_> = (0..READERS).map(|_| scope.spawn(move || read(port))).collect();
            std::thread::sleep(Duration::from_millis(20 + getrandom::u64().unwrap() % 900));
            let idle = hands.iter().any(|hand| hand.is_finished());
            server.kill();
            assert!(!idle, "somebody stopped while the server was there");
            let fresh: Vec<Known> = hands.into_iter().flat_map(|hand| hand.join().unwrap()).collect();
            (fresh, readers.into_iter().map(|reader| reader.join().unwrap()).collect::<Vec<(u32, usize)>>())
        });
        synced += seen.iter().map(|(_, answers)| answers).sum::<usize>();
        server = Server::start(&data);
        slowest = slowest.max(server.took);
        assert!(server.took <= START, "start {kill} took {:?}", server.took);
        // What readers had is in the log.
        let last = seq_of(&ask(server.port, "", "/sync/head", &[]).unwrap().body);
        assert!(seen.iter().all(|(seq, _)| *seq <= last), "readers saw {seen:?}, the log ends at {last}");
        // What was due goes out now, if it did not before the kill.
        due_is_done(&data).await;
        waiting.iter_mut().for_each(|known| known.told.stage = Stage::Published);
        fresh.append(&mut waiting);
        check(&data, server.port, &mut fresh).await;
        let (scheduled, rest) = fresh.into_iter().partition(|known| known.told.stage == Stage::Scheduled);
        waiting = scheduled;
        all.extend(rest);
        time_comes(&data).await;
    }
    due_is_done(&data).await;
    waiting.iter_mut().for_each(|known| known.told.stage = Stage::Published);
    let late = waiting.len();
    all.append(&mut waiting);
    // Nothing that was there after one kill is gone after a later one.
    check(&data, server.port, &mut all).await;
    let pictures: usize = all.iter().map(|known| known.pictures).sum();
    let writes: usize = all.iter().map(|known| known.writes).sum();
    let published = all.iter().filter(|known| known.told.stage == Stage::Published).count();
    println!(
        "{kills} kills, {writes} acknowledged writes, {published} works published, {pictures} pictures, {synced} answers to readers, \
         slowest start {slowest:?}; {late} works went out by themselves at last"
    );
    assert!((writes > 0 && synced > 0) || kills == 0);
}

/// How a work stands, as far as officials can tell.
#[derive(Debug, PartialEq)]
struct Standing {
    version: i64,
    title: String,
    stage: Stage,
}

/// A work as it was acknowledged, and as it was to become when no answer came any more: it is one or the other.
#[derive(Debug)]
struct Known {
    id: i64,
    told: Standing,
    tried: Option<Standing>,
    writes: usize,
    /// Pictures that were acknowledged, and whether one more was under way.
    pictures: usize,
    one_more: bool,
}

impl Known {
    /// `None` where no answer came.
    fn step(&mut self, next: Standing, answer: Option<Answer>) -> Option<()> {
        if answer.is_none() {
            self.tried = Some(next);
            return None;
        }
        self.told = next;
        self.writes += 1;
        Some(())
    }
}

/// An author and his approver, one work after another until the server is gone.
fn shift(port: u16, pair: &(String, String), name: &str, picture: &[u8]) -> Vec<Known> {
    let mut all = Vec::new();
    let mut n = 0;
    while write(port, pair, &format!("{name}.{n}"), picture, &mut all).is_some() {
        n += 1;
    }
    all
}

/// A reader who asks for the newest again and again; the last position he saw, and how often he was answered.
fn read(port: u16) -> (u32, usize) {
    let (mut last, mut answers) = (0, 0);
    while let Some(head) = ask(port, "", "/sync/head", &[]) {
        let seq = seq_of(&head.body);
        assert!(seq >= last, "the log went back from {last} to {seq}");
        let epoch: String = head.body[4..12].iter().map(|byte| format!("{byte:02x}")).collect();
        // The last whole block: it stays what it is while others publish.
        let to = seq / 64 * 64;
        let Some(_) = ask(port, "", &format!("/sync/{epoch}/bodies/{}-{to}", to - 64), &[]) else { break };
        (last, answers) = (seq, answers + 2);
        std::thread::sleep(Duration::from_millis(3));
    }
    (last, answers)
}

/// Position of the log, as a head has it.
fn seq_of(head: &[u8]) -> u32 {
    u32::from_be_bytes(head[16..20].try_into().unwrap())
}

/// The smallest picture that is worth encoding.
fn picture() -> Vec<u8> {
    let mut png = std::io::Cursor::new(Vec::new());
    image::RgbImage::new(8, 8).write_to(&mut png, image::ImageFormat::Png).unwrap();
    png.into_inner()
}

async fn raw(data: &Path) -> SqliteConnection {
    SqliteConnection::connect(&format!("sqlite://{}", data.join(FILE).display())).await.unwrap()
}

/// What was scheduled for tomorrow is due from now on.
async fn time_comes(data: &Path) {
    let mut raw = raw(data).await;
    sqlx::raw_sql("UPDATE work SET publish_at = 0 WHERE publish_at > 0; UPDATE job SET due = 0 WHERE kind = 'publish'")
        .execute(&mut raw)
        .await
        .unwrap();
    raw.close().await.unwrap();
}

/// Waits until nothing that is due waits for its publication.
async fn due_is_done(data: &Path) {
    let mut raw = raw(data).await;
    let began = Instant::now();
    loop {
        let sql = "SELECT COUNT(*) FROM job WHERE kind = 'publish' AND due = 0";
        let (left,): (i64,) = sqlx::query_as(sql).fetch_one(&mut raw).await.unwrap();
        if left == 0 {
            break;
        }
        assert!(began.elapsed() < Duration::from_secs(20), "{left} works that are due do not go out");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    raw.close().await.unwrap();
}

/// One work from its first word to publication, at once or at its time; `None` once the server is gone.
fn write(port: u16, (author, approver): &(String, String), name: &str, picture: &[u8], all: &mut Vec<Known>) -> Option<()> {
    let title = |version: i64| format!("Tin {name}, lần {version}");
    let standing = |version: i64, stage: Stage| Standing { version, title: title(version), stage };
    let made = ask(port, author, &format!("{ROOT}/viec"), &article(&title(1), &[]))?;
    let made: serde_json::Value = serde_json::from_slice(&made.body).unwrap();
    let id = made["id"].as_i64().unwrap();
    all.push(Known { id, told: standing(1, Stage::Draft), tried: None, writes: 1, pictures: 0, one_more: false });
    let known = all.last_mut()?;
    let path = format!("{ROOT}/viec/{id}");
    if id % 4 == 0 {
        known.one_more = true;
        bring(port, author, &format!("{path}/tep"), "Cầu treo", picture)?;
        (known.pictures, known.one_more) = (1, false);
    }
    for version in 2..=VERSIONS {
        let before = (version - 1).to_string();
        let answer = ask(port, author, &path, &article(&title(version), &[("version", before.as_str())]));
        known.step(standing(version, Stage::Draft), answer)?;
    }
    let last = VERSIONS.to_string();
    let form = [("version", last.as_str()), ("do", "submit")];
    let answer = ask(port, author, &path, &article(&title(VERSIONS), &form));
    known.step(standing(VERSIONS, Stage::InReview), answer)?;
    let page = ask(port, approver, &path, &[])?.text();
    let seen = between(&page, "name=\"seen\" value=\"", "\"");
    // The one button does both in one transaction, the other two one each.
    let both = [("approve publish", Stage::Published)];
    let apart = [("approve", Stage::Approved), ("publish", Stage::Published)];
    let later = [("approve", Stage::Approved), ("schedule", Stage::Scheduled)];
    let steps = [&both[..], &apart[..], &later[..]][id as usize % 3];
    for (action, stage) in steps {
        let form = [("do", *action), ("seen", seen), ("at", LATER)];
        let answer = ask(port, approver, &format!("{path}/buoc"), &form);
        known.step(standing(VERSIONS, *stage), answer)?;
    }
    Some(())
}

/// The database is whole, the audit holds, and every work stands as was acknowledged, or one step further where a step
/// was under way: its text, its version, its approval, its lines in the audit, its item for phones.
async fn check(data: &Path, port: u16, all: &mut [Known]) {
    let mut raw = raw(data).await;
    let (verdict,): (String,) = sqlx::query_as("PRAGMA integrity_check").fetch_one(&mut raw).await.unwrap();
    assert_eq!(verdict, "ok");
    let twice = "SELECT COUNT(*) FROM (SELECT 1 FROM log GROUP BY item HAVING COUNT(*) > 1)";
    let (twice,): (i64,) = sqlx::query_as(twice).fetch_one(&mut raw).await.unwrap();
    assert_eq!(twice, 0, "something went out twice");
    let jobs: Vec<(String,)> = sqlx::query_as("SELECT key FROM job").fetch_all(&mut raw).await.unwrap();
    let jobs: HashSet<String> = jobs.into_iter().map(|(key,)| key).collect();
    raw.close().await.unwrap();
    let store = Store::open(data, &Clock::default()).await.unwrap();
    assert_eq!((store.broken_audit().await.unwrap(), store.untrue_text().await.unwrap()), (None, None));
    let head = ask(port, "", "/sync/head", &[]).unwrap();
    assert_eq!(seq_of(&head.body), store.seq().await.unwrap(), "the head is at the end of the log");
    assert!(store.seq().await.unwrap() as usize >= IMPORTED, "what was imported is there");
    for known in all {
        let work = store.work(known.id).await.unwrap().unwrap_or_else(|| panic!("not there: {known:?}"));
        let found = Standing { version: work.version, title: work.text.title().to_owned(), stage: work.state.stage };
        assert!(found == known.told || Some(&found) == known.tried.as_ref(), "{found:?} is neither of {known:?}");
        let kept = store.version(known.id, found.version).await.unwrap();
        assert_eq!(kept.as_ref(), Some(&work.text), "{known:?}");
        let lines = store.audit(Some(known.id), None, 100).await.unwrap();
        for (stage, action) in STEPS {
            let done = lines.iter().any(|line| line.action == action);
            assert_eq!(done, found.stage >= stage, "{action} in the audit of {found:?}");
        }
        assert_eq!(work.state.approved, (found.stage >= Stage::Approved).then_some(work.hash), "{found:?}");
        assert_eq!(work.item.is_some(), found.stage == Stage::Published, "{found:?}");
        let scheduled = found.stage == Stage::Scheduled;
        assert_eq!(
            (work.publish_at.is_some(), jobs.contains(&format!("publish:{}", known.id))),
            (scheduled, scheduled),
            "{found:?}"
        );
        let uploads = store.uploads(known.id).await.unwrap();
        assert!(
            (known.pictures..=known.pictures + usize::from(known.one_more)).contains(&uploads.len()),
            "{uploads:?} of {known:?}"
        );
        (known.pictures, known.one_more) = (uploads.len(), false);
        for upload in uploads {
            let waits = jobs.contains(&format!("encode:{}", upload.id)) && data.join("upload").join(&upload.original).exists();
            // It may have been encoded just now.
            let upload = store.upload(upload.id).await.unwrap().unwrap();
            let done = data.join("media").join(&upload.file).is_file() && store.medium(&upload.file).await.unwrap().is_some();
            assert!(waits || done, "a picture is lost: {upload:?}");
        }
        if let Some(item) = work.item {
            let answer = ask(port, "", &format!("/sync/item/{item}"), &[]).unwrap();
            let title = found.title.as_bytes();
            assert!(answer.body.windows(title.len()).any(|part| part == title), "phones get {found:?}");
        }
        known.told = found;
        known.tried = None;
    }
    // Nothing of ours is open when the next kill comes, so that the server mends its log by itself.
    store.close().await;
}

fn article<'a>(title: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut form = vec![("kind", "bulletin"), ("main-topic", "1"), ("place", "20044"), ("source", "UBND xã A Lưới 2")];
    form.extend([("lang", "vi"), ("title.vi", title), ("summary.vi", "Sáng thứ Bảy ở trạm y tế.")]);
    form.push(("text.vi", "Mang theo sổ tiêm.\n\n1. Đến trước 9 giờ\n2. Chờ 30 phút"));
    form.extend(more);
    form
}
