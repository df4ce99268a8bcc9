//! What stands in the way, in words, with what to do next.

use super::frame::{json, page, refused, root};
use super::history::{difference, plain, voices};
use super::overview::back;
use super::report::finding_text;
use crate::desk::form::{self, Form};
use crate::desk::page_of;
use crate::desk::visit::Visit;
use crate::desk::works::Trouble;
use axum::http::StatusCode;
use axum::response::Response;
use domain::editorial::{Manuscript, Refusal};
use domain::words::{Desk, fill};
use ui::el::{El, cl, el, tx};

pub fn status(trouble: &Trouble) -> StatusCode {
    match trouble {
        Trouble::NotFound => StatusCode::NOT_FOUND,
        Trouble::Denied | Trouble::OwnSource | Trouble::Refused(Refusal::OwnText | Refusal::OthersText) => StatusCode::FORBIDDEN,
        Trouble::Refused(Refusal::Stage | Refusal::Changed) | Trouble::Overtaken(_) | Trouble::Superseded => StatusCode::CONFLICT,
        Trouble::Broken(cause) if cause.is_full() => StatusCode::INSUFFICIENT_STORAGE,
        Trouble::Broken(_) => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

/// For the script that saves by itself.
pub fn json_trouble(visit: &Visit, trouble: &Trouble) -> Response {
    if let Trouble::Broken(cause) = trouble {
        tracing::error!(%cause, "a text could not be saved");
        visit.site.make_room(cause);
    }
    let version = if let Trouble::Overtaken(work) = trouble { Some(work.version) } else { None };
    json(status(trouble), &serde_json::json!({ "code": trouble.code(), "version": version }))
}

fn words(visit: &Visit, trouble: &Trouble) -> String {
    let w = visit.w();
    match trouble {
        Trouble::Unready(_) => w.unready.to_owned(),
        Trouble::BadFile(code) => bad_file(code, visit).to_owned(),
        Trouble::Broken(cause) if !cause.is_full() => w.broken.to_owned(),
        other => later(visit, &other.kept()),
    }
}

/// What was written down of a trouble when it happened, see [`Trouble::kept`].
pub fn later(visit: &Visit, kept: &str) -> String {
    let w = visit.w();
    let words = match kept {
        "not-found" => w.not_found,
        "denied" => w.denied,
        "no-place" => w.no_place,
        "wrong-stage" => w.wrong_stage,
        "own-text" => w.own_text,
        "own-source" => w.cap_own,
        "others-text" => w.others_text,
        "changed" => w.changed_meanwhile,
        "overtaken" => w.overtaken,
        "unready" => w.lacking,
        "superseded" => w.al_superseded,
        "other-status" => w.al_other_status,
        "no-words" => w.no_words,
        "no-time" => w.no_time,
        "ends-first" => w.ends_first,
        "bad-key" => w.passkey_failed,
        "disk-full" => w.disk_full,
        "broken" => w.server_failed,
        "no-tool" | "failed" => w.file_tool,
        code => match unfetched_words(code, w) {
            Some(words) => words,
            None => return fill(w.refuses, &[("reason", kept)]),
        },
    };
    words.to_owned()
}

/// Why a picture or recording is not taken.
pub fn bad_file(code: &str, visit: &Visit) -> &'static str {
    let w = visit.w();
    match code {
        "bad-kind" => w.file_kind,
        "too-large" => w.file_large,
        "too-long" => w.file_long,
        "heic" => w.file_heic,
        "broken" => w.file_broken,
        "no-words" => w.file_words,
        "no-consent" => w.file_consent,
        "no-file" => w.file_none,
        "disk-full" => w.file_full,
        _ => w.file_tool,
    }
}

/// Why nothing came from an address elsewhere.
pub fn unfetched(code: &str, visit: &Visit) -> &'static str {
    unfetched_words(code, visit.w()).unwrap_or(visit.w().fetch_failing)
}

