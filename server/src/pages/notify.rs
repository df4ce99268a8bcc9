//! "Get alerts on this phone": explains first, then asks; says how it stands. Rendered here alone, so that no program of a
//! reader carries it; `public/alerts.js` brings it to life and the worker keeps it for when there is no network.

use super::document::{Document, Share};
use domain::instance::instance;
use domain::route::{Route, notify_path};
use domain::words::{Lang, Page, fill};
use ui::el::{Str, cl, el, link, tx};
use ui::icons::icon;
use ui::parts::{level, page};
use ui::{Ctx, El};

/// Language of the page at this address, where it is this page.
pub fn here(path: &str) -> Option<Lang> {
    [Lang::Vi, Lang::En].into_iter().find(|lang| path == notify_path(*lang))
}

pub fn document(ctx: &Ctx) -> Document<'_> {
    let title = [ctx.w().get_alerts(), " – ", &instance().name].concat();
    let main = main(ctx, ctx.lang.page());
    Document {
        lang: ctx.lang,
        origin: &ctx.origin,
        description: Some(ctx.lang.page().lead.to_owned()),
        canonical: Some(notify_path(ctx.lang).to_owned()),
        alternates: [Lang::Vi, Lang::En].map(|lang| (lang, notify_path(lang).to_owned())).to_vec(),
        feed: None,
        share: Some(Share { title: title.clone(), article: false, lang: None, picture: None }),
        data: None,
        title,
        body: ui::chrome_alone(ctx, notify_path(ctx.lang.other()).to_owned(), main),
    }
}

fn main(ctx: &Ctx, p: &'static Page) -> El {
    let part = |title, texts: &'static str| {
        el("section").kid(tx("h2", title)).kid(cl("ul", "tx").kids(texts.split('|').map(|text| tx("li", text)).collect()))
    };
    page("notify", ctx.w().get_alerts())
        .kid(cl("p", "ld").text(p.lead))
        .kid(states(p))
        .kid(part(p.what, p.what_text))
        .kid(part(p.knows, p.knows_text))
        .kid(el("noscript").kid(cl("p", "ex").text(p.no_script)))
        .kid(choose(ctx, p))
        .kid(help(p))
        .kid(cl("p", "wy").kid(link(Route::Alerts.path(ctx.lang), ctx.w().all_alerts())))
        .kid(el("script").attr("src", "/alerts.js").attr("defer", ""))
}

/// How it stands on this phone: every sentence that may hold; the script shows the one that does.
fn states(p: &'static Page) -> El {
    let state = |class: &'static str, name: &'static str, text| {
        cl("p", class).attr("data-state", name).flag("hidden", name != "checking").text(text)
    };
    let chrome = cl("a", "bt go").attr("id", "chrome").text(p.open_chrome);
    cl("div", "js")
        .attr("role", "status")
        .kid(state("st", "checking", p.checking))
        .kid(
            state("ok", "on", p.on)
                .kid(el("small").attr("id", "last").flag("hidden", true).text(p.last).text(" ").kid(el("span"))),
        )
        .kid(state("st", "off", p.off))
        .kid(state("warn", "denied", p.denied))
        .kid(state("warn", "lost", p.lost))
        .kid(state("warn", "inside", p.inside).text(" ").kid(chrome))
        .kid(state("warn", "home", p.home))
        .kid(state("warn", "none", p.none))
        .kid(state("st", "offline", p.offline))
}

/// What to be warned of, and the buttons; shown by the script where it can work.
fn choose(ctx: &Ctx, p: &'static Page) -> El {
    let button = |class: &'static str, act: &'static str, text| {
        cl("button", class).attr("type", "button").attr("data-do", act).flag("hidden", true).text(text)
    };
    let buttons = cl("div", "ac")
        .kid(button("bt go", "on", p.switch_on))
        .kid(button("bt go", "save", p.keep))
        .kid(button("bt", "test", p.test))
        .kid(button("bt", "off", p.switch_off));
    let says = [
        ("busy", p.said_busy),
        ("place", p.said_place),
        ("hazard", p.said_hazard),
        ("saved", p.said_saved),
        ("failed", p.said_failed),
        ("stopped", p.said_stopped),
        ("half", p.said_half),
        ("sent", p.said_sent),
        ("wait", p.said_wait),
        ("came", p.said_came),
        ("late", p.said_late),
    ];
    let says = says.map(|(name, text)| el("p").attr("data-say", name).flag("hidden", true).text(text));
    cl("section", "js").kid(form(ctx, p)).kid(buttons).kid(el("div").attr("role", "status").kids(says.into()))
}

