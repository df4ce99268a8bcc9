//! What the program writes down: everything that an inquiry needs, and no secret.

mod lab;
mod office;

use axum::http::StatusCode;
use domain::alert::Wish;
use domain::editorial::Role;
use domain::words::Lang;
use lab::Lab;
use office::*;
use serde_json::Value;
use server::store::push::Subscription;
use std::io::Write;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, OnceLock};
use tokio::sync::MutexGuard;

const DESK: &str = "/ban-lam-viec";

/// Whoever watches the server sees what it answers.
#[tokio::test]
async fn answers_are_counted_by_how_they_end() {
    let lab = Lab::new().await;
    let counted = async || {
        let text = String::from_utf8(lab.get("/metrics", &[]).await.body).unwrap();
        let of = |class: &str| {
            let name = format!("bantin_answers_total{{class=\"{class}xx\"}} ");
            text.lines().find_map(|line| line.strip_prefix(&name)).and_then(|n| n.parse::<u64>().ok()).unwrap()
        };
        [of("2"), of("3"), of("4"), of("5")]
    };
    let text = String::from_utf8(lab.get("/metrics", &[]).await.body).unwrap();
    let free = text.lines().find_map(|line| line.strip_prefix("bantin_disk_free_bytes ")).map(str::parse::<u64>);
    assert!(matches!(free, Some(Ok(1..))), "{text}");
    let before = counted().await;
    let home = lab.get("/", &[]).await;
    for (path, headers, status) in [
        ("/noi", &[][..], 200),
        ("/khong-co", &[], 404),
        ("/sync/khong-co", &[], 404),
        ("/", &[("if-none-match", home.header("etag"))], 304),
    ] {
        assert_eq!(lab.get(path, headers).await.status, status, "{path}");
    }
    let after = counted().await;
    // The home page, that of places, and the first look at the figures themselves.
    assert_eq!(std::array::from_fn(|at| after[at] - before[at]), [3, 1, 2, 0]);
}

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The log of one test after the other.
struct Log(Kept, #[allow(dead_code, reason = "held")] MutexGuard<'static, ()>);

impl Log {
    async fn begin() -> Log {
        static ONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
        static KEPT: OnceLock<Kept> = OnceLock::new();
        let turn = ONE.lock().await;
        let kept = KEPT.get_or_init(|| {
            let kept = Kept::default();
            let writer = kept.clone();
            tracing::subscriber::set_global_default(server::log::to(move || writer.clone())).unwrap();
            kept
        });
        kept.0.lock().unwrap().clear();
        Log(kept.clone(), turn)
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.0.lock().unwrap().clone()).unwrap()
    }

    /// Each line, which is one object with its time and weight.
    fn lines(&self) -> Vec<Value> {
        let text = self.text();
        let lines: Vec<Value> =
            text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"))).collect();
        for line in &lines {
            let time = line["timestamp"].as_str().unwrap();
            assert!(time.ends_with('Z') && line["level"].is_string() && line["fields"]["message"].is_string(), "{line}");
        }
        lines
    }

    /// How many lines have these fields.
    fn count(&self, wanted: &[(&str, Value)]) -> usize {
        let has = |line: &&Value| wanted.iter().all(|(name, value)| line["fields"][name] == *value);
        self.lines().iter().filter(has).count()
    }
}

fn later(lab: &Lab) {
    lab.time.fetch_add(60, Ordering::SeqCst);
}

async fn id(lab: &Lab, login: &str) -> i64 {
    lab.app.site.store.people().await.unwrap().into_iter().find(|person| person.login == login).unwrap().id
}

