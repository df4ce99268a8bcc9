//! Who may do what at the desk: every role, inside and outside its places, on every address.

mod lab;
mod office;

use axum::http::StatusCode;
use domain::content::PlaceCode;
use domain::editorial::{Action, Grant, Role, Scope, allowed, sees};
use lab::{Answer, Lab};
use office::*;
use server::store::desk::CapMessage;
use std::collections::HashSet;
use std::sync::atomic::Ordering;

#[tokio::test]
async fn rights_that_are_taken_away_are_gone_at_once() {
    let Office { lab, admin, author, .. } = office().await;
    let work = write(&lab, &author, "Tin").await;
    let people = lab.app.site.store.people().await.unwrap();
    let id = people.iter().find(|person| person.login == "lan.viet").unwrap().id;
    let form = [("do", "remove"), ("role", "author"), ("place", "20044")];
    assert_eq!(post(&lab, &admin, &format!("/ban-lam-viec/nguoi/{id}"), &form).await.status, StatusCode::SEE_OTHER);
    let mut form = article("Tin khác", "20044");
    form.push(("version", "1"));
    assert_eq!(post(&lab, &author, &work, &form).await.status, StatusCode::FORBIDDEN);
    // A disabled account has no session any more.
    assert_eq!(
        post(&lab, &admin, &format!("/ban-lam-viec/nguoi/{id}"), &[("do", "disable")]).await.status,
        StatusCode::SEE_OTHER
    );
    assert!(text(&get(&lab, &author, "/ban-lam-viec").await).contains("Đăng nhập"));
    lab.time.fetch_add(60, Ordering::SeqCst);
    let refused = sign_in(&lab, &author, PASSWORD, &code(&lab, &author.secret, 0)).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    // The last administrator cannot lock everyone out.
    let me = people.iter().find(|person| person.login == "quan.tri").unwrap().id;
    let form = [("do", "remove"), ("role", "administrator"), ("place", "46")];
    assert_eq!(post(&lab, &admin, &format!("/ban-lam-viec/nguoi/{me}"), &form).await.status, StatusCode::FORBIDDEN);
    assert_eq!(get(&lab, &admin, "/ban-lam-viec/nguoi").await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_invitation_that_was_withdrawn_is_no_way_in_and_the_log_says_which_roles() {
    let Office { lab, admin, author, .. } = office().await;
    let form = [("name", "Nhầm Người"), ("role", "approver"), ("place", "20044")];
    let page = text(&post(&lab, &admin, "/ban-lam-viec/nguoi/moi", &form).await);
    let link = between(&page, "value=\"http", "\"").to_owned();
    let path = &link[link.find("/ban-lam-viec").unwrap()..];
    let token = between(&page, "name=\"invitation\" value=\"", "\"").to_owned();
    let drop = [("invitation", token.as_str())];
    assert_eq!(post(&lab, &author, "/ban-lam-viec/nguoi/moi/bo", &drop).await.status, StatusCode::FORBIDDEN);
    assert_eq!(get(&lab, &Browser::default(), path).await.status, StatusCode::OK);
    assert_eq!(post(&lab, &admin, "/ban-lam-viec/nguoi/moi/bo", &drop).await.status, StatusCode::SEE_OTHER);
    assert_ne!(get(&lab, &Browser::default(), path).await.status, StatusCode::OK);
    assert!(!text(&get(&lab, &admin, "/ban-lam-viec/nguoi").await).contains("Nhầm Người"));
    let id = person_of(&lab, "lan.viet").await.id;
    let form = [("do", "remove"), ("role", "author"), ("place", "20044")];
    assert_eq!(post(&lab, &admin, &format!("/ban-lam-viec/nguoi/{id}"), &form).await.status, StatusCode::SEE_OTHER);
    let log = text(&get(&lab, &admin, "/ban-lam-viec/nhat-ky").await);
    assert!(log.contains("hủy lời mời") && log.contains("Xã A Lưới 2 → –"), "{log}");
    assert_eq!(lab.app.site.store.broken_audit().await.unwrap(), None);
}

#[tokio::test]
async fn whoever_manages_people_manages_all_of_them_and_one_always_stays() {
    let Office { lab, admin, .. } = office().await;
    // Nobody gets the role for a part of the area, where it gives nothing.
    let id = person_of(&lab, "lan.viet").await.id;
    for (place, topic) in [("20044", ""), ("46", "1")] {
        let mut form = vec![("name", "Phó"), ("role", "administrator"), ("place", place), ("topic", topic), ("do", "add")];
        for path in ["moi".to_owned(), id.to_string()] {
            let refused = post(&lab, &admin, &format!("/ban-lam-viec/nguoi/{path}"), &form).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(text(&refused).contains("chỉ giao cho cả thành phố"), "{}", text(&refused));
        }
        form.push(("role", "author"));
        let refused = post(&lab, &admin, "/ban-lam-viec/nguoi/moi", &form).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "nor beside another one");
    }
    assert_eq!(person_of(&lab, "lan.viet").await.grants.len(), 1);
    // Those that an older store has do not count: the only one who can manage people stays.
    let grant = |place, topics: &[u8]| Grant { role: Role::Administrator, place: PlaceCode(place), topics: topics.to_vec() };
    set(&lab, "lan.viet", &[grant(A_LUOI_2, &[])]).await;
    set(&lab, "huy.duyet", &[grant(46, &[1])]).await;
    let me = format!("/ban-lam-viec/nguoi/{}", person_of(&lab, "quan.tri").await.id);
    let remove = [("do", "remove"), ("role", "administrator"), ("place", "46")];
    assert_eq!(post(&lab, &admin, &me, &remove).await.status, StatusCode::FORBIDDEN);
    assert_eq!(post(&lab, &admin, &me, &[("do", "disable")]).await.status, StatusCode::FORBIDDEN);
    set(&lab, "huy.duyet", &[grant(46, &[])]).await;
    assert_eq!(post(&lab, &admin, &me, &remove).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_role_is_given_with_its_topics_and_with_what_it_is_good_for() {
    let Office { lab, admin, .. } = office().await;
    let page = text(&get(&lab, &admin, "/ban-lam-viec/nguoi").await);
    let card = between(&page, "<h2>lan.viet</h2>", "<h2>quan.tri</h2>");
    assert!(card.contains("name=\"topic\" value=\"4\""), "{card}");
    for idle in ["Người có uy tín (hiện chỉ đăng nhập được", "Người báo số liệu (hiện chỉ đăng nhập được"]
    {
        assert_eq!(page.matches(idle).count(), 4, "{idle}: for each of three people, and for whoever is invited");
    }
    let id = person_of(&lab, "lan.viet").await.id;
    let form = [("do", "add"), ("role", "approver"), ("place", "20050"), ("topic", "2"), ("topic", "4")];
    assert_eq!(post(&lab, &admin, &format!("/ban-lam-viec/nguoi/{id}"), &form).await.status, StatusCode::SEE_OTHER);
    let given = Grant { role: Role::Approver, place: PlaceCode(A_LUOI_3), topics: vec![2, 4] };
    assert!(person_of(&lab, "lan.viet").await.grants.contains(&given));
}

/// Addresses that need nobody who is signed in.
const OPEN: [&str; 7] =
    ["POST vao", "POST vao/khoa/hoi", "POST vao/khoa", "GET moi/_", "POST moi/_", "POST moi/_/khoa", "POST moi/_/khoa/hoi"];

type Form = Vec<(&'static str, String)>;

fn form(fields: &[(&'static str, &str)]) -> Form {
    fields.iter().map(|(name, value)| (*name, (*value).to_owned())).collect()
}

/// An alert as the composer sends it.
fn warning() -> Form {
    let texts = [("title.vi", "Lũ quét ở {noi}"), ("summary.vi", "Nước lên."), ("action.vi", "Lên chỗ cao")];
    let mut all = form(&[("kind", "alert"), ("topic", "0"), ("place", "20044"), ("source", "UBND"), ("lang", "vi")]);
    all.extend(form(&[("hazard", "flash-flood"), ("level", "2"), ("hours", "6")]));
    all.extend(form(&texts));
    all
}

/// A fresh alert that waits to be confirmed.
async fn alert(lab: &Lab, who: &Browser) -> i64 {
    let mut fields = warning();
    fields.extend(form(&[("do", "submit")]));
    let answer = ask(lab, who, true, "/ban-lam-viec/viec", &fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", text(&answer));
    answer.header("location").rsplit('/').next().unwrap().parse().unwrap()
}

async fn ask(lab: &Lab, who: &Browser, post_it: bool, path: &str, form: &Form) -> Answer {
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    if post_it { post(lab, who, path, &form).await } else { get(lab, who, path).await }
}

/// An alert from elsewhere that waits, for A Lưới 2.
async fn wait(lab: &Lab, name: &str) -> i64 {
    let message = include_str!("cap/vietnam.cap").to_owned();
    let row = CapMessage {
        key: name.into(),
        places: vec![PlaceCode(A_LUOI_2)],
        state: "waiting".into(),
        message,
        ..CapMessage::default()
    };
    let mut tx = lab.app.site.store.begin().await.unwrap();
    let id = tx.add_cap_message(&row).await.unwrap();
    tx.commit().await.unwrap();
    id
}

/// Every role, inside and outside its scope, on every address: what the table does not allow is refused, the rest is not.
#[tokio::test]
async fn the_matrix_of_rights() {
    let lab = Lab::new().await;
    let admin = administrator(&lab).await;
    let writer = invite(&lab, &admin, "nguoi.viet", Role::Author, A_LUOI_2).await;
    let feed = form(&[("url", "https://tin.example/rss"), ("name", "Báo"), ("place", "20044"), ("topic", "1")]);
    assert_eq!(ask(&lab, &writer, true, "/ban-lam-viec/nguon", &feed).await.status, StatusCode::SEE_OTHER);
    let source = lab.app.site.store.sources().await.unwrap()[0].id;
    let warner = invite(&lab, &admin, "nguoi.bao", Role::AlertOfficer, A_LUOI_2).await;
    let confirmer = invite(&lab, &admin, "nguoi.xac-nhan", Role::AlertOfficer, A_LUOI_2).await;
    let foreign = serde_json::json!({"id": "bao-1", "kind": "bulletin", "issued": "2026-11-22T08:00:00+07:00", "topics": ["y-te"], "places": ["20044"], "title": "Tin",
        "source": {"name": "Báo"}, "summary": "Tóm tắt.", "body": ["Một đoạn."]});
    lab.import(&[foreign]).await;
    let outside = lab.app.site.live.now().cards().next().unwrap().id.to_string();
    for role in Role::ALL {
        for (n, place) in [A_LUOI_2, A_LUOI_3].into_iter().enumerate() {
            let who = invite(&lab, &admin, &format!("{}{n}", role.name()), Role::Author, place).await;
            let grants = [Grant { role, place: PlaceCode(place), topics: Vec::new() }];
            set(&lab, &who.login, &grants).await;
            let within =
                |action, place| allowed(&grants, action, Scope { places: &[PlaceCode(place)], topics: &[1], alert: false });
            let may = |action| within(action, A_LUOI_2);
            let warns =
                |action, place| allowed(&grants, action, Scope { places: &[PlaceCode(place)], topics: &[0], alert: true });
            let everywhere = |action| allowed(&grants, action, Scope::ALL);
            // A fresh work in review, for each role.
            let work = write(&lab, &writer, "Bài chung").await;
            submit(&lab, &writer, &work, "Bài chung").await;
            let work: i64 = work.rsplit('/').next().unwrap().split('?').next().unwrap().parse().unwrap();
            let message = wait(&lab, &format!("{}{n}", role.name())).await;
            let stored = lab.app.site.store.work(work).await.unwrap().unwrap();
            let seen: String = stored.hash.iter().map(|byte| format!("{byte:02x}")).collect();
            let step = |action: &str| form(&[("do", action), ("seen", &seen), ("words", "vì thế")]);
            let mut typed = form(&article("Của người khác", "20044"));
            typed.push(("version", stored.version.to_string()));
            let role_form = form(&[("do", "add"), ("name", "x"), ("role", "author"), ("place", "46")]);
            let none = Form::new;
            // An alert that waits to be confirmed, and one that is live.
            let waiting = alert(&lab, &warner).await;
            let stored = lab.app.site.store.work(waiting).await.unwrap().unwrap();
            let hash: String = stored.hash.iter().map(|byte| format!("{byte:02x}")).collect();
            let judge = |action: &str| form(&[("do", action), ("seen", &hash), ("words", "vì thế")]);
            let mut worded = warning();
            worded.retain(|(name, _)| *name != "summary.vi");
            worded.extend(form(&[("version", &stored.version.to_string()), ("summary.vi", "Khác.")]));
            let live = alert(&lab, &warner).await;
            let path = format!("/ban-lam-viec/viec/{live}");
            assert_eq!(act(&lab, &confirmer, &path, "approve publish", &[]).await.status, StatusCode::SEE_OTHER);
            let cases = [
                ("GET ", none(), true),
                ("GET viec", none(), true),
                ("GET viec/moi", none(), may(Action::Write) || within(Action::Write, place)),
                ("GET viec/_", none(), may(Action::Read)),
                ("GET viec/_/xem", none(), may(Action::Read)),
                ("GET viec/_/lich-su", none(), may(Action::Read)),
                ("POST viec", typed.clone(), may(Action::Write)),
                ("POST viec/nhan", form(&[("item", &outside)]), may(Action::Correct)),
                ("POST viec/rut", form(&[("item", &outside), ("words", "sai")]), may(Action::Withdraw)),
                ("POST viec/_/tep", none(), may(Action::Write)),
                // None of them wrote it.
                ("POST viec/_/buoc", step("take-back"), false),
                ("POST viec/_/buoc", step("approve"), may(Action::Approve)),
                ("POST viec/_/buoc", step("publish"), may(Action::Publish)),
                ("POST viec/_/buoc", step("withdraw"), may(Action::Withdraw)),
                ("POST viec/_", typed, may(Action::Write)),
                ("POST tin-bao", form(&[("until", "1")]), true),
                ("POST dan", form(&[("html", "<p>x</p>")]), true),
                (
                    "GET nguon",
                    none(),
                    within(Action::Bring, place) || role == Role::AlertOfficer || everywhere(Action::ManagePeople),
                ),
                ("POST nguon", feed.clone(), may(Action::Bring)),
                // Not a network that anybody may reach from here: refused as such, where it is not refused before.
                ("POST nguon/lay", form(&[("url", "http://127.0.0.1/"), ("place", "20044"), ("topic", "1")]), may(Action::Bring)),
                ("POST nguon/_", form(&[("do", "pause")]), may(Action::Bring)),
                ("POST nguon/_", form(&[("do", "at-once")]), everywhere(Action::ManagePeople)),
                // Officers of alerts confirm what an authority wrote.
                ("POST nguon/cap/_", form(&[("do", "dismiss")]), warns(Action::Publish, A_LUOI_2)),
                ("GET nguoi", none(), everywhere(Action::ManagePeople)),
                ("POST nguoi/moi", role_form.clone(), everywhere(Action::ManagePeople)),
                // An invitation that is not there.
                ("POST nguoi/moi/bo", none(), false),
                ("POST nguoi/_/loi-vao", none(), everywhere(Action::ManagePeople)),
                ("POST nguoi/_", role_form, everywhere(Action::ManagePeople)),
                ("GET nhat-ky", none(), everywhere(Action::ReadAudit)),
                ("GET hang-doi", none(), everywhere(Action::ManageJobs)),
                ("POST hang-doi/_", none(), everywhere(Action::ManageJobs)),
                ("GET canh-bao", none(), sees(&grants, Scope { alert: true, ..Scope::ALL })),
                ("GET canh-bao/moi", none(), warns(Action::Write, place)),
                ("GET viec/WAITING", none(), warns(Action::Read, A_LUOI_2)),
                ("GET viec/WAITING/xem", none(), warns(Action::Read, A_LUOI_2)),
                ("POST viec", warning(), warns(Action::Write, A_LUOI_2)),
                ("POST viec/WAITING/buoc", judge("take-back"), false),
                ("POST viec/WAITING/buoc", judge("approve"), warns(Action::Approve, A_LUOI_2)),
                ("POST viec/WAITING/buoc", judge("publish"), warns(Action::Publish, A_LUOI_2)),
                ("POST viec/LIVE/buoc", judge("correct"), false),
                ("POST viec/LIVE/buoc", judge("withdraw"), false),
                ("POST viec/WAITING", worded, warns(Action::Write, A_LUOI_2)),
                ("POST viec/_/huy", form(&[("reason", "over")]), false),
                ("POST viec/LIVE/huy", form(&[("reason", "over")]), warns(Action::Cancel, A_LUOI_2)),
                // What is his own.
                ("GET toi", none(), true),
                ("POST toi/khoa/hoi", none(), true),
                ("POST toi/khoa", none(), true),
                // A key and a session that are not his: he does not learn that they are there.
                ("POST toi/khoa/bo", none(), false),
                ("POST toi/ma-du-phong", none(), true),
                ("POST toi/phien", none(), false),
                ("POST toi/mat-khau", none(), true),
                ("POST ra", none(), true),
            ];
            let tried: HashSet<&str> = cases.iter().map(|(address, ..)| *address).chain(OPEN).collect();
            for address in addresses() {
                assert!(tried.contains(address.as_str()), "nobody tries `{address}`");
            }
            for (address, form, expected) in cases {
                let (method, path) = address.split_once(' ').unwrap();
                let number = match path.split('/').next() {
                    _ if path.starts_with("nguon/cap") => message,
                    Some("viec") => work,
                    Some("nguon") => source,
                    _ => 1,
                };
                let path = path.replace("WAITING", &waiting.to_string()).replace("LIVE", &live.to_string());
                let path = format!("/ban-lam-viec/{}", path.replace('_', &number.to_string()));
                let path = path.trim_end_matches('/');
                let stranger = ask(&lab, &Browser::default(), method == "POST", path, &form).await;
                assert!(text(&stranger).contains("Đăng nhập") || stranger.status == StatusCode::UNAUTHORIZED, "{path} to nobody");
                let answer = ask(&lab, &who, method == "POST", path, &form).await;
                let refused = matches!(answer.status, StatusCode::FORBIDDEN | StatusCode::NOT_FOUND);
                assert_eq!(!refused, expected, "{role:?} of {place} at {address}: {}", answer.status);
                assert!(!answer.status.is_server_error(), "{address}: {}", answer.status);
            }
        }
    }
}
