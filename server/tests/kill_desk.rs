//! The real server, killed without warning while officials save, approve and publish: what it acknowledged is there, what
//! it did not is there whole or not at all, and it starts again at once. `BANTIN_KILLS` says how often.

use domain::editorial::{Role, Stage};
use server::Clock;
use server::desk::ROOT;
use server::store::{FILE, Store};
use sqlx::{Connection, SqliteConnection};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const BINARY: &str = env!("CARGO_BIN_EXE_bantin");
const PASSWORD: &str = "con trâu qua suối lúc mờ sáng";
/// Authors, each with an approver of his own.
const PAIRS: usize = 4;
/// Versions of a text before it is sent in.
const VERSIONS: i64 = 3;
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
    let mut server = Server::start(&data);
    let admin = join(server.port, &String::from_utf8(made.stdout).unwrap(), "quan.tri");
    let pair = |n: usize| {
        let author = invite(server.port, &admin, &format!("viet.{n}"), Role::Author);
        (author, invite(server.port, &admin, &format!("duyet.{n}"), Role::Approver))
    };
    let pairs: Vec<(String, String)> = (0..PAIRS).map(pair).collect();
    let mut all: Vec<Known> = Vec::new();
    let mut slowest = Duration::ZERO;
    for kill in 0..kills {
        let port = server.port;
        let mut fresh: Vec<Known> = std::thread::scope(|scope| {
            let mut hands = Vec::new();
            for (n, pair) in pairs.iter().enumerate() {
                hands.push(scope.spawn(move || shift(port, pair, &format!("{kill}.{n}"))));
            }
            std::thread::sleep(Duration::from_millis(20 + getrandom::u64().unwrap() % 900));
            let idle = hands.iter().any(|hand| hand.is_finished());
            server.kill();
            assert!(!idle, "somebody stopped while the server was there");
            hands.into_iter().flat_map(|hand| hand.join().unwrap()).collect()
        });
        server = Server::start(&data);
        slowest = slowest.max(server.took);
        assert!(server.took <= START, "start {kill} took {:?}", server.took);
        check(&data, server.port, &mut fresh).await;
        all.append(&mut fresh);
    }
    // Nothing that was there after one kill is gone after a later one.
    check(&data, server.port, &mut all).await;
    let writes: usize = all.iter().map(|known| known.writes).sum();
    let published = all.iter().filter(|known| known.told.stage == Stage::Published).count();
    println!("{kills} kills, {writes} acknowledged writes, {published} works published, slowest start {slowest:?}");
    assert!(writes > 0 || kills == 0);
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
fn shift(port: u16, pair: &(String, String), name: &str) -> Vec<Known> {
    let mut all = Vec::new();
    let mut n = 0;
    while write(port, pair, &format!("{name}.{n}"), &mut all).is_some() {
        n += 1;
    }
    all
}

/// One work from its first word to publication; `None` once the server is gone.
fn write(port: u16, (author, approver): &(String, String), name: &str, all: &mut Vec<Known>) -> Option<()> {
    let title = |version: i64| format!("Tin {name}, lần {version}");
    let standing = |version: i64, stage: Stage| Standing { version, title: title(version), stage };
    let made = ask(port, author, &format!("{ROOT}/viec"), &article(&title(1), &[]))?;
    let made: serde_json::Value = serde_json::from_slice(&made.body).unwrap();
    let id = made["id"].as_i64().unwrap();
    all.push(Known { id, told: standing(1, Stage::Draft), tried: None, writes: 1 });
    let known = all.last_mut()?;
    let path = format!("{ROOT}/viec/{id}");
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
    let steps = if id % 2 == 0 { &both[..] } else { &apart[..] };
    for (action, stage) in steps {
        let answer = ask(port, approver, &format!("{path}/buoc"), &[("do", *action), ("seen", seen)]);
        known.step(standing(VERSIONS, *stage), answer)?;
    }
    Some(())
}

