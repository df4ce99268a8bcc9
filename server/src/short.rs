//! Texts of others, made short.

/// At most `max` characters, whole words where they are not too long for that.
pub fn cut(text: &str, max: usize) -> String {
    let text = text.trim();
    if text.chars().count() <= max {
        return text.to_owned();
    }
    let start: String = text.chars().take(max - 1).collect();
    let end = start.rfind(' ').filter(|at| *at > max / 2).unwrap_or(start.len());
    [start.get(..end).unwrap_or(&start).trim_end(), "…"].concat()
}

#[cfg(test)]
mod tests {
    use super::cut;

    #[test]
    fn short_texts_stay_and_long_ones_end_at_a_word() {
        assert_eq!(cut(" Lũ quét ", 7), "Lũ quét");
        assert_eq!(cut("Cảnh báo lũ quét vùng núi", 20), "Cảnh báo lũ quét…");
        assert_eq!(cut("Cảnhbáolũquétvùngnúi", 10), "Cảnhbáolũ…");
    }
}
