//! Ways into the desk are opened, changed, lost and closed.

mod lab;
mod office;

use axum::http::StatusCode;
use domain::editorial::Role;
use lab::Lab;
use office::*;
use server::store::desk::Person;
use std::sync::atomic::Ordering;

const DESK: &str = "/ban-lam-viec";
const NEW: &str = "mưa rào trên đỉnh đèo Pê Ke";

fn later(lab: &Lab, seconds: i64) {
    lab.time.fetch_add(seconds, Ordering::SeqCst);
}

#[tokio::test]
async fn only_all_of_it_opens_the_door() {
    let Office { lab, author, .. } = office().await;
    lab.time.fetch_add(60, Ordering::SeqCst);
    let right = code(&lab, &author.secret, 0);
    let wrong = if right == "123456" { "654321" } else { "123456" };
    assert_eq!(sign_in(&lab, &author, PASSWORD, wrong).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(sign_in(&lab, &author, "con trâu qua suối lúc chập tối", &right).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let nobody = Browser { login: "khong.co".into(), ..author.clone() };
    let (known, unknown) = (sign_in(&lab, &author, "x", wrong).await, sign_in(&lab, &nobody, "x", wrong).await);
    assert_eq!(text(&known).replace("lan.viet", ""), text(&unknown).replace("khong.co", ""), "nobody learns who has an account");
    let entered = sign_in(&lab, &author, PASSWORD, &right).await;
    assert_eq!(entered.status, StatusCode::SEE_OTHER);
    let set = entered.header("set-cookie");
    for part in ["__Host-bantin=", "Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(set.contains(part), "{part} in {set}");
    }
    assert_eq!(sign_in(&lab, &author, PASSWORD, &right).await.status, StatusCode::UNPROCESSABLE_ENTITY, "a code works once");
    // A code on paper works once too, however it is typed.
    let paper = author.codes[0].to_uppercase().replace('-', " ");
    assert_eq!(sign_in(&lab, &author, PASSWORD, &paper).await.status, StatusCode::SEE_OTHER);
    assert_eq!(sign_in(&lab, &author, PASSWORD, &paper).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    // Guessing has to wait, but never locks out whoever has the authenticator, or a code on paper that is still good.
    for _ in 0..8 {
        sign_in(&lab, &author, "x", wrong).await;
    }
    assert!(text(&sign_in(&lab, &author, PASSWORD, &author.codes[0]).await).contains("Hãy chờ"), "used up");
    assert_eq!(sign_in(&lab, &author, PASSWORD, &author.codes[1]).await.status, StatusCode::SEE_OTHER);
    for _ in 0..8 {
        sign_in(&lab, &author, "x", wrong).await;
    }
    lab.time.fetch_add(60, Ordering::SeqCst);
    assert_eq!(sign_in(&lab, &author, PASSWORD, &code(&lab, &author.secret, 0)).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn one_session_ends_another() {
    let Office { lab, author, .. } = office().await;
    lab.time.fetch_add(60, Ordering::SeqCst);
    let second = sign_in(&lab, &author, PASSWORD, &code(&lab, &author.secret, 0)).await;
    let second = Browser { cookie: cookie(&second), ..author.clone() };
    let session = field(&lab, &second, "/ban-lam-viec/toi", "session").await;
    let end =
        async |code: &str| post(&lab, &second, "/ban-lam-viec/toi/phien", &[("session", &session), ("code", code)]).await.status;
    for wrong in ["", "abc"] {
        assert_eq!(end(wrong).await, StatusCode::UNPROCESSABLE_ENTITY, "a desk that was left open ends nothing");
    }
    assert!(text(&get(&lab, &author, "/ban-lam-viec").await).contains("Chào"));
    // Whose authenticator is on the phone that he lost has his paper.
    assert_eq!(end(&author.codes[0]).await, StatusCode::SEE_OTHER);
    assert!(text(&get(&lab, &author, "/ban-lam-viec").await).contains("name=\"login\""), "the first one is out");
    assert!(!text(&get(&lab, &second, "/ban-lam-viec").await).contains("name=\"login\""));
    post(&lab, &second, "/ban-lam-viec/ra", &[]).await;
    assert!(text(&get(&lab, &second, "/ban-lam-viec").await).contains("name=\"login\""));
}

#[tokio::test]
async fn an_invitation_works_once_and_not_for_ever() {
    let lab = Lab::new().await;
    let link = server::desk::first_link(&lab.app.site, "A").await.unwrap();
    join(&lab, &link, "mot").await;
    assert_eq!(get(&lab, &Browser::default(), &link).await.status, StatusCode::GONE);
    let late = server::desk::first_link(&lab.app.site, "B").await.unwrap();
    lab.time.fetch_add(86_401, Ordering::SeqCst);
    assert_eq!(get(&lab, &Browser::default(), &late).await.status, StatusCode::GONE);
    assert_eq!(get(&lab, &Browser::default(), "/ban-lam-viec/moi/abc").await.status, StatusCode::GONE);
    // Each start without an account prints one: who takes one of them ends the others.
    let printed =
        [server::desk::first_link(&lab.app.site, "").await.unwrap(), server::desk::first_link(&lab.app.site, "").await.unwrap()];
    join(&lab, &printed[0], "hai").await;
    assert_eq!(get(&lab, &Browser::default(), &printed[1]).await.status, StatusCode::GONE);
    // A login is taken once, also in another spelling.
    let next = server::desk::first_link(&lab.app.site, "C").await.unwrap();
    let page = text(&get(&lab, &Browser::default(), &next).await);
    let typed = between(&page, "<code class=\"sc\">", "</code>").replace(' ', "");
    let secret = totp_rs::Secret::try_from_base32(typed).unwrap();
    let code = code(&lab, AsRef::<[u8]>::as_ref(&secret), 0);
    let form = [("name", "C"), ("login", "Một"), ("password", PASSWORD), ("repeat", PASSWORD), ("code", &code)];
    let answer = post(&lab, &Browser::default(), &next, &form).await;
    assert!(text(&answer).contains("đã có người dùng"), "{}", text(&answer));
    assert_eq!(get(&lab, &Browser::default(), &next).await.status, StatusCode::OK, "the link still works");
}

#[tokio::test]
async fn an_invitation_ends_with_the_rights_of_who_made_it() {
    let Office { lab, admin, author, .. } = office().await;
    let second = invite(&lab, &admin, "quan.hai", Role::Administrator, 46).await;
    let id = |person: Person| format!("{DESK}/nguoi/{}", person.id);
    let second_of = id(person_of(&lab, "quan.hai").await);
    let guest = [("name", "Khách"), ("role", "administrator"), ("place", "46")];
    let page = text(&post(&lab, &second, &format!("{DESK}/nguoi/moi"), &guest).await);
    let invited = between(&page, "value=\"http", "\"").to_owned();
    let renew = format!("{}/loi-vao", id(person_of(&lab, &author.login).await));
    let renewed = between(&text(&post(&lab, &second, &renew, &[]).await), "value=\"http", "\"").to_owned();
    let printed = server::desk::first_link(&lab.app.site, "D").await.unwrap();
    let nobody = Browser::default();
    let opens = async |link: &str| get(&lab, &nobody, &link[link.find(DESK).unwrap()..]).await.status;
    let form = [("name", "x"), ("login", "khach"), ("password", PASSWORD), ("repeat", PASSWORD), ("code", "000000")];
    let answers = async |link: &str| post(&lab, &nobody, &link[link.find(DESK).unwrap()..], &form).await.status;

    let rights = [("role", "administrator"), ("place", "46")];
    for (taken, given) in [
        (&[("do", "disable")][..], &[("do", "enable")][..]),
        (&[&[("do", "remove")], &rights[..]].concat(), &[&[("do", "add")], &rights[..]].concat()),
    ] {
        assert_eq!(opens(&invited).await, StatusCode::OK);
        assert_eq!(answers(&invited).await, StatusCode::UNPROCESSABLE_ENTITY, "the code is wrong, the link is not");
        assert_eq!(post(&lab, &admin, &second_of, taken).await.status, StatusCode::SEE_OTHER);
        for link in [&invited, &renewed] {
            assert_eq!((opens(link).await, answers(link).await), (StatusCode::GONE, StatusCode::GONE), "{taken:?}");
        }
        assert_eq!(opens(&printed).await, StatusCode::OK, "of the operator");
        assert_eq!(post(&lab, &admin, &second_of, given).await.status, StatusCode::SEE_OTHER);
    }
    join(&lab, &invited, "khach").await;
}

#[tokio::test]
async fn a_password_is_changed_by_who_knows_the_old_one() {
    let Office { lab, author, .. } = office().await;
    later(&lab, 60);
    let elsewhere =
        Browser { cookie: cookie(&sign_in(&lab, &author, PASSWORD, &code(&lab, &author.secret, 0)).await), ..author.clone() };
    later(&lab, 60);
    let change = async |old: &str, new: &str, code: &str| {
        let form = [("old-password", old), ("password", new), ("repeat", new), ("code", code)];
        post(&lab, &author, &format!("{DESK}/toi/mat-khau"), &form).await.status
    };
    let now = code(&lab, &author.secret, 0);
    assert_eq!(change("không nhớ nữa đâu", NEW, &now).await, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(change(PASSWORD, NEW, "000000").await, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(change(PASSWORD, "ngắn", &now).await, StatusCode::UNPROCESSABLE_ENTITY);
    // Nobody who only knows his name keeps him from it.
    for _ in 0..10 {
        assert_ne!(sign_in(&lab, &author, "mật khẩu đoán mò", "000000").await.status, StatusCode::SEE_OTHER);
    }
    assert_eq!(change(PASSWORD, NEW, &now).await, StatusCode::SEE_OTHER);
    assert!(text(&get(&lab, &author, DESK).await).contains("Chào"), "he stays where he is");
    assert!(text(&get(&lab, &elsewhere, DESK).await).contains("Đăng nhập"), "and is out everywhere else");
    later(&lab, 60);
    assert_eq!(sign_in(&lab, &author, PASSWORD, &code(&lab, &author.secret, 0)).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    later(&lab, 60);
    assert_eq!(sign_in(&lab, &author, NEW, &code(&lab, &author.secret, 0)).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_new_way_in_closes_the_old_ones() {
    let Office { lab, admin, author, approver } = office().await;
    let work = write(&lab, &author, "Tiêm sởi").await;
    let person = lab.app.site.store.people().await.unwrap().into_iter().find(|person| person.login == author.login).unwrap();
    let renew = format!("{DESK}/nguoi/{}/loi-vao", person.id);
    assert_eq!(post(&lab, &approver, &renew, &[]).await.status, StatusCode::FORBIDDEN, "only an administrator");
    let page = text(&post(&lab, &admin, &renew, &[]).await);
    let link = between(&page, "value=\"http", "\"").to_owned();
    assert!(text(&get(&lab, &author, DESK).await).contains("Chào"), "nothing closes before it is used");
    later(&lab, 60);
    let renewed = join(&lab, &link, "ke.khac").await;
    assert!(text(&get(&lab, &author, DESK).await).contains("Đăng nhập"), "the lost phone is out");
    let page = text(&get(&lab, &renewed, &format!("{DESK}/toi")).await);
    assert!(page.contains("lan.viet") && !page.contains("ke.khac"), "it is the account that was there: {page}");
    assert!(text(&get(&lab, &renewed, &work).await).contains("Tiêm sởi"));
    later(&lab, 60);
    let old = sign_in(&lab, &author, PASSWORD, &code(&lab, &author.secret, 0)).await;
    assert_eq!(old.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(sign_in(&lab, &author, PASSWORD, &author.codes[0]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn six_figures_are_not_guessed() {
    let Office { lab, author, .. } = office().await;
    later(&lab, 60);
    for _ in 0..60 {
        assert_eq!(sign_in(&lab, &author, PASSWORD, "000000").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let right = code(&lab, &author.secret, 0);
    assert_eq!(sign_in(&lab, &author, PASSWORD, &right).await.status, StatusCode::UNPROCESSABLE_ENTITY, "shut for everyone");
    // But for who has what nobody guesses: 140 bits on paper, with the password still, which is not guessed beside it either.
    for _ in 0..7 {
        let wrong = text(&sign_in(&lab, &author, "khác hẳn", &author.codes[0]).await);
        assert!(!wrong.contains("Hãy chờ"));
    }
    assert_eq!(sign_in(&lab, &author, PASSWORD, &author.codes[0]).await.status, StatusCode::SEE_OTHER);
    for _ in 0..60 {
        assert_eq!(sign_in(&lab, &author, PASSWORD, "000000").await.status, StatusCode::UNPROCESSABLE_ENTITY);
        sign_in(&lab, &author, "khác hẳn", &author.codes[1]).await;
    }
    assert!(text(&sign_in(&lab, &author, PASSWORD, &author.codes[1]).await).contains("Hãy chờ"));
    later(&lab, 16 * 60);
    assert_eq!(sign_in(&lab, &author, PASSWORD, &code(&lab, &author.secret, 0)).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_desk_left_open_gives_nobody_a_key() {
    let Office { lab, author, .. } = office().await;
    later(&lab, 60);
    let ask = format!("{DESK}/toi/khoa/hoi");
    let right = code(&lab, &author.secret, 0);
    let wrong = if right == "123456" { "654321" } else { "123456" };
    for code in ["", wrong] {
        let refused = post(&lab, &author, &ask, &[("code", code)]).await;
        assert_eq!((refused.status, text(&refused).contains("Mã xác thực không đúng")), (StatusCode::UNPROCESSABLE_ENTITY, true));
    }
    assert_ne!(post(&lab, &author, &ask, &[("code", &right)]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        post(&lab, &author, &ask, &[("code", &right)]).await.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "a code works once"
    );
}

/// Whoever knows a name may guess at the door for ever: whoever is inside goes on.
#[tokio::test]
async fn guesses_at_the_door_do_not_count_inside() {
    let Office { lab, author, .. } = office().await;
    later(&lab, 60);
    for _ in 0..60 {
        sign_in(&lab, &author, "mật khẩu sai hẳn", "000000").await;
    }
    assert!(text(&sign_in(&lab, &author, PASSWORD, "000000").await).contains("Hãy chờ"));
    let right = code(&lab, &author.secret, 0);
    let asked = post(&lab, &author, &format!("{DESK}/toi/khoa/hoi"), &[("code", &right)]).await;
    assert_ne!(asked.status, StatusCode::UNPROCESSABLE_ENTITY);
    let wrong = if right == "123456" { "654321" } else { "123456" };
    for _ in 0..60 {
        post(&lab, &author, &format!("{DESK}/toi/khoa/hoi"), &[("code", wrong)]).await;
    }
    let next = code(&lab, &author.secret, 1);
    let asked = post(&lab, &author, &format!("{DESK}/toi/khoa/hoi"), &[("code", &next)]).await;
    assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY, "nor may he guess there");
}

/// One screen left open, or one session that somebody took, would be enough to make two officers, and those to ring every phone.
#[tokio::test]
async fn rights_are_given_only_by_who_has_just_signed_in() {
    let Office { lab, admin, author, .. } = office().await;
    let person = person_of(&lab, &author.login).await.id;
    let role = [("name", "Hồ Thị Mây"), ("role", "alert-officer"), ("place", "46"), ("do", "add")];
    later(&lab, 16 * 60);
    for (path, form) in [
        ("/nguoi/moi", &role[..]),
        (&format!("/nguoi/{person}"), &role[..]),
        (&format!("/nguoi/{person}/loi-vao"), &[]),
        ("/nguon/1", &[("do", "at-once")]),
    ] {
        let again = sign_in(&lab, &admin, PASSWORD, &code(&lab, &admin.secret, 0)).await;
        let session = Browser { cookie: again.header("set-cookie").split(';').next().unwrap().to_owned(), ..admin.clone() };
        later(&lab, 16 * 60);
        let path = [DESK, path].concat();
        let asked = post(&lab, &session, &path, form).await;
        assert_eq!(asked.status, StatusCode::UNAUTHORIZED, "{path}");
        if form.len() > 1 {
            assert!(text(&asked).contains("Hồ Thị Mây"), "what was typed is still there");
        }
        assert!(!text(&get(&lab, &session, DESK).await).contains("Chào"), "its session was ended");
    }
    assert!(lab.app.site.store.open_invitations(lab.app.site.now()).await.unwrap().is_empty());
    // What takes rights away waits for nothing.
    let again = sign_in(&lab, &admin, PASSWORD, &code(&lab, &admin.secret, 0)).await;
    let session = Browser { cookie: again.header("set-cookie").split(';').next().unwrap().to_owned(), ..admin.clone() };
    later(&lab, 16 * 60);
    let path = format!("{DESK}/nguoi/{person}");
    assert_eq!(post(&lab, &session, &path, &[("do", "disable")]).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn whoever_signs_in_again_leaves_no_session_behind() {
    let Office { lab, author, approver, .. } = office().await;
    later(&lab, 60);
    let code = code(&lab, &author.secret, 0);
    let form = [("login", author.login.as_str()), ("password", PASSWORD), ("code", code.as_str())];
    let again = post(&lab, &author, "/ban-lam-viec/vao", &form).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER);
    assert!(text(&get(&lab, &author, DESK).await).contains("Đăng nhập"));
    let here = Browser { cookie: cookie(&again), ..author };
    assert!(text(&get(&lab, &here, DESK).await).contains("Chào"));
    // Also when somebody else sits down at the same browser.
    let approver_code = self::code(&lab, &approver.secret, 0);
    let form = [("login", approver.login.as_str()), ("password", PASSWORD), ("code", approver_code.as_str())];
    assert_eq!(post(&lab, &here, "/ban-lam-viec/vao", &form).await.status, StatusCode::SEE_OTHER);
    assert!(text(&get(&lab, &here, DESK).await).contains("Đăng nhập"));
}

#[tokio::test]
async fn codes_on_paper_are_renewed_by_who_holds_the_authenticator() {
    let Office { lab, author, .. } = office().await;
    later(&lab, 60);
    let renew = format!("{DESK}/toi/ma-du-phong");
    let right = code(&lab, &author.secret, 0);
    let wrong = if right == "123456" { "654321" } else { "123456" };
    // Neither a wrong one nor one from the paper itself.
    for code in ["", wrong, &author.codes[1]] {
        assert_eq!(post(&lab, &author, &renew, &[("code", code)]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let page = text(&post(&lab, &author, &renew, &[("code", &right)]).await);
    let codes: Vec<&str> = page.split("<li><code>").skip(1).map(|rest| rest.split('<').next().unwrap()).collect();
    assert!(codes.len() == 8 && page.contains("data-do=\"print\""), "{page}");
    assert!(codes.iter().all(|code| !author.codes.iter().any(|old| old == code)));
    assert_eq!(
        sign_in(&lab, &author, PASSWORD, &author.codes[0]).await.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "old ones are dead"
    );
    for typed in [codes[0].to_uppercase().replace('-', " "), codes[1].replace('-', "")] {
        assert_eq!(sign_in(&lab, &author, PASSWORD, &typed).await.status, StatusCode::SEE_OTHER, "{typed}");
        assert_eq!(sign_in(&lab, &author, PASSWORD, &typed).await.status, StatusCode::UNPROCESSABLE_ENTITY, "once");
    }
    let lines = lab.app.site.store.audit(None, None, 100).await.unwrap();
    assert_eq!(lines.iter().filter(|line| line.action == "recovery").count(), 1);
}

/// What `e2e/passkey` does with a device, as far as it goes without one.
#[tokio::test]
async fn who_comes_with_a_passkey_has_codes_on_paper_and_no_password() {
    let Office { lab, admin, .. } = office().await;
    let page =
        text(&post(&lab, &admin, &format!("{DESK}/nguoi/moi"), &[("name", "Ba"), ("role", "author"), ("place", "46")]).await);
    let link = between(&page, "value=\"http", "\"").to_owned();
    let path = link[link.find(DESK).unwrap()..].to_owned();
    let nobody = Browser::default();
    assert!(text(&get(&lab, &nobody, &path).await).contains(&format!("{path}?khoa=1")));
    let form = text(&get(&lab, &nobody, &format!("{path}?khoa=1")).await);
    assert!(form.contains("data-passkey") && !form.contains("type=\"password\""), "{form}");
    // Names are judged before a device makes a key.
    let ask = format!("{path}/khoa/hoi");
    for (name, login, told) in
        [("", "ba", "Tên đăng nhập cần"), ("", "ba.viet", "họ và tên"), ("Ba", "Lan Viết", "đã có người dùng")]
    {
        let refused = post(&lab, &nobody, &ask, &[("name", name), ("login", login)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(text(&refused).contains(told), "{}", text(&refused));
    }
    let asked = text(&post(&lab, &nobody, &ask, &[("name", "Ba"), ("login", "ba.viet")]).await);
    let ceremony = between(&asked, "\"ceremony\":\"", "\"");
    // An answer without a key, and the question of another invitation, make no account and leave the link as it is.
    for ceremony in [ceremony, "", "abc"] {
        let answer = post(&lab, &nobody, &format!("{path}/khoa"), &[("ceremony", ceremony), ("answer", "{}")]).await;
        assert_eq!((answer.status, answer.header("set-cookie")), (StatusCode::UNPROCESSABLE_ENTITY, ""));
    }
    assert_eq!(get(&lab, &nobody, &path).await.status, StatusCode::OK);
    assert_eq!(post(&lab, &nobody, &format!("{DESK}/moi/abc/khoa"), &[]).await.status, StatusCode::GONE);

    // Such an account: only a code on paper opens it by form, whatever stands in the place of a password.
    let secret = vec![7; 20];
    let account = server::store::desk::Account {
        id: 0,
        login: "co.khoa".into(),
        name: "Cô Khóa".into(),
        password: String::new(),
        totp: secret.clone(),
        totp_step: 0,
        disabled: false,
    };
    let mut tx = lab.app.site.store.begin().await.unwrap();
    let id = tx.add_account(&account, domain::content::Time(0)).await.unwrap().unwrap();
    let kept = |code: &str| domain::sign::hash(format!("bantin-recovery\0{id}\0{code}").as_bytes());
    tx.set_recovery(id, &["aaaa", "bbbb", "cccc"].map(kept)).await.unwrap();
    tx.commit().await.unwrap();
    let who = Browser { login: "co.khoa".into(), ..Browser::default() };
    for password in ["", PASSWORD] {
        assert_eq!(sign_in(&lab, &who, password, &code(&lab, &secret, 0)).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let entered = sign_in(&lab, &who, "", "AA-AA").await;
    assert_eq!(entered.status, StatusCode::SEE_OTHER);
    assert_eq!(sign_in(&lab, &who, "", "aaaa").await.status, StatusCode::UNPROCESSABLE_ENTITY, "once");
    let here = Browser { cookie: cookie(&entered), ..who };
    // Another one proves at his desk that it is he, and so does no authenticator.
    let renew = format!("{DESK}/toi/ma-du-phong");
    let refused = text(&post(&lab, &here, &renew, &[("code", &code(&lab, &secret, 0))]).await);
    assert!(refused.contains("Mã trên giấy không đúng") && !refused.contains("toi/mat-khau"), "{refused}");
    assert!(text(&post(&lab, &here, &renew, &[("code", "bbbb")]).await).contains("Mã cũ không dùng được nữa"));
    assert_eq!(sign_in(&lab, &here, "", "cccc").await.status, StatusCode::UNPROCESSABLE_ENTITY, "died with the sheet");
}
