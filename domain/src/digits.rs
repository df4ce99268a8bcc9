//! Numbers as text without `core::fmt`, whose machinery phones would have to download.

/// At least `width` digits to this base, up to 16.
#[inline(never)]
fn digits(mut value: u64, base: u64, width: usize) -> String {
    let mut out = String::new();
    while value > 0 || out.len() < width {
        out.insert(0, char::from(b"0123456789abcdef"[(value % base) as usize & 15]));
        value /= base;
    }
    out
}

pub fn decimal(value: i64) -> String {
    let mut out = digits(value.unsigned_abs(), 10, 1);
    if value < 0 {
        out.insert(0, '-');
    }
    out
}

/// A number of a clock or a calendar.
pub fn two(value: u8) -> String {
    digits(value.into(), 10, 2)
}

/// At least `width` digits, in lower case.
pub fn hex(value: u64, width: usize) -> String {
    digits(value, 16, width)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn as_the_standard_library_prints_them(value: i64, small: u8) {
            prop_assert_eq!(decimal(value), value.to_string());
            prop_assert_eq!(two(small), format!("{small:02}"));
            prop_assert_eq!(hex(value as u64, 16), format!("{:016x}", value as u64));
            prop_assert_eq!(hex(small.into(), 2), format!("{small:02x}"));
        }
    }

    #[test]
    fn zero_has_a_digit() {
        assert_eq!((decimal(0), hex(0, 1), two(0)), ("0".into(), "0".into(), "00".into()));
    }
}
