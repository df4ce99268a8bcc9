//! Which view stands at an address, and what its document says to machines.

use super::document::{Document, Picture, Share};
use super::schema;
use crate::cap::outward;
use crate::live::Snapshot;
use domain::content::{Block, Body, Card, Gone, Time, Variant};
use domain::instance::instance;
use domain::route::{Feed, Route, item_path};
use domain::words::{Lang, fill};
use ui::data::{AlertsData, HomeData, ItemData, LIST, PlaceData, SavedData, SearchData, TopicData};
use ui::el::cl;
use ui::parts::drill_mark;
use ui::{Ctx, El, pages};

/// Bytes of its text that a lead article brings along, to the end of a sentence: what is read under title and summary
/// while boot.js fetches the rest. A screenful of it would hold up the headlines by a tenth of a second on 50 kbit/s.
const BEGINNING: usize = 120;
/// A text that is hardly longer than that comes whole.
const SHORT: usize = 700;
/// A block beyond this waits for the rest, even where it is the first.
const LARGE: usize = 1_500;

/// The page at `route`; `None` when it is an item that does not stand. Searches are given by [`super::search`].
pub fn document<'a>(snapshot: &Snapshot, ctx: &'a Ctx, route: &Route) -> Option<Document<'a>> {
    let cards = snapshot.cards();
    let main = match route {
        Route::Item(id) => return Some(item(snapshot, ctx, snapshot.items.get(id)?)),
        Route::Home => home(snapshot, ctx),
        Route::Topic(topic) => pages::topic(ctx, TopicData::select(cards, ctx.now, *topic, LIST)),
        Route::Place(code) => pages::place(ctx, PlaceData::select(cards, ctx.now, *code, LIST)),
        Route::Former(slug) => pages::former(ctx, slug),
        Route::Places => pages::places(ctx),
        Route::Alerts => pages::alerts(ctx, AlertsData::select(cards, ctx.now)),
        Route::Search(query) => pages::search(ctx, SearchData { query: query.clone(), ..SearchData::default() }),
        Route::Saved => pages::saved(ctx, SavedData::default()),
        Route::OnThisPhone => pages::on_this_phone(ctx, None),
        Route::Settings => pages::settings(ctx, None),
        Route::About => pages::about(ctx),
        Route::Install => pages::install(ctx),
        Route::Offline => pages::offline(ctx),
    };
    let fresh = matches!(route, Route::Home | Route::Topic(_) | Route::Place(_) | Route::Alerts);
    let fresh = Some(snapshot.published).filter(|at| fresh && *at > Time(0));
    Some(framed(ctx, route, fresh, main))
}

/// A further part of the list of a place: `from` is how many of its items the pages before showed; past the end it begins anew.
pub fn place<'a>(snapshot: &Snapshot, ctx: &'a Ctx, code: u32, from: usize) -> Document<'a> {
    let mut data = PlaceData::select(snapshot.cards(), ctx.now, code, usize::MAX);
    data.from = if from < data.items.len() { from } else { 0 };
    data.items.drain(..data.from);
    data.more = data.items.len().saturating_sub(LIST);
    data.items.truncate(LIST);
    let fresh = Some(snapshot.published).filter(|at| *at > Time(0));
    // Search machines know the first part, and items by the map of the site.
    Document { canonical: None, alternates: Vec::new(), ..framed(ctx, &Route::Place(code), fresh, pages::place(ctx, data)) }
}

/// A page that is no item, in its frame.
pub fn framed<'a>(ctx: &'a Ctx, route: &Route, fresh: Option<Time>, main: El) -> Document<'a> {
    // What belongs to one phone, or to nobody, is nothing to find.
    let hidden = matches!(route, Route::Search(_) | Route::Saved | Route::OnThisPhone | Route::Settings | Route::Offline);
    let both = [Lang::Vi, Lang::En].map(|lang| (lang, route.path(lang)));
    let feed = match route {
        Route::Home => Some(Feed::All),
        Route::Topic(topic) => Some(Feed::Topic(*topic)),
        Route::Place(code) => Some(Feed::Place(*code)),
        Route::Alerts => Some(Feed::Caps),
        _ => None,
    };
    let title = pages::title(ctx, route, None);
    Document {
        lang: ctx.lang,
        origin: &ctx.origin,
        description: (!hidden).then(|| fill(ctx.page().about_lead, &[("area", instance().area.get(ctx.lang))])),
        canonical: (!hidden).then(|| route.path(ctx.lang)),
        alternates: if hidden { Vec::new() } else { both.to_vec() },
        feed,
        share: (!hidden).then(|| Share { title: title.clone(), article: false, lang: None, picture: None }),
        data: None,
        title,
        body: ui::chrome(ctx, Some(route), fresh, main),
    }
}