fn unfetched_words(code: &str, w: &'static Desk) -> Option<&'static str> {
    Some(match code {
        "bad-url" => w.fetch_bad_url,
        "inside" => w.fetch_inside,
        "no-host" => w.fetch_no_host,
        "unreachable" => w.fetch_unreachable,
        "slow" => w.fetch_slow,
        "large" => w.fetch_large,
        "no-text" => w.fetch_no_text,
        "redirects" => w.fetch_redirects,
        "gone" => w.fetch_gone,
        "forbidden" => w.fetch_forbidden,
        "busy" => w.fetch_busy,
        "not-feed" => w.fetch_not_feed,
        "is-feed" => w.fetch_is_feed,
        "empty" => w.fetch_empty,
        "no-rights" => w.fetch_no_rights,
        "failing" => w.fetch_failing,
        _ => return None,
    })
}

/// Above the form in which `typed` still stands.
pub async fn told(visit: &Visit, trouble: &Trouble, typed: &Manuscript) -> Result<El, Trouble> {
    let w = visit.w();
    let mut out = cl("div", "warn").attr("role", "alert").kid(tx("p", words(visit, trouble)));
    if let Trouble::Overtaken(theirs) = trouble {
        // The form has the version of the other one: all that the next save takes away of his is shown here.
        let voices = voices(visit, [&theirs.text, typed].into_iter()).await?;
        let shown = difference(&plain(&theirs.text, visit, &voices), &plain(typed, visit, &voices));
        let shown = el("details").flag("open", true).kid(tx("summary", w.their_text)).kid(shown);
        out = out.kid(tx("p", w.their_signs)).kid(shown);
    }
    Ok(out)
}

/// A page of its own, where there is no form to come back to.
pub async fn trouble(visit: &Visit, form: &Form, trouble: Trouble) -> Response {
    let w = visit.w();
    let status = status(&trouble);
    if let Trouble::Broken(cause) = &trouble {
        tracing::error!(%cause, page = page_of(&visit.path), "a page of the desk could not be made");
        visit.site.make_room(cause);
    }
    let mut main = root(w.trouble).kid(match &trouble {
        // Nothing was saved with this step, and no list stands below.
        Trouble::Unready(findings) => {
            let told = findings.iter().map(|finding| tx("li", finding_text(finding, visit)));
            let list = cl("ul", "nd").kids(told.collect());
            cl("div", "warn").attr("role", "alert").kid(tx("p", w.not_done)).kid(list)
        }
        other => cl("p", "warn").attr("role", "alert").text(words(visit, other)),
    });
    let typed: Vec<&(String, String)> =
        form.0.iter().filter(|(name, value)| !value.is_empty() && !form::is_secret(name)).collect();
    if status.is_server_error() && !typed.is_empty() {
        let mut again = el("form").attr("method", "post").attr("action", visit.to(&visit.path));
        for (name, value) in typed {
            let kept = el("textarea").flag("hidden", true).attr("name", name.clone()).text(["\n", value].concat());
            again = again.kid(kept);
        }
        main = main.kid(again.kid(cl("button", "bt go").text(w.try_again)));
    }
    let up = before(&visit.path).unwrap_or("");
    page(visit, status, w.trouble, main.kid(back(visit, up, w.go_back)))
}

/// The page of the work whose form was sent to this address.
fn before(path: &str) -> Option<&str> {
    ["/buoc", "/tep", "/huy"].iter().find_map(|form| path.strip_suffix(form))
}

/// What came and could not be taken, told to whoever is known to have sent it. What he typed is still in his browser.
pub fn unread(visit: Option<&Visit>, status: StatusCode) -> Response {
    tracing::warn!(status = status.as_u16(), "what cannot be read was refused");
    let Some(visit) = visit.filter(|visit| !visit.wants_json) else { return refused(status) };
    let (w, path) = (visit.w(), visit.path.as_str());
    let work = path.strip_suffix("/tep");
    let told = match status {
        StatusCode::PAYLOAD_TOO_LARGE if work.is_some() => w.file_large,
        StatusCode::PAYLOAD_TOO_LARGE => w.text_large,
        StatusCode::REQUEST_TIMEOUT => w.too_slow,
        StatusCode::TOO_MANY_REQUESTS => w.files_wait,
        StatusCode::UNSUPPORTED_MEDIA_TYPE if work.is_some() && visit.person.is_none() => w.signed_out,
        _ => return refused(status),
    };
    let up = before(path).unwrap_or(if path.starts_with("/viec/") { path } else { "" });
    let main = root(w.trouble).kid(cl("p", "warn").attr("role", "alert").text(told));
    page(visit, status, w.trouble, main.kid(back(visit, up, w.go_back)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::desk::Note;
    use crate::{App, Options, reserve};
    use domain::content::Time;
    use http_body_util::BodyExt;

    /// Nobody writes a warning twice because a disk was full.
    #[tokio::test]
    async fn what_was_typed_stays_on_the_page_when_the_disk_is_full() {
        let folder = tempfile::tempdir().unwrap();
        let site = App::open(folder.path(), Options::default()).await.unwrap().site;
        site.store.fill_up().await;
        let mut tx = site.store.begin().await.unwrap();
        let words = "x".repeat(100_000);
        reserve::hold(folder.path());
        assert!(folder.path().join(reserve::FILE).exists());
        let full = tx.note(Time(1), Note { action: "test", words: &words, ..Note::default() }).await.unwrap_err();
        tx.roll_back().await;
        let request = axum::http::Request::get("/ban-lam-viec/viec/7").body(axum::body::Body::empty()).unwrap();
        let (visit, _) = Visit::read(site, request).await.unwrap();
        let form = Form::parse("title=Lũ quét & sạt lở&password=bí mật".replace(" & ", " %26 ").as_bytes());
        let answer = trouble(&visit, &form, Trouble::Broken(full)).await;
        assert_eq!(answer.status(), StatusCode::INSUFFICIENT_STORAGE);
        let page = answer.into_body().collect().await.unwrap().to_bytes();
        let page = String::from_utf8_lossy(&page);
        assert!(page.contains(visit.w().disk_full), "{page}");
        assert!(!folder.path().join(reserve::FILE).exists(), "whoever presses again finds room");
        assert!(page.contains("name=\"title\">\nLũ quét &amp; sạt lở</textarea>"), "{page}");
        assert!(!page.contains("bí mật"), "{page}");
    }
}
