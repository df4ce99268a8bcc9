//! What phone trees have reported, on the first page of whoever answers for the places concerned.

use crate::desk::visit::Visit;
use crate::desk::works::Trouble;
use crate::store::desk::Person;
use crate::store::tree::Tally;
use domain::alert;
use domain::content::{Card, ItemId, PlaceCode};
use domain::editorial::{Scope, sees};
use domain::instance::instance;
use domain::route::{item_path, tree_path};
use domain::words::fill;
use std::slice::from_ref;
use ui::el::{El, cl, el, link, tx};

/// One line an alert, and the way to the tree of this phone.
///
/// Unlike the sums of opened items, small counts are shown as they are: these are households that wait for somebody to
/// come, reported by a person who means to be heard, and only those who answer for their place see them.
pub async fn section(visit: &Visit, person: &Person) -> Result<El, Trouble> {
    let w = visit.w();
    let since = visit.now().plus(-alert::MEMORY);
    let mut alerts: Vec<(ItemId, Tally, Vec<PlaceCode>)> = Vec::new();
    for (chain, place, tally) in visit.site.store.tree(since).await? {
        // Alert officers and those who write news for the place alike.
        let seen = |alert| sees(&person.grants, Scope { places: from_ref(&place), topics: &[], alert });
        if !seen(true) && !seen(false) {
            continue;
        }
        if alerts.last().is_none_or(|(last, ..)| *last != chain) {
            alerts.push((chain, Tally::default(), Vec::new()));
        }
        if let Some((_, sum, help)) = alerts.last_mut() {
            *sum += tally;
            help.extend((tally.help > 0).then_some(place));
        }
    }
    let rows: Vec<El> = alerts.iter().filter_map(|(chain, sum, help)| row(visit, *chain, *sum, help)).collect();
    let list = (!rows.is_empty()).then(|| cl("ul", "ls").kids(rows));
    let way = cl("p", "wy").kid(link(tree_path(visit.lang), w.tree_open));
    Ok(el("section").kid(tx("h2", w.tree)).maybe(list).kid(way))
}

fn row(visit: &Visit, chain: ItemId, sum: Tally, help: &[PlaceCode]) -> Option<El> {
    let w = visit.w();
    let snapshot = visit.site.live.now();
    let newest = |id| alert::chain(snapshot.cards(), id).last().copied();
    // What was reported under a message that was withdrawn since is told of the one that went on from it.
    let goes_on = |card: &&Card| card.alert().is_some_and(|info| info.references.contains(&chain));
    let newest = newest(chain).or_else(|| newest(snapshot.cards().find(goes_on)?.id))?;
    let title = tx("h3", newest.headline(visit.lang.tag()).title.clone());
    let number = |n: i64| n.to_string();
    let (told, missed, needy, of) = (number(sum.told), number(sum.missed), number(sum.help), number(sum.houses));
    let line = fill(w.tree_line, &[("told", &told), ("missed", &missed), ("help", &needy), ("of", &of)]);
    let lists = fill(w.tree_lists, &[("n", &number(sum.lists))]);
    let places: Vec<&str> = help.iter().filter_map(|code| Some(instance().place(*code)?.name.get(visit.lang))).collect();
    let places = (!places.is_empty()).then(|| tx("p", fill(w.tree_help, &[("places", &places.join(", "))])));
    let a = el("a").attr("href", item_path(newest, visit.lang)).kid(title);
    Some(el("li").kid(a).kid(tx("p", line)).maybe(places).kid(tx("small", lists)))
}