/// A page that says that there is nothing here.
pub fn bare<'a>(ctx: &'a Ctx, title: &str, main: El) -> Document<'a> {
    plain(ctx, title, ui::chrome(ctx, None, None, main))
}

/// A page that is no [`Route`], or the place of one that is gone; `there` is its address in the other language.
pub fn alone<'a>(ctx: &'a Ctx, title: &str, there: String, main: El) -> Document<'a> {
    plain(ctx, title, ui::chrome_alone(ctx, there, main))
}

/// Nothing for search machines.
fn plain<'a>(ctx: &'a Ctx, title: &str, body: El) -> Document<'a> {
    Document {
        lang: ctx.lang,
        origin: &ctx.origin,
        title: [title, " – ", &instance().name].concat(),
        description: None,
        canonical: None,
        alternates: Vec::new(),
        feed: None,
        share: None,
        data: None,
        body,
    }
}

pub fn gone<'a>(ctx: &'a Ctx, gone: &Gone) -> Document<'a> {
    alone(ctx, ctx.w().gone(), Route::Item(gone.id).path(ctx.lang.other()), pages::gone(ctx, gone))
}

fn home(snapshot: &Snapshot, ctx: &Ctx) -> El {
    let mut data = HomeData::select(snapshot.cards(), ctx.now, &ctx.mine);
    data.lead = data.newest.first().and_then(|card| snapshot.items.get(&card.id)).and_then(|item| lead(snapshot, ctx, item));
    pages::home(ctx, data)
}

/// How the newest article begins, and a link to all of it; nothing where what stands above its text is long by itself.
fn lead(snapshot: &Snapshot, ctx: &Ctx, item: &crate::live::Item) -> Option<El> {
    let mut variant = item.body.variant(&item.card.headline(ctx.lang.tag()).lang)?.clone();
    if variant.facts.iter().map(|fact| fact.text.len()).sum::<usize>() > LARGE {
        return None;
    }
    // Texts in languages that no screen is in stand folded on the page, each of any length.
    let screens = [Lang::Vi, Lang::En].map(Lang::tag);
    let folded = item.body.variants.iter().any(|other| other.lang != variant.lang && !screens.contains(&other.lang.as_str()));
    let cut = shorten(&mut variant) || folded;
    let begun = Body { variants: vec![variant], ..Body::default() };
    let body = if cut { &begun } else { &item.body };
    let data = ItemData::select(&item.card, Some(body), snapshot.cards(), ctx.now);
    // It is seen once, until the program or its own page is there: words on its buttons are enough, and a foot for paper too much.
    // What is done with an article comes with the whole of it.
    let spare = |el: &El| el.get("class").is_some_and(|class| matches!(class, "i" | "print-only") || cut && class == "ac");
    let rest = cut.then(|| {
        let way = cl("a", "bt").attr("href", Route::Item(item.card.id).path(ctx.lang)).flag("data-tail", true);
        cl("p", "ac").kid(way.text(ctx.page().read_on))
    });
    Some(cl("div", "pg item").kid(pages::article(ctx, data).without(&spare).maybe(rest)))
}

/// Keeps the blocks with which a text begins, of a paragraph its first sentences; whether anything was left out.
fn shorten(variant: &mut Variant) -> bool {
    let bytes = |block: &Block| block.texts().iter().map(|text| text.len()).sum::<usize>();
    if variant.blocks.iter().map(bytes).sum::<usize>() <= SHORT {
        return false;
    }
    let (mut room, mut kept, mut cut) = (BEGINNING, 0, false);
    for block in &mut variant.blocks {
        if room == 0 {
            break;
        }
        if let Block::Paragraph(text) = &mut *block
            && let Some(end) = pause(&text.plain, room)
        {
            text.plain.truncate(end);
            cut = true;
        }
        // Other blocks are never cut: one that would hold up the page by itself comes with the rest.
        if bytes(block) > LARGE {
            break;
        }
        room = room.saturating_sub(bytes(block));
        kept += 1;
    }
    cut |= kept < variant.blocks.len();
    variant.blocks.truncate(kept);
    // Nor behind a heading of what is not there.
    while matches!(variant.blocks.last(), Some(Block::Heading { .. })) {
        variant.blocks.pop();
    }
    cut
}

