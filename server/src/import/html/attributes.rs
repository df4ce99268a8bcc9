//! Elements with more attributes than any real one: the tokenizer holds each attribute against all before it.

/// Attributes of one element.
pub const MAX_ATTRIBUTES: usize = 500;

/// Where the tokenizer stands (HTML §13.2.5), as far as it matters for attributes. The text of a script or a style reads as any
/// other.
#[derive(Clone, Copy)]
enum At {
    Text,
    /// Behind `<`.
    Open,
    /// Behind `</`.
    Close,
    /// In a comment or what is taken for one.
    Aside,
    /// In the name of an element.
    Name,
    /// Where an attribute may begin.
    Between,
    /// In its name.
    Attribute,
    /// In the blanks behind its name.
    Named,
    /// Behind `=`.
    Equals,
    /// In a value, which ends with this mark.
    Quoted(u8),
    /// In a value without marks.
    Bare,
}

/// The text as far as no element has more than [`MAX_ATTRIBUTES`].
pub fn tame(source: &str) -> &str {
    // Where what stands open began, and its attributes.
    let (mut from, mut attributes) = (0, 0);
    let mut at = At::Text;
    for (place, byte) in source.bytes().enumerate() {
        let blank = byte.is_ascii_whitespace();
        at = match (at, byte) {
            (At::Text | At::Open, b'<') => {
                (from, attributes) = (place, 0);
                At::Open
            }
            (At::Open, b'/') => At::Close,
            (At::Open, b'!' | b'?') => At::Aside,
            (At::Open | At::Close, b'a'..=b'z' | b'A'..=b'Z') => At::Name,
            (At::Text | At::Open, _) | (At::Close, b'>') => At::Text,
            (At::Close, _) => At::Aside,
            (At::Aside, b'>') if is_over(&source.as_bytes()[from + 1..place]) => At::Text,
            (At::Aside, _) => At::Aside,
            (At::Quoted(mark), _) if mark == byte => At::Between,
            (At::Quoted(_), _) => at,
            (_, b'>') => At::Text,
            (At::Equals, b'"' | b'\'') => At::Quoted(byte),
            (At::Equals, _) if blank => At::Equals,
            (At::Equals, _) => At::Bare,
            (At::Bare, _) if blank => At::Between,
            (At::Bare, _) => At::Bare,
            (At::Attribute | At::Named, b'=') => At::Equals,
            (_, b'/') => At::Between,
            (At::Attribute | At::Named, _) if blank => At::Named,
            (At::Name | At::Between, _) if blank => At::Between,
            (At::Name | At::Attribute, _) => at,
            (At::Between | At::Named, _) => {
                attributes += 1;
                if attributes > MAX_ATTRIBUTES {
                    return &source[..from];
                }
                At::Attribute
            }
        };
    }
    source
}

/// Whether a `>` ends what began with `<` and this: a comment has an end of its own.
fn is_over(aside: &[u8]) -> bool {
    let comment = aside.strip_prefix(b"!--");
    comment.is_none_or(|text| matches!(text, b"" | b"-") || text.ends_with(b"--") || text.ends_with(b"--!"))
}