#[tokio::test]
async fn coming_in_is_written_down_with_its_outcome_and_its_factor() {
    let log = Log::begin().await;
    let Office { lab, author, .. } = office().await;
    let lan = id(&lab, "lan.viet").await;
    let audit = |action: &str, after: &str| [("message", "audit".into()), ("action", action.into()), ("after", after.into())];
    assert_eq!(log.count(&[("action", "join".into())]), 3);
    later(&lab);
    assert_eq!(sign_in(&lab, &author, PASSWORD, &code(&lab, &author.secret, 0)).await.status, StatusCode::SEE_OTHER);
    assert_eq!(log.count(&[&audit("sign-in", "authenticator")[..], &[("actor", lan.into())]].concat()), 1);
    sign_in(&lab, &author, PASSWORD, &author.codes[0]).await;
    assert_eq!(log.count(&audit("sign-in", "paper")), 1);
    sign_in(&lab, &author, "không phải mật khẩu ấy", "000000").await;
    assert_eq!(log.count(&[&audit("sign-in-failed", "")[..], &[("account", lan.into())]].concat()), 1);
    // Names that nobody has fill nothing that is kept for good.
    let kept = lab.app.site.store.audit(None, None, 1_000).await.unwrap().len();
    let nobody = Browser { login: "khong.co".into(), ..Browser::default() };
    for _ in 0..3 {
        sign_in(&lab, &nobody, "x", "000000").await;
    }
    post(&lab, &nobody, &format!("{DESK}/vao/khoa"), &[("ceremony", "x"), ("answer", "{}")]).await;
    assert_eq!(lab.app.site.store.audit(None, None, 1_000).await.unwrap().len(), kept);
    let refused = |page: &str| [("message", "refused".into()), ("page", page.into()), ("status", 422.into())];
    assert_eq!(log.count(&refused("/vao")), 4);
    assert_eq!(log.count(&refused("/vao/khoa")), 1);
    for _ in 0..9 {
        sign_in(&lab, &author, "x", "000000").await;
    }
    assert!(log.count(&[("message", "guessing has to wait".into()), ("account", lan.into())]) >= 1);
    // Somebody at a desk that was left open.
    let form =
        [("old-password", "x"), ("password", "mưa rào trên đỉnh đèo"), ("repeat", "mưa rào trên đỉnh đèo"), ("code", "000000")];
    post(&lab, &author, &format!("{DESK}/toi/mat-khau"), &form).await;
    assert_eq!(log.count(&[&refused("/toi/mat-khau")[..], &[("account", lan.into()), ("method", "POST".into())]].concat()), 1);
    post(&lab, &author, &format!("{DESK}/ra"), &[]).await;
    assert_eq!(log.count(&audit("sign-out", "")), 1);
    // Each line of the audit is there, with the hash that binds it to the one before.
    let lines = lab.app.site.store.audit(None, None, 1_000).await.unwrap();
    for line in lines {
        assert_eq!(
            log.count(&[("message", "audit".into()), ("line", line.id.into()), ("action", line.action.as_str().into())]),
            1
        );
    }
    let told = log.lines();
    let chains =
        told.iter().filter(|line| line["fields"]["message"] == "audit").map(|line| line["fields"]["chain"].as_str().unwrap());
    assert!(chains.clone().all(|chain| chain.len() == 64));
    assert_eq!(chains.clone().collect::<std::collections::HashSet<_>>().len(), chains.count());
}

