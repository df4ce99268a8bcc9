//! An [`El`] as a Leptos view: built into the page, then changed where it differs.

use super::{El, Node, Parts, Str};
use leptos::tachys::renderer::{Rndr, types};
use leptos::tachys::view::{Mountable, Render};

/// What stands in the page for a [`Node`].
pub enum Live {
    El { tag: &'static str, attrs: Vec<(&'static str, Str)>, dom: types::Element, kids: Vec<Live> },
    Text { text: Str, dom: types::Text },
}

impl Live {
    fn build(node: Node) -> Live {
        match node {
            Node::Text(text) => Live::Text { dom: Rndr::create_text_node(&text), text },
            Node::El(El(parts)) => {
                let Parts { tag, attrs, kids } = *parts;
                let svg = matches!(tag, "svg" | "use" | "symbol" | "path").then_some("http://www.w3.org/2000/svg");
                let dom = Rndr::create_element(tag, svg);
                for (name, value) in &attrs {
                    Rndr::set_attribute(&dom, name, value);
                }
                let mut kids: Vec<Live> = kids.into_iter().map(Live::build).collect();
                for kid in &mut kids {
                    kid.mount(&dom, None);
                }
                Live::El { tag, attrs, dom, kids }
            }
        }
    }

    fn rebuild(&mut self, node: Node) {
        match (node, &mut *self) {
            (Node::Text(new), Live::Text { text, dom }) => {
                if new != *text {
                    Rndr::set_text(dom, &new);
                    *text = new;
                }
            }
            (Node::El(new), Live::El { tag, attrs, dom, kids }) if new.same(tag, attrs) => {
                let new = *new.0;
                // What is unfolded stays so: it is in use.
                let gone = |name: &str| name != "open" && new.attrs.iter().all(|(key, _)| *key != name);
                for (name, _) in attrs.iter().filter(|(name, _)| gone(name)) {
                    Rndr::remove_attribute(dom, name);
                }
                for pair in new.attrs.iter().filter(|pair| !attrs.contains(pair)) {
                    Rndr::set_attribute(dom, pair.0, &pair.1);
                }
                *attrs = new.attrs;
                for mut spare in kids.drain(new.kids.len().min(kids.len())..) {
                    spare.unmount();
                }
                for (at, kid) in new.kids.into_iter().enumerate() {
                    match kids.get_mut(at) {
                        Some(old) => old.rebuild(kid),
                        None => {
                            let mut kid = Live::build(kid);
                            kid.mount(dom, None);
                            kids.push(kid);
                        }
                    }
                }
            }
            (node, _) => {
                let mut new = Live::build(node);
                self.insert_before_this(&mut new);
                self.unmount();
                *self = new;
            }
        }
    }
}

impl Mountable for Live {
    fn unmount(&mut self) {
        match self {
            Live::El { dom, .. } => dom.unmount(),
            Live::Text { dom, .. } => dom.unmount(),
        }
    }

    fn mount(&mut self, parent: &types::Element, marker: Option<&types::Node>) {
        match self {
            Live::El { dom, .. } => Rndr::insert_node(parent, dom, marker),
            Live::Text { dom, .. } => Rndr::insert_node(parent, dom, marker),
        }
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        match self {
            Live::El { dom, .. } => dom.insert_before_this(child),
            Live::Text { dom, .. } => dom.insert_before_this(child),
        }
    }

    fn elements(&self) -> Vec<types::Element> {
        match self {
            Live::El { dom, .. } => vec![dom.clone()],
            Live::Text { .. } => Vec::new(),
        }
    }
}

impl Render for El {
    type State = Live;

    fn build(self) -> Live {
        Live::build(Node::El(self))
    }

    fn rebuild(self, state: &mut Live) {
        state.rebuild(Node::El(self));
    }
}
