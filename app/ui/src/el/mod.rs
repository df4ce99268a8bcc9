//! The one view type of all pages: an element with attributes and children, as plain data.
//!
//! A Leptos view (`Render`) on the phone, HTML from the server, and a single type instead of one for each shape of markup:
//! every distinct view type costs a phone its own copy of build, rebuild and mount code. Rebuilding changes only
//! what differs, so that focus, scroll and playing sound stay undisturbed.
//!
//! All text goes in through [`El::text`] and [`El::attr`] and is escaped on the way out; there is no way to put markup in.

mod live;

pub use live::Live;

use std::borrow::Cow;

pub type Str = Cow<'static, str>;

/// One pointer wide: views are chains of moves, and every word moved is code that phones download.
#[derive(Clone, Debug, PartialEq)]
pub struct El(Box<Parts>);

#[derive(Clone, Debug, PartialEq)]
struct Parts {
    tag: &'static str,
    attrs: Vec<(&'static str, Str)>,
    kids: Vec<Node>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    El(El),
    Text(Str),
}

/// An element without attributes or children.
#[inline(never)]
pub fn el(tag: &'static str) -> El {
    El(Box::new(Parts { tag, attrs: Vec::new(), kids: Vec::new() }))
}

/// An element that has a class.
pub fn cl(tag: &'static str, class: impl Into<Str>) -> El {
    el(tag).class(class)
}

/// An element that holds one text.
pub fn tx(tag: &'static str, text: impl Into<Str>) -> El {
    el(tag).text(text)
}

/// A link.
pub fn link(href: impl Into<Str>, text: impl Into<Str>) -> El {
    el("a").attr("href", href).text(text)
}

/// Directional controls can make a text read as another than it is; none of our languages needs them.
pub fn calm(text: Str) -> Str {
    let control = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if text.contains(control) { text.replace(control, "").into() } else { text }
}

impl El {
    pub fn attr(self, name: &'static str, value: impl Into<Str>) -> El {
        self.put_attr(name, value.into())
    }

    #[inline(never)]
    fn put_attr(mut self, name: &'static str, value: Str) -> El {
        self.0.attrs.push((name, calm(value)));
        self
    }

    #[inline(never)]
    fn put_text(mut self, text: Str) -> El {
        self.0.kids.push(Node::Text(calm(text)));
        self
    }

    pub fn class(self, class: impl Into<Str>) -> El {
        self.attr("class", class)
    }

    /// Of one edition, or not the same in both: left out when their texts are compared.
    #[inline(never)]
    pub fn apart(self) -> El {
        self.attr("data-edition", "")
    }

    /// An attribute without a value.
    pub fn flag(self, name: &'static str, on: bool) -> El {
        if on { self.attr(name, "") } else { self }
    }

    pub fn text(self, text: impl Into<Str>) -> El {
        self.put_text(text.into())
    }

    #[inline(never)]
    pub fn kid(mut self, kid: El) -> El {
        self.0.kids.push(Node::El(kid));
        self
    }

    #[inline(never)]
    pub fn maybe(self, kid: Option<El>) -> El {
        match kid {
            Some(kid) => self.kid(kid),
            None => self,
        }
    }

    #[inline(never)]
    pub fn kids(mut self, kids: Vec<El>) -> El {
        self.0.kids.extend(kids.into_iter().map(Node::El));
        self
    }

    /// Without those elements below this one that `drop` names.
    pub fn without(mut self, drop: &dyn Fn(&El) -> bool) -> El {
        self.0.kids.retain(|node| !matches!(node, Node::El(el) if drop(el)));
        for node in &mut self.0.kids {
            if let Node::El(el) = node {
                *el = std::mem::replace(el, crate::el::el("")).without(drop);
            }
        }
        self
    }

    pub fn is_empty(&self) -> bool {
        self.0.kids.is_empty()
    }

    /// Shows every element below this one and itself to `visit`, in the order of the document.
    pub fn walk(&self, visit: &mut dyn FnMut(&El)) {
        visit(self);
        for kid in &self.0.kids {
            if let Node::El(kid) = kid {
                kid.walk(visit);
            }
        }
    }

    pub fn tag(&self) -> &'static str {
        self.0.tag
    }

    #[cfg(test)]
    pub(crate) fn nodes(&self) -> &[Node] {
        &self.0.kids
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.attrs.iter().find(|(key, _)| *key == name).map(|(_, value)| &**value)
    }

    /// The text inside, as a screen shows it.
    pub fn inner_text(&self) -> String {
        let mut out = String::new();
        self.collect(&mut out);
        out
    }

    fn collect(&self, out: &mut String) {
        for kid in &self.0.kids {
            match kid {
                Node::El(kid) => kid.collect(out),
                Node::Text(text) => out.push_str(text),
            }
        }
    }

    #[cfg(test)]
    pub(crate) fn to_html(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    /// As HTML.
    pub fn write(&self, out: &mut String) {
        out.push('<');
        out.push_str(self.0.tag);
        for (name, value) in &self.0.attrs {
            out.push(' ');
            out.push_str(name);
            if !value.is_empty() || *name == "alt" || *name == "value" {
                out.push_str("=\"");
                escape(value, out);
                out.push('"');
            }
        }
        out.push('>');
        if matches!(self.0.tag, "img" | "input" | "br" | "hr" | "link") {
            return;
        }
        for kid in &self.0.kids {
            match kid {
                Node::El(kid) => kid.write(out),
                Node::Text(text) => escape(text, out),
            }
        }
        out.push_str("</");
        out.push_str(self.0.tag);
        out.push('>');
    }

    /// Elements that are the same thing at another time: only then is the one in the page kept and changed. A button
    /// never becomes another: a finger may be on it.
    fn same(&self, tag: &str, attrs: &[(&'static str, Str)]) -> bool {
        let of = |attrs: &[(&'static str, Str)], name: &str| attrs.iter().find(|(key, _)| *key == name).map(|(_, v)| v.clone());
        self.0.tag == tag && ["id", "class", "data-act"].iter().all(|name| of(&self.0.attrs, name) == of(attrs, name))
    }
}

fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            _ => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_button_never_becomes_another_under_the_finger() {
        let button = |act: &'static str, text: &'static str| cl("button", "bt").attr("data-act", act).text(text);
        let old = button("drop-old", "1");
        assert!(button("drop-old", "2").same("button", &old.0.attrs), "its words may change");
        assert!(!button("drop-all", "1").same("button", &old.0.attrs));
        assert!(!cl("button", "bt go").attr("data-act", "drop-old").same("button", &old.0.attrs));
    }
}