#[tokio::test]
async fn what_is_refused_and_what_rights_become_is_written_down() {
    let log = Log::begin().await;
    let Office { lab, admin, author, approver } = office().await;
    let (lan, quan) = (id(&lab, "lan.viet").await, id(&lab, "quan.tri").await);
    let work = write(&lab, &author, "Tiêm sởi").await;
    let refused = |page: &str, status: u16, account: i64| {
        [("message", "refused".into()), ("page", page.into()), ("status", status.into()), ("account", Value::from(account))]
    };
    get(&lab, &author, &format!("{DESK}/nguoi")).await;
    assert_eq!(log.count(&refused("/nguoi", 403, lan)), 1);
    // What one may not see, and what the script asks for.
    let stranger = invite(&lab, &admin, "xa.khac", Role::Author, A_LUOI_3).await;
    let xa = id(&lab, "xa.khac").await;
    let path = work.strip_prefix(DESK).unwrap();
    get(&lab, &stranger, &work).await;
    let version = field(&lab, &author, &work, "version").await;
    let mut form = article("Của người khác", "20044");
    form.push(("version", version.as_str()));
    let told = send(&lab, &stranger, "POST", &work, &form, &[("accept", "application/json")]).await;
    assert!(told.status.is_client_error());
    post(&lab, &stranger, &work, &form).await;
    let tried = [403u16, 404].map(|status| log.count(&refused(path, status, xa))).iter().sum::<usize>();
    assert_eq!(tried, 3, "{}", log.text());
    // His own text.
    let both = [("do", "add"), ("role", "approver"), ("place", "20044")];
    assert_eq!(post(&lab, &admin, &format!("{DESK}/nguoi/{lan}"), &both).await.status, StatusCode::SEE_OTHER);
    let changed = [("action", "roles".into()), ("actor", quan.into()), ("account", lan.into())];
    assert_eq!(log.count(&changed), 1);
    let line = log.lines().into_iter().find(|line| line["fields"]["action"] == "roles").unwrap();
    assert!(
        line["fields"]["after"].as_str().unwrap().contains("approver")
            && !line["fields"]["before"].as_str().unwrap().contains("approver")
    );
    submit(&lab, &author, &work, "Tiêm sởi").await;
    assert_eq!(act(&lab, &author, &work, "approve", &[]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(log.count(&refused(&format!("{path}/buoc"), 403, lan)), 1);
    // Ways around: a form of another site, an address that leads inside, a file of a foreign kind, a link that nobody made.
    let foreign = [("cookie", approver.cookie.as_str()), ("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")];
    assert_eq!(lab.ask("POST", &format!("{DESK}/ra"), &foreign).await.status, StatusCode::FORBIDDEN);
    assert_eq!(log.count(&[("message", "a form of another site was refused".into()), ("page", format!("{DESK}/ra").into())]), 1);
    let inside = [("url", "http://169.254.169.254/latest/"), ("place", "20044"), ("topic", "1")];
    post(&lab, &author, &format!("{DESK}/nguon/lay"), &inside).await;
    assert_eq!(
        log.count(&[("message", "an address that leads inside was not asked".into()), ("host", "169.254.169.254".into())]),
        1
    );
    let other = write(&lab, &author, "Khác").await;
    upload(&lab, &author, &other, b"<svg onload=alert(1)>", &[("words", "x")]).await;
    assert_eq!(log.count(&refused(&format!("{}/tep", other.strip_prefix(DESK).unwrap()), 422, lan)), 1);
    get(&lab, &Browser::default(), &format!("{DESK}/moi/doan-mo")).await;
    assert_eq!(log.count(&[("message", "refused".into()), ("page", "/moi/…".into()), ("status", 410.into())]), 1);
}

#[tokio::test]
async fn a_lost_key_of_pushes_is_not_replaced_silently() {
    let log = Log::begin().await;
    let lost = |lines: Vec<Value>| {
        let told = |line: &&Value| line["fields"]["message"].as_str().unwrap().starts_with("vapid.key is missing");
        lines.iter().filter(told).map(|line| (line["level"].clone(), line["fields"]["phones"].clone())).collect::<Vec<_>>()
    };
    let lab = Lab::new().await;
    let key = lab.data().join("vapid.key");
    std::fs::remove_file(&key).unwrap();
    let lab = lab.again().await;
    assert!(lost(log.lines()).is_empty(), "nobody subscribed to the one before");
    let phone = Subscription {
        id: 0,
        endpoint: "https://push.example/a".into(),
        p256dh: vec![4; 65],
        auth: [1; 16],
        wish: Wish { places: Vec::new(), hazards: Vec::new(), level: 1, quiet: None },
        lang: Lang::Vi,
        origin: "https://bantin.example".into(),
    };
    let mut tx = lab.app.site.store.begin().await.unwrap();
    tx.put_subscription(&phone, lab.app.site.now()).await.unwrap();
    tx.commit().await.unwrap();
    let lab = lab.again().await;
    assert!(lost(log.lines()).is_empty(), "it is there");
    std::fs::remove_file(&key).unwrap();
    let _lab = lab.again().await;
    assert_eq!(lost(log.lines()), [("ERROR".into(), 1.into())]);
}

#[tokio::test]
async fn no_secret_and_no_line_of_somebody_else_stands_there() {
    let log = Log::begin().await;
    let Office { lab, admin, author, .. } = office().await;
    let forged = "lan\r\n{\"timestamp\":\"2026-01-01T00:00:00Z\",\"level\":\"ERROR\",\"fields\":{\"message\":\"forged\"}}\r\n";
    let page = text(
        &post(&lab, &admin, &format!("{DESK}/nguoi/moi"), &[("name", &forged[..20]), ("role", "author"), ("place", "20044")])
            .await,
    );
    let link = between(&page, "value=\"http", "\"").rsplit('/').next().unwrap().to_owned();
    let liar = Browser { login: forged.into(), ..Browser::default() };
    sign_in(&lab, &liar, forged, forged).await;
    send(&lab, &author, "GET", &format!("{DESK}/viec/1%0d%0a%7B%22level%22:%22ERROR%22%7D"), &[], &[("user-agent", "a\tb\"}")])
        .await;
    post(&lab, &author, &format!("{DESK}/nguon/lay"), &[("url", "http://127.0.0.1/\n{\"level\":\"ERROR\"}"), ("place", "20044")])
        .await;
    let work = write(&lab, &author, forged).await;
    submit(&lab, &author, &work, forged).await;
    later(&lab);
    let now = code(&lab, &author.secret, 0);
    let new = "mưa rào trên đỉnh đèo Pê Ke";
    let form = [("old-password", PASSWORD), ("password", new), ("repeat", new), ("code", now.as_str())];
    assert_eq!(post(&lab, &author, &format!("{DESK}/toi/mat-khau"), &form).await.status, StatusCode::SEE_OTHER);
    sign_in(&lab, &author, new, &author.codes[1]).await;
    // A fault too, at the page of an invitation.
    lab.app.site.store.close().await;
    assert!(get(&lab, &author, DESK).await.status.is_server_error());
    assert!(get(&lab, &Browser::default(), &format!("{DESK}/moi/{link}")).await.status.is_server_error());
    let errors = |log: &Log| log.lines().iter().filter(|line| line["level"] == "ERROR").count();
    assert_eq!(errors(&log), 2, "what nobody expected is written down, once each: {}", log.text());
    let (all, cookie) = (log.text(), author.cookie.split_once('=').unwrap().1);
    let seed = totp_rs::Secret::from(author.secret.clone()).to_base32();
    // Six figures may stand within a time by chance.
    let typed = format!("\"{now}\"");
    for secret in [PASSWORD, new, &typed, cookie, link.as_str(), &author.codes[0], &author.codes[1], &seed] {
        assert!(!secret.is_empty() && !all.contains(secret), "{secret} in {all}");
    }
    assert!(log.lines().iter().all(|line| line["fields"]["message"] != "forged"));
}
