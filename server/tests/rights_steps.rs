//! Every action of the table, on a work at each stage, by every role inside and outside its places and topics, through the
//! addresses that browsers use: what the tables allow is done, the rest is refused and changes nothing.

mod lab;
mod office;

use axum::http::StatusCode;
use domain::content::{PlaceCode, Time};
use domain::editorial::Action::{Approve, Archive, Cancel, Correct, Publish, Schedule, Submit, Withdraw};
use domain::editorial::{Action, Deed, Grant, Manuscript, Role, Scope, Stage, allowed, sees, transition};
use lab::{Answer, Lab, NOW};
use office::*;
use server::desk::works::{self, Ask, Trouble};
use server::store::desk::{Person, Work};
use std::collections::BTreeSet;

const CITY: u32 = 46;
/// Whoever brings works to their stage: accounts that nobody signs in to.
const WRITER: i64 = 901;
const JUDGE: i64 = 902;
/// When what is scheduled would go out, as the form has it.
const LATER: &str = "2026-11-24T18:00";

/// How a work comes to where it is tried: whether it is an alert, whether whoever tries wrote of it too, and the steps.
type Way = (bool, bool, &'static [Action]);

const WAYS: [Way; 17] = [
    (false, false, &[]),
    (false, false, &[Submit]),
    (false, true, &[Submit]),
    (false, false, &[Submit, Approve]),
    (false, false, &[Submit, Approve, Schedule]),
    (false, false, &[Submit, Approve, Publish]),
    (false, false, &[Submit, Approve, Publish, Correct]),
    (false, false, &[Submit, Approve, Publish, Correct, Submit]),
    (false, false, &[Submit, Approve, Publish, Withdraw]),
    (false, false, &[Archive]),
    (true, false, &[]),
    (true, false, &[Submit]),
    (true, true, &[Submit]),
    (true, false, &[Submit, Approve]),
    (true, false, &[Submit, Approve, Publish]),
    (true, false, &[Submit, Approve, Publish, Cancel]),
    (true, false, &[Archive]),
];

/// Actions that are not done to a work that is there.
const APART: [Action; 4] = [Action::Bring, Action::ManagePeople, Action::ReadAudit, Action::ManageJobs];

/// Somebody with every right to do what leads to a stage.
fn hand(id: i64) -> Person {
    let grant = |role| Grant { role, place: PlaceCode(CITY), topics: Vec::new() };
    let grants = vec![grant(Role::Approver), grant(Role::AlertOfficer)];
    Person { id, login: String::new(), name: String::new(), grants, disabled: false, since: Time(NOW), seen: Time(NOW) }
}

/// Brings a work of `text` to where `way` leads; `actor` is whoever tries then.
async fn bring(lab: &Lab, (_, mine, steps): Way, text: &Manuscript, actor: i64) -> Work {
    let site = &lab.app.site;
    let (writer, judge) = (hand(WRITER), hand(JUDGE));
    let (id, _) = works::create(site, &writer, text.clone(), "").await.unwrap();
    let save = async |who: &Person, change: fn(&mut Manuscript)| {
        let work = site.store.work(id).await.unwrap().unwrap();
        let mut text = work.text;
        change(&mut text);
        works::save(site, who, id, work.version, text, Ask::default()).await.unwrap();
    };
    if mine {
        save(&hand(actor), |text| text.texts[0].summary.push('!')).await;
    }
    for step in steps {
        if *step == Cancel {
            works::cancel(site, &judge, id, "over").await.unwrap();
            continue;
        }
        let seen = Some(site.store.work(id).await.unwrap().unwrap().hash);
        let at = Time::parse(&[LATER, ":00+07:00"].concat());
        let ask = Ask { actions: vec![*step], seen, words: "vì thế".into(), at };
        works::act(site, &judge, id, ask).await.unwrap_or_else(|trouble| panic!("{step:?} of {steps:?}: {trouble:?}"));
        if *step == Correct {
            save(&writer, |text| text.change = "đổi giờ".into()).await;
        }
    }
    site.store.work(id).await.unwrap().unwrap()
}

/// The text of a work that somebody wrote in the form of its kind.
async fn written(lab: &Lab, who: &Browser, form: &[(&str, &str)]) -> Manuscript {
    let answer = post(lab, who, "/ban-lam-viec/viec", form).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", text(&answer));
    let id = answer.header("location").rsplit('/').next().unwrap().split('?').next().unwrap().parse().unwrap();
    lab.app.site.store.work(id).await.unwrap().unwrap().text
}

fn warning() -> Vec<(&'static str, &'static str)> {
    let mut form = vec![("kind", "alert"), ("topic", "0"), ("place", "20044"), ("source", "UBND"), ("lang", "vi")];
    form.extend([("hazard", "flash-flood"), ("level", "2"), ("hours", "6")]);
    form.extend([("title.vi", "Lũ quét ở {noi}"), ("summary.vi", "Nước lên."), ("action.vi", "Lên chỗ cao")]);
    form
}

/// The step as a button of the page would ask for it, whether there is such a button or not.
async fn step(lab: &Lab, who: &Browser, work: &Work, action: Action) -> Answer {
    let seen: String = work.hash.iter().map(|byte| format!("{byte:02x}")).collect();
    let form = [("do", action.name()), ("seen", &seen), ("words", "vì thế"), ("at", LATER)];
    post(lab, who, &format!("/ban-lam-viec/viec/{}/buoc", work.id), &form).await
}

/// An approved update of a live alert: publishing it is what updates.
async fn update(lab: &Lab, live: &Work, actor: i64) -> Work {
    let mut text = live.text.clone();
    let warning = text.alert.as_mut().unwrap();
    warning.references = works::chain(live).unwrap();
    warning.msg_type = "update".into();
    bring(lab, (true, false, &[Submit, Approve]), &text, actor).await
}

async fn attempt(lab: &Lab, who: &Browser, work: &Work, action: Action, actor: i64) -> Answer {
    let path = format!("/ban-lam-viec/viec/{}", work.id);
    let alert = work.text.alert.is_some();
    match action {
        Action::Read => get(lab, who, &path).await,
        Action::Write => {
            let mut form = if alert { warning() } else { article("Tiêm sởi", "20044") };
            let version = work.version.to_string();
            form.retain(|(name, _)| *name != "summary.vi");
            form.extend([("version", version.as_str()), ("summary.vi", "Khác.")]);
            post(lab, who, &path, &form).await
        }
        Action::Cancel => post(lab, who, &format!("{path}/huy"), &[("reason", "over")]).await,
        Action::Update if alert && work.state.stage == Stage::Published => {
            let later = update(lab, work, actor).await;
            step(lab, who, &later, Action::Publish).await
        }
        other => step(lab, who, work, other).await,
    }
}

fn refused(status: StatusCode) -> bool {
    matches!(status, StatusCode::FORBIDDEN | StatusCode::NOT_FOUND | StatusCode::CONFLICT)
}

/// Number of the newest line about a work: it stays where nothing was done.
async fn newest(lab: &Lab, work: &Work) -> i64 {
    lab.app.site.store.audit(Some(work.id), None, 1).await.unwrap()[0].id
}

#[tokio::test]
async fn the_tables_hold_on_every_way_in() {
    let lab = Lab::new().await;
    let admin = administrator(&lab).await;
    let who = invite(&lab, &admin, "ai.do", Role::Author, CITY).await;
    let actor = person_of(&lab, "ai.do").await.id;
    let news = written(&lab, &who, &article("Tiêm sởi", "20044")).await;
    set(&lab, "ai.do", &[Grant { role: Role::AlertOfficer, place: PlaceCode(CITY), topics: Vec::new() }]).await;
    let alert = written(&lab, &who, &warning()).await;
    let text_of = |way: Way| if way.0 { &alert } else { &news };

    let mut works = Vec::new();
    for way in WAYS {
        works.push((way, bring(&lab, way, text_of(way), actor).await));
    }
    let stages: BTreeSet<Stage> = works.iter().map(|(_, work)| work.state.stage).collect();
    assert_eq!(stages, Stage::ALL.into(), "each stage is tried");
    let (mut done, mut kept) = (0, 0);
    for role in Role::ALL {
        // Inside, outside, the whole city, and inside for another topic.
        let reach: [(u32, &[u8]); 4] = [(A_LUOI_2, &[]), (A_LUOI_3, &[]), (CITY, &[]), (A_LUOI_2, &[5])];
        for (n, (place, topic)) in reach.into_iter().enumerate() {
            let grants = [Grant { role, place: PlaceCode(place), topics: topic.to_vec() }];
            set(&lab, "ai.do", &grants).await;
            for (way, work) in &mut works {
                for action in Action::ALL.into_iter().filter(|action| !APART.contains(action)) {
                    let scope = Scope { places: &[PlaceCode(A_LUOI_2)], topics: &work.text.topics, alert: way.0 };
                    let deed = Deed { actor, hands: &work.hands, text: work.hash, seen: work.hash };
                    let stands = transition(work.state, action, &deed).is_ok();
                    let expected = match action {
                        Action::Read => sees(&grants, scope),
                        // Its update goes out by being published.
                        Action::Update => stands && allowed(&grants, action, scope) && allowed(&grants, Publish, scope),
                        _ => stands && allowed(&grants, action, scope),
                    };
                    let before = newest(&lab, work).await;
                    // What has an address of its own is no step of the page, whoever asks for it.
                    if !action.is_step() {
                        let answer = step(&lab, &who, work, action).await;
                        assert!(refused(answer.status), "{role:?}: {action:?} of {way:?} as a step: {}", answer.status);
                        assert_eq!(newest(&lab, work).await, before, "{role:?}: {action:?} of {way:?} as a step");
                    }
                    let answer = attempt(&lab, &who, work, action, actor).await;
                    let case = format!("{role:?} at {place}, topic {topic:?}: {action:?} of {way:?}: {}", answer.status);
                    let taken = matches!(answer.status, StatusCode::OK | StatusCode::SEE_OTHER);
                    assert_eq!((taken, refused(answer.status)), (expected, !expected), "{case}");
                    if expected && action != Action::Read {
                        done += 1;
                        *work = bring(&lab, *way, text_of(*way), actor).await;
                        continue;
                    }
                    kept += 1;
                    assert_eq!(newest(&lab, work).await, before, "{case}");
                }
            }
            let work = &works[1].1;
            for action in APART {
                let answer = step(&lab, &who, work, action).await;
                assert!(refused(answer.status), "{action:?} as a step: {}", answer.status);
                let address = format!("https://tin.example/{}/{n}", role.name());
                let feed = [("url", address.as_str()), ("name", "Báo"), ("place", "20044"), ("topic", "1")];
                let (answer, scope) = match action {
                    Action::Bring => (
                        post(&lab, &who, "/ban-lam-viec/nguon", &feed).await,
                        Scope { places: &[PlaceCode(A_LUOI_2)], topics: &[1], alert: false },
                    ),
                    Action::ManagePeople => (get(&lab, &who, "/ban-lam-viec/nguoi").await, Scope::ALL),
                    Action::ReadAudit => (get(&lab, &who, "/ban-lam-viec/nhat-ky").await, Scope::ALL),
                    _ => (get(&lab, &who, "/ban-lam-viec/hang-doi").await, Scope::ALL),
                };
                let taken = matches!(answer.status, StatusCode::OK | StatusCode::SEE_OTHER);
                let expected = allowed(&grants, action, scope);
                let case = format!("{role:?} at {place}, topic {topic:?}: {action:?}: {}", answer.status);
                assert_eq!((taken, refused(answer.status)), (expected, !expected), "{case}");
            }
        }
    }
    assert!(done > 100 && kept > 5_000, "{done} done, {kept} refused");
}

/// A draft of a correction may name fewer places than what readers have: who lets that go needs rights over all of it.
#[tokio::test]
async fn nobody_takes_from_readers_elsewhere_what_he_has_no_right_over() {
    let Office { lab, author, .. } = office().await;
    let site = &lab.app.site;
    let whole = Manuscript { places: vec![PlaceCode(CITY)], ..written(&lab, &author, &article("Tiêm sởi", "20044")).await };
    let grant = |role, place| Grant { role, place: PlaceCode(place), topics: Vec::new() };
    let somebody = |id, grants| Person { grants, ..hand(id) };
    let both = somebody(903, vec![grant(Role::Author, CITY), grant(Role::Approver, 20044)]);
    let there = somebody(904, vec![grant(Role::Approver, 20044)]);
    let work = bring(&lab, (false, false, &[Submit, Approve, Publish]), &whole, 905).await;
    let act = async |who: &Person, action: Action| {
        let seen = Some(site.store.work(work.id).await.unwrap().unwrap().hash);
        works::act(site, who, work.id, Ask { actions: vec![action], seen, words: "vì thế".into(), at: None }).await
    };
    act(&both, Correct).await.unwrap();
    let begun = site.store.work(work.id).await.unwrap().unwrap();
    let narrow = Manuscript { places: vec![PlaceCode(20044)], change: "chỉ một xã".into(), ..begun.text };
    works::save(site, &both, work.id, begun.version, narrow, Ask::default()).await.unwrap();
    assert!(matches!(act(&both, Withdraw).await, Err(Trouble::Denied)));
    act(&both, Submit).await.unwrap();
    assert!(matches!(act(&there, Approve).await, Err(Trouble::Denied)), "it would vanish for all other communes");
    let judge = hand(JUDGE);
    act(&judge, Approve).await.unwrap();
    assert!(matches!(act(&there, Publish).await, Err(Trouble::Denied)));
    act(&judge, Publish).await.unwrap();
    act(&there, Withdraw).await.unwrap();
}