fn form(ctx: &Ctx, p: &'static Page) -> El {
    let city = instance().whole();
    let area = city.map_or(instance().area.get(ctx.lang), |city| city.name.get(ctx.lang));
    let units = instance().units();
    let units = units.map(|place| check("place", place.code.to_string(), place.short.clone())).collect();
    let hazards = instance().hazards.iter().map(|hazard| check("hazard", hazard.slug.clone(), hazard.name.get(ctx.lang)));
    let levels = (1..=5).map(|n| radio("level", n.to_string(), n == 1).kid(level(n, ctx)));
    let hours = |name: &'static str, label: &'static str, on: u8| {
        let hours = (0..24).map(|hour| {
            let option = el("option").attr("value", hour.to_string()).flag("selected", hour == on);
            option.text(format!("{hour:02}:00"))
        });
        el("label").text(label).text(" ").kid(el("select").attr("name", name).kids(hours.collect()))
    };
    let all = fill(p.places_all, &[("area", area)]);
    el("form")
        .attr("id", "wishes")
        .flag("hidden", true)
        .kid(tx("h2", p.choose))
        .kid(some_of("places", p.places, all.into(), p.places_some, units))
        // What suits most is chosen already: the button is not to stand far below.
        .kid(
            cl("details", "va")
                .kid(tx("summary", p.more))
                .kid(some_of("hazards", p.hazards, p.hazards_all.into(), p.hazards_some, hazards.collect()))
                .kid(set(p.lowest).kid(tx("p", p.lowest_text)).kids(levels.collect()))
                .kid(
                    set(p.quiet)
                        .kid(tx("p", p.quiet_text))
                        .kid(check("quiet", "1".to_owned(), p.quiet_on))
                        .kid(cl("p", "hr").kid(hours("from", p.quiet_from, 21)).text(" ").kid(hours("to", p.quiet_to, 5))),
                ),
        )
}

fn set(title: &'static str) -> El {
    cl("fieldset", "set").kid(tx("legend", title))
}

/// All, or some: the list of them is shown when some are wanted.
fn some_of(name: &'static str, title: &'static str, all: Str, some: &'static str, list: Vec<El>) -> El {
    let choice = |value: &str, on, text: Str| radio(name, value.to_owned(), on).kid(tx("span", text));
    // Places begin with some, and none of them: to be warned of what is far away wears the ear out.
    let few = name == "places";
    set(title)
        .kid(choice("all", !few, all))
        .kid(choice("some", few, some.into()))
        .kid(cl("div", "cg2").attr("id", name).flag("hidden", !few).kids(list))
}

fn radio(name: &'static str, value: String, on: bool) -> El {
    let input = el("input").attr("type", "radio").attr("name", name).attr("value", value);
    cl("label", "rd").kid(input.flag("checked", on))
}

fn check(name: &'static str, value: String, text: impl Into<Str>) -> El {
    let input = el("input").attr("type", "checkbox").attr("name", name).attr("value", value);
    cl("label", "ck").kid(input).kid(tx("span", text))
}

/// How to switch it on, by browser, each step beside the sign to look for.
fn help(p: &'static Page) -> El {
    let one = |name: &'static str, title: &'static str, steps: &'static str| {
        let steps = steps.split('|').filter_map(|step| step.split_once(':'));
        let steps = steps.map(|(sign, text)| el("li").kid(icon(sign)).kid(tx("span", text)));
        let body = cl("ol", "sp st3").kids(steps.collect());
        el("details").attr("id", ["help-", name].concat()).kid(tx("summary", title)).kid(body)
    };
    el("section")
        .attr("id", "help")
        .kid(tx("h2", p.help))
        .kid(one("chrome", p.help_chrome, p.help_chrome_steps))
        .kid(one("samsung", p.help_samsung, p.help_samsung_steps))
        .kid(one("ios", p.help_ios, p.help_ios_steps))
        .kid(one("inside", p.help_inside, p.help_inside_steps))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::content::Time;

    fn html(lang: Lang) -> String {
        let ctx = Ctx::html(lang, Time(1_800_000_000), "https://bantin.example");
        document(&ctx).html()
    }

    #[test]
    fn both_languages_have_their_address() {
        assert_eq!(here("/nhan-canh-bao"), Some(Lang::Vi));
        assert_eq!(here("/en/nhan-canh-bao"), Some(Lang::En));
        assert_eq!(here("/nhan-canh-bao/x"), None);
        assert_eq!(here("/"), None);
    }

    #[test]
    fn every_unit_and_hazard_can_be_chosen() {
        let html = html(Lang::Vi);
        let units = instance().units().count();
        assert_eq!(html.matches("name=\"place\"").count(), units);
        assert_eq!(html.matches("name=\"hazard\"").count(), instance().hazards.len());
    }

    #[test]
    fn signs_in_the_texts_are_icons_that_exist() {
        for lang in [Lang::Vi, Lang::En] {
            let html = html(lang);
            for name in html.split("href=\"#i-").skip(1).filter_map(|rest| rest.split('"').next()) {
                assert!(html.contains(&format!("id=\"i-{name}\"")), "{name}");
            }
            assert!(html.matches("#i-").count() > 10);
        }
    }

    #[test]
    fn it_explains_before_it_asks() {
        for lang in [Lang::Vi, Lang::En] {
            let html = html(lang);
            let at = |text: &str| html.find(text).unwrap();
            assert!(at(lang.page().knows) < at("data-do=\"on\""), "{}", lang.tag());
        }
    }
}