/// The database is whole, the audit holds, and every work stands as was acknowledged, or one step further where a step
/// was under way: its text, its version, its approval, its lines in the audit, its item for phones.
async fn check(data: &Path, port: u16, all: &mut [Known]) {
    let mut raw = SqliteConnection::connect(&format!("sqlite://{}", data.join(FILE).display())).await.unwrap();
    let (verdict,): (String,) = sqlx::query_as("PRAGMA integrity_check").fetch_one(&mut raw).await.unwrap();
    assert_eq!(verdict, "ok");
    raw.close().await.unwrap();
    let store = Store::open(data, &Clock::default()).await.unwrap();
    assert_eq!(store.broken_audit().await.unwrap(), None);
    let head = ask(port, "", "/sync/head", &[]).unwrap();
    assert_eq!(&head.body[16..20], &store.seq().await.unwrap().to_be_bytes(), "the head is at the end of the log");
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

/// The program on a data folder; it goes with this.
struct Server {
    child: Child,
    port: u16,
    /// To the first answer.
    took: Duration,
}

impl Server {
    fn start(data: &Path) -> Server {
        let began = Instant::now();
        let mut command = Command::new(BINARY);
        command.args(["serve", "--port", "0", "--no-sample", "--assets", "none", "--data"]).arg(data);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut server = Server { child, port: 0, took: Duration::ZERO };
        let mut line = String::new();
        BufReader::new(server.child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        server.port = line.trim().rsplit(':').next().unwrap().parse().unwrap();
        while ask(server.port, "", "/healthz", &[]).is_none() {
            assert!(began.elapsed() < Duration::from_secs(30), "the server does not answer");
            std::thread::sleep(Duration::from_millis(1));
        }
        server.took = began.elapsed();
        server
    }

    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

struct Answer {
    head: String,
    body: Vec<u8>,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        let mut pairs = self.head.lines().filter_map(|line| line.split_once(':'));
        pairs.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }
}

/// Sends a form, or asks for a page where it is empty; `None` where the server went away before all of the answer was here.
fn ask(port: u16, cookie: &str, path: &str, form: &[(&str, &str)]) -> Option<Answer> {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let method = if form.is_empty() { "GET" } else { "POST" };
    let mut request = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncookie: {cookie}\r\n");
    request.push_str("accept: application/json\r\nsec-fetch-site: same-origin\r\n");
    request.push_str("content-type: application/x-www-form-urlencoded\r\n");
    request.push_str(&format!("content-length: {}\r\n\r\n{body}", body.len()));
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.write_all(request.as_bytes()).ok()?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).ok()?;
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let body = bytes.split_off(end + 4);
    let answer = Answer { head: String::from_utf8(bytes).unwrap(), body };
    assert_eq!(answer.header("transfer-encoding"), None, "{path}: its length is not known");
    let length: usize = answer.header("content-length").map_or(0, |length| length.parse().unwrap());
    if answer.body.len() < length {
        return None;
    }
    let status = answer.head.split(' ').nth(1).unwrap();
    assert!(["200", "303"].contains(&status), "{path}: {} {}", answer.head, String::from_utf8_lossy(&answer.body));
    Some(answer)
}

fn article<'a>(title: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut form = vec![("kind", "bulletin"), ("main-topic", "1"), ("place", "20044"), ("source", "UBND xã A Lưới 2")];
    form.extend([("lang", "vi"), ("title.vi", title), ("summary.vi", "Sáng thứ Bảy ở trạm y tế.")]);
    form.push(("text.vi", "Mang theo sổ tiêm.\n\n1. Đến trước 9 giờ\n2. Chờ 30 phút"));
    form.extend(more);
    form
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    text.split_once(before).unwrap_or_else(|| panic!("no {before} in {text}")).1.split_once(after).unwrap().0
}

/// Follows an invitation; gives the cookie of the session.
fn join(port: u16, link: &str, login: &str) -> String {
    let path = link[link.find(ROOT).unwrap()..].trim();
    let page = ask(port, "", path, &[]).unwrap().text();
    let typed = between(&page, "<code class=\"sc\">", "</code>").replace(' ', "");
    let secret = totp_rs::Secret::try_from_base32(typed).unwrap();
    let secret: Vec<u8> = AsRef::<[u8]>::as_ref(&secret).to_vec();
    let totp = totp_rs::Builder::new().with_secret(secret).with_account_name("x").build().unwrap();
    let code = totp.generate(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).to_string();
    let form = [("name", login), ("login", login), ("password", PASSWORD), ("repeat", PASSWORD), ("code", code.as_str())];
    let answer = ask(port, "", path, &form).unwrap();
    answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned()
}

fn invite(port: u16, admin: &str, login: &str, role: Role) -> String {
    let form = [("name", login), ("role", role.name()), ("place", "20044")];
    let page = ask(port, admin, &format!("{ROOT}/nguoi/moi"), &form).unwrap().text();
    join(port, between(&page, "value=\"http", "\""), login)
}
