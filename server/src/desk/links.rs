//! Addresses that a text leads to: asked in the background whether anything is there, and told to whoever writes.

use super::fetch::{self, Known, Unfetched};
use super::works::Trouble;
use crate::site::Site;
use crate::store::Tx;
use crate::store::desk::JobKind;
use domain::content::{Block, Time};
use domain::editorial::Manuscript;
use futures_util::future::join_all;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What was asked within this time is not asked again, in seconds.
const FRESH: i64 = 86_400;
/// Addresses of one text that are asked.
const MAX: usize = 20;

/// Addresses on the web that a text names, wherever it does: first where it is from, and where it takes place.
pub fn of(text: &Manuscript) -> BTreeSet<String> {
    let (compiled, _) = text.compile(Time(0), 1, &|_| None);
    let blocks = compiled.body.variants.into_iter().flat_map(|variant| variant.blocks);
    let linked = blocks.filter_map(|block| if let Block::Link { url, .. } = block { Some(url) } else { None });
    let named = [text.source_url.clone(), text.online.clone()];
    let on_the_web = |url: &String| url.starts_with("http://") || url.starts_with("https://");
    let mut all = BTreeSet::new();
    for url in named.into_iter().chain(linked).filter(on_the_web) {
        if all.len() < MAX {
            all.insert(url);
        }
    }
    all
}

/// Has those asked that a text did not name before.
pub async fn ask(tx: &mut Tx, work: i64, before: Option<&Manuscript>, after: &Manuscript, now: Time) -> Result<(), crate::Error> {
    let fresh = of(after);
    let known = before.map(of).unwrap_or_default();
    if fresh.is_subset(&known) { Ok(()) } else { tx.add_job(JobKind::Links, work, now, now).await }
}

/// The job: done twice, it asks nobody twice.
pub async fn check(site: &Arc<Site>, work: i64) -> Result<(), Trouble> {
    let now = site.now();
    let named = site.store.work(work).await?.map(|work| of(&work.text)).unwrap_or_default();
    let known = site.store.links(&named).await?;
    let fresh = |url: &String| known.get(url).is_some_and(|link| now.since(link.checked) < FRESH);
    let asked = named.iter().filter(|url| !fresh(url)).map(async |url| {
        let trouble = match fetch::get(site, url, &Known::default()).await {
            Ok(_) => "",
            // Something is there, though not for programs, or not now.
            Err(Unfetched::NoText | Unfetched::Large | Unfetched::Forbidden | Unfetched::Busy(_) | Unfetched::Empty) => "",
            Err(why) => why.code(),
        };
        (url, trouble)
    });
    // Side by side: all that answer nothing take as long as one of them, and feeds of news wait no longer than that.
    let found = join_all(asked).await;
    let mut tx = site.store.begin().await?;
    for (url, trouble) in found {
        tx.set_link(url, now, trouble).await?;
    }
    // Somebody may have written on while they were asked: then it is due still.
    if tx.work(work).await?.is_none_or(|work| of(&work.text).is_subset(&named)) {
        tx.drop_job(JobKind::Links, work).await?;
    }
    Ok(tx.commit().await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::editorial::Script;

    #[test]
    fn however_many_are_linked_where_it_is_from_is_asked() {
        let linked: String = (10..40).map(|n| format!("[liên kết https://a.test/{n}] Xem\n\n")).collect();
        let script = Script { text: linked, ..Script::default() };
        let mut text = Manuscript { texts: vec![script], source_url: "https://z.test/nguon".to_owned(), ..Manuscript::default() };
        let asked = of(&text);
        assert_eq!(asked.len(), MAX);
        assert!(asked.contains("https://z.test/nguon") && asked.contains("https://a.test/10"), "{asked:?}");
        // What stands twice counts once.
        text.texts[0].text =
            ["[liên kết https://a.test/1] Xem\n\n".repeat(30), "[liên kết https://a.test/2] Xem".to_owned()].concat();
        assert_eq!(of(&text).len(), 3, "{:?}", of(&text));
    }
}
