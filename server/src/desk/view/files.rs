//! Pictures and recordings of a work: bringing one, what became of it, putting it into the text.

use super::{check, choice, field, hidden, input, send, trouble};
use crate::desk::encode::MAX_UPLOAD;
use crate::desk::visit::Visit;
use crate::desk::works::Trouble;
use crate::store::desk::{Sort, Upload, Work};
use domain::content::{Block, MediaRef, Time};
use domain::editorial::{Manuscript, Script, markup};
use domain::words::{decimal, fill, size};
use std::collections::BTreeSet;
use ui::el::{El, cl, el, tx};

/// How a file is named in the text.
fn line(upload: &Upload) -> String {
    let media = MediaRef { file: upload.file.clone(), bytes: 0, width: 0, height: 0, seconds: 0 };
    let words = upload.words.clone();
    markup::print(&[match upload.sort {
        Sort::Picture => Block::Image { media, alt: words, caption: None },
        Sort::Sound => Block::Audio { media, title: words },
    }])
}

/// Inside the editor's form: what was brought, to be put into the text. The script puts it where the cursor is.
pub fn list(visit: &Visit, first: &Script, uploads: &[Upload]) -> Option<El> {
    // A copy may have a recording that was brought to the first work.
    let carried = !first.audio.is_empty() && uploads.iter().all(|upload| upload.file != first.audio);
    if uploads.is_empty() && !carried {
        return None;
    }
    let w = visit.w();
    let waiting = uploads.iter().any(|upload| upload.file.is_empty() && upload.trouble.is_empty());
    let rows = uploads.iter().map(|upload| {
        let li = el("li").kid(tx("b", upload.words.clone()));
        if !upload.trouble.is_empty() && upload.file.is_empty() {
            return li.kid(cl("p", "warn").text(trouble::bad_file(&upload.trouble, visit)));
        }
        if upload.file.is_empty() {
            let done = visit.site.desk.progress.of(upload.id).to_string();
            let said = [w.file_waits, " ", &done, "%"].concat();
            let bar = el("progress").attr("aria-label", w.file_waits).attr("max", "100").attr("value", done);
            return li.kid(tx("small", said)).kid(bar);
        }
        let path = ["/media/", &upload.file.replace(".avif", "-360.avif")].concat();
        let li = match upload.sort {
            // The smallest width is enough here.
            Sort::Picture => li
                .kid(tx("small", size(upload.bytes.into(), visit.lang)))
                .kid(el("img").attr("src", path).attr("alt", upload.words.clone()).attr("loading", "lazy")),
            Sort::Sound => li
                .kid(tx(
                    "small",
                    [&fill(w.speaks, &[("name", &upload.speaker)]), " · ", &size(upload.bytes.into(), visit.lang)].concat(),
                ))
                .kid(el("audio").attr("src", path).attr("controls", "").attr("preload", "none")),
        };
        let line = line(upload);
        let used = first.text.contains(&upload.file) || first.audio == upload.file;
        if used {
            return li.kid(cl("p", "st on").text(w.file_used));
        }
        let put = cl("button", "bt js").attr("type", "button").attr("data-insert", line.clone()).text(w.file_insert);
        li.kid(cl("p", "st off").text(w.file_unused)).kid(put).kid(check("insert", line, false, w.file_append))
    });
    let sounds: Vec<&Upload> = uploads.iter().filter(|upload| upload.sort == Sort::Sound && !upload.file.is_empty()).collect();
    let whole = (carried || !sounds.is_empty()).then(|| {
        let kept = carried.then(|| choice(first.audio.clone(), true, w.audio_carried));
        let options = sounds.iter().map(|upload| choice(upload.file.clone(), first.audio == upload.file, upload.words.clone()));
        let none = choice(String::new(), first.audio.is_empty(), w.audio_none);
        field("audio.vi", w.audio_whole, w.audio_hint, el("select").kid(none).maybe(kept).kids(options.collect()))
    });
    let heard =
        carried.then(|| el("audio").attr("src", ["/media/", &first.audio].concat()).attr("controls", "").attr("preload", "none"));
    let mut out = el("fieldset").attr("id", "tep");
    if waiting {
        out = out.attr("data-waiting", "");
    }
    Some(out.kid(tx("legend", w.files)).kid(cl("ul", "fl2").kids(rows.collect())).maybe(whole).maybe(heard))
}

/// The recordings that a text has, by the names of their files.
pub fn sounds(text: &Manuscript) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let (done, _) =
        text.compile(Time(0), 1, &|file| Some(MediaRef { file: file.to_owned(), bytes: 0, width: 0, height: 0, seconds: 0 }));
    for variant in &done.body.variants {
        names.extend(variant.audio.iter().map(|media| media.file.clone()));
        names.extend(variant.blocks.iter().filter_map(|block| match block {
            Block::Audio { media, .. } => Some(media.file.clone()),
            _ => None,
        }));
    }
    names
}

/// Whose voices a text has, for whoever judges it: nobody is heard who has not agreed to it.
pub async fn voices(visit: &Visit, text: &Manuscript) -> Result<Option<El>, Trouble> {
    let w = visit.w();
    let names = sounds(text);
    let known = visit.site.store.voices(&names).await?;
    let rows = names.iter().map(|file| {
        let said = match known.get(file) {
            Some(voice) => tx("p", fill(w.voice, &[("words", &voice.words), ("name", &voice.speaker)])),
            None => cl("p", "warn").text(w.voice_unknown),
        };
        el("li").kid(said).kid(el("audio").attr("src", ["/media/", file].concat()).attr("controls", "").attr("preload", "none"))
    });
    let list = cl("ul", "fl2").kids(rows.collect());
    Ok((!names.is_empty()).then(|| el("section").kid(tx("h2", w.voices)).kid(list)))
}

/// Beside it, as a form of its own.
pub fn bring(visit: &Visit, work: &Work) -> El {
    let w = visit.w();
    let action = visit.to(&format!("/viec/{}/tep", work.id));
    let hint = fill(w.file_hint, &[("size", &[&decimal((MAX_UPLOAD >> 20) as i64), " MB"].concat())]);
    // An iPhone turns its HEIC photos into JPEG by itself where HEIC is not among what is asked for.
    let file = input("file", "").attr("accept", "image/jpeg,image/png,image/webp,audio/*").flag("required", true);
    // The script says so before a weak line carries it for minutes.
    let file = file.attr("data-max", MAX_UPLOAD.to_string());
    let large = cl("p", "warn").attr("id", "large").attr("role", "alert").flag("hidden", true).text(w.file_large);
    let record = cl("p", "ac js").kid(cl("button", "bt").attr("type", "button").attr("data-do", "record").text(w.record));
    let form = el("form")
        .attr("method", "post")
        .attr("enctype", "multipart/form-data")
        .attr("action", action)
        .kid(tx("p", hint))
        .kid(field("file", w.file, "", file))
        .kid(large)
        .kid(record)
        .kid(field("words", w.file_shows, w.file_shows_hint, input("text", "").attr("maxlength", "300").flag("required", true)))
        .kid(field("speaker", w.speaker, w.speaker_hint, input("text", "").attr("maxlength", "300")))
        .kid(check("consent", "1".into(), false, w.consent))
        .kid(hidden("id", work.id.to_string()))
        .kid(cl("p", "ac").kid(send(w.bring)));
    el("details").attr("id", "bring").kid(tx("summary", w.bring_title)).kid(form)
}