/// Where the first sentence of a text ends that reaches `from` this byte, if more comes behind it. Short words with a capital
/// are taken for abbreviations: "TP. Huế", "ThS. Lan".
fn pause(text: &str, from: usize) -> Option<usize> {
    let ends = text.char_indices().filter(|(_, c)| matches!(c, '.' | '!' | '?' | '…')).map(|(at, c)| (at, at + c.len_utf8()));
    let short = |at: usize| {
        let word = text[..at].rsplit(' ').next().unwrap_or_default();
        word.chars().count() < 4 && word.starts_with(char::is_uppercase)
    };
    ends.filter(|(_, end)| *end >= from && text[*end..].starts_with(' ')).find(|(at, _)| !short(*at)).map(|(_, end)| end)
}

fn item<'a>(snapshot: &Snapshot, ctx: &'a Ctx, item: &crate::live::Item) -> Document<'a> {
    let (card, body) = (&item.card, &item.body);
    let route = Route::Item(card.id);
    let mut data = ItemData::select(card, Some(body), snapshot.cards(), ctx.now);
    // What was withdrawn was not missed.
    data.missed.retain(|id| !snapshot.gone.contains_key(id));
    let (over, replaced) = (pages::over(&data, ctx), data.replaced_by.is_some());
    // The title of a drill begins with its mark.
    let drill = drill_mark(card, ctx).map_or(String::new(), |mark| mark.inner_text() + ". ");
    let main = pages::item(ctx, data);
    let head = card.headline(ctx.lang.tag());
    let languages = languages(card);
    let lang = [Lang::Vi, Lang::En].into_iter().find(|lang| lang.tag() == head.lang);
    let picture = picture(body, ctx.lang);
    let description = [&drill, &over, head.summary.as_str()].concat();
    let share = Share { title: [&over, head.title.as_str()].concat(), article: true, lang, picture };
    Document {
        lang: ctx.lang,
        origin: &ctx.origin,
        title: pages::title(ctx, &route, Some(card)),
        data: Some(schema::item(card, body, item.at, &description, &share, replaced, ctx)),
        description: Some(description).filter(|text| !text.is_empty()),
        canonical: Some(item_path(card, canonical(card, ctx.lang))),
        alternates: if languages.len() > 1 {
            languages.iter().map(|lang| (*lang, item_path(card, *lang))).collect()
        } else {
            Vec::new()
        },
        feed: outward::is_message(snapshot, card.id).then_some(Feed::Cap(card.id)),
        share: Some(share),
        body: ui::chrome(ctx, Some(&route), None, main),
    }
}

/// The languages of our screens in which there is a text.
fn languages(card: &Card) -> Vec<Lang> {
    let has = |lang: &Lang| card.headlines.iter().any(|head| head.lang == lang.tag());
    [Lang::Vi, Lang::En].into_iter().filter(has).collect()
}

/// The language of the page that search machines know this one by: the one whose language the text is in, or else the first
/// of those that show the same text.
pub fn canonical(card: &Card, lang: Lang) -> Lang {
    let shown = |lang: Lang| card.headline(lang.tag()).lang.as_str();
    let same = [Lang::Vi, Lang::En].into_iter().filter(|other| shown(*other) == shown(lang));
    same.clone().find(|other| other.tag() == shown(lang)).or(same.into_iter().next()).unwrap_or(lang)
}

/// The first image, in a kind that every link preview can show: what the desk encoded lies there as JPEG too, and for
/// an AVIF that came alone [`crate::media`] answers with the picture of the house.
fn picture(body: &Body, lang: Lang) -> Option<Picture> {
    body.variant(lang.tag())?.blocks.iter().find_map(|block| match block {
        Block::Image { media, alt, .. } => Some(Picture {
            path: ui::blocks::media_path(media).replace(".avif", ".jpg"),
            size: Some((media.width, media.height)).filter(|(width, height)| *width > 0 && *height > 0),
            alt: Some(alt.clone()).filter(|alt| !alt.is_empty()),
        }),
        _ => None,
    })
}
