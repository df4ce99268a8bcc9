//! Settings: text size, light or dark, data mode, language. Controls carry `data-act`; the program listens for `change`.

use super::mine::explained;
use crate::ctx::Ctx;
use crate::data::SettingsData;
use crate::el::{El, cl, el, link, tx};
use crate::parts::{button, get_alerts, page, section};
use domain::route::Route;
use domain::words::{Lang, fill, size};

/// `data` is `None` in the HTML edition.
pub fn settings(ctx: &Ctx, data: Option<SettingsData>) -> El {
    let w = ctx.w();
    let root = page("settings", w.settings()).kid(get_alerts(ctx));
    let langs = [Lang::Vi, Lang::En].map(|lang| {
        let a = link(Route::Settings.path(lang), lang.name()).attr("lang", lang.tag()).attr("hreflang", lang.tag());
        el("li").kid(if lang == ctx.lang { a.attr("aria-current", "true") } else { a })
    });
    let languages = section(w.language(), vec![cl("ul", "pl").kids(langs.into())]);
    if !ctx.is_app() {
        return root.kid(explained(ctx.page().settings_explained, ctx)).maybe(languages);
    }
    let data = data.unwrap_or_default();
    let sizes = [("0", w.size_0()), ("1", w.size_1()), ("2", w.size_2()), ("3", w.size_3())];
    let themes = [("", w.theme_system()), ("light", w.theme_light()), ("dark", w.theme_dark())];
    let modes = [("text", w.mode_text()), ("saving", w.mode_saving()), ("full", w.mode_full())];
    let version = fill(w.version(), &[("version", &data.version)]);
    let update = data.update.map(|bytes| {
        let text = fill(w.update_ready(), &[("size", &size(bytes, ctx.lang))]);
        cl("p", "up").apart().text(text).text(" ").kid(button("update", "download", w.update_now()))
    });
    root.maybe(update)
        .kid(choice("size", w.text_size(), &sizes, &data.size))
        .kid(choice("theme", w.theme(), &themes, data.theme))
        .kid(choice("mode", w.data_mode(), &modes, data.mode))
        .maybe(languages)
        .kid(cl("p", "vn").apart().text(version))
}

/// One of several, as radio buttons.
fn choice(name: &'static str, title: &'static str, choices: &[(&'static str, &'static str)], chosen: &str) -> El {
    let options = choices.iter().map(|(value, text)| {
        let input = el("input").attr("type", "radio").attr("name", name).attr("value", *value).attr("data-act", name);
        cl("label", "rd").kid(input.flag("checked", *value == chosen)).kid(tx("span", *text))
    });
    let set = cl("fieldset", ["set ", name].concat()).apart();
    set.kid(tx("legend", title)).kids(options.collect())
}
