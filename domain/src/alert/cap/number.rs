//! Numbers of places on the earth, exact: what is read is what is written.

use super::Code;
use core::fmt;

/// Degrees, WGS 84, in ten-millionths: about a centimetre. Further digits are cut off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Degrees(pub i32);

/// A decimal number in millionths; further digits are cut off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Decimal(pub i64);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Point {
    /// −90 to 90.
    pub lat: Degrees,
    /// −180 to 180.
    pub lon: Degrees,
}

/// At least four points, the last the same as the first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Polygon(pub Vec<Point>);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Circle {
    pub center: Point,
    /// Kilometres.
    pub radius: Decimal,
}

impl Degrees {
    pub const ONE: i32 = 10_000_000;

    fn parse(text: &str, max: i32) -> Result<Degrees, Code> {
        let value = scaled(text, 7).ok_or(Code::BadNumber)?;
        let limit = i64::from(max) * i64::from(Degrees::ONE);
        if value.abs() > limit { Err(Code::OutOfRange) } else { Ok(Degrees(value as i32)) }
    }
}

impl Decimal {
    /// Digits with or without a sign and a point, as XML Schema has `decimal`.
    pub fn parse(text: &str) -> Option<Decimal> {
        scaled(text, 6).map(Decimal)
    }
}

impl Point {
    /// `lat,lon`.
    pub fn parse(text: &str) -> Result<Point, Code> {
        let (lat, lon) = text.split_once(',').ok_or(Code::BadNumber)?;
        Ok(Point { lat: Degrees::parse(lat, 90)?, lon: Degrees::parse(lon, 180)? })
    }
}

impl Polygon {
    /// Points between blanks.
    pub fn parse(text: &str) -> Result<Polygon, Code> {
        // Some senders put a blank behind the comma.
        let joined = text.contains(", ").then(|| text.replace(", ", ","));
        let text = joined.as_deref().unwrap_or(text);
        let points = text.split_ascii_whitespace().map(Point::parse).collect::<Result<Vec<Point>, Code>>();
        let points = points.map_err(|code| if code == Code::BadNumber { Code::BadPolygon } else { code })?;
        if points.len() < 4 {
            return Err(Code::BadPolygon);
        }
        if points.first() != points.last() { Err(Code::OpenPolygon) } else { Ok(Polygon(points)) }
    }
}

impl Circle {
    /// `lat,lon radius`.
    pub fn parse(text: &str) -> Result<Circle, Code> {
        let joined = text.contains(", ").then(|| text.replace(", ", ","));
        let mut parts = joined.as_deref().unwrap_or(text).split_ascii_whitespace();
        let (Some(center), Some(radius), None) = (parts.next(), parts.next(), parts.next()) else {
            return Err(Code::BadCircle);
        };
        let center = Point::parse(center).map_err(|code| if code == Code::BadNumber { Code::BadCircle } else { code })?;
        let radius = Decimal::parse(radius).ok_or(Code::BadCircle)?;
        if radius.0 < 0 { Err(Code::BadCircle) } else { Ok(Circle { center, radius }) }
    }
}

/// A decimal number times ten to the power of `digits`; at most eleven digits before the point.
fn scaled(text: &str, digits: usize) -> Option<i64> {
    let bytes = text.as_bytes();
    let (minus, bytes) = match bytes {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        all => (false, all),
    };
    let (mut value, mut whole, mut after, mut point) = (0i64, 0, 0, false);
    for byte in bytes {
        match byte {
            b'.' if !point => point = true,
            b'0'..=b'9' if point => {
                if after < digits {
                    value = value * 10 + i64::from(byte - b'0');
                }
                after += 1;
            }
            b'0'..=b'9' => {
                value = value * 10 + i64::from(byte - b'0');
                whole += usize::from(value > 0);
                if whole > 11 {
                    return None;
                }
            }
            _ => return None,
        }
    }
    if bytes.iter().all(|byte| *byte == b'.') {
        return None;
    }
    for _ in after.min(digits)..digits {
        value *= 10;
    }
    Some(if minus { -value } else { value })
}

fn print(value: i64, digits: u32, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let one = 10u64.pow(digits);
    let size = value.unsigned_abs();
    if value < 0 {
        f.write_str("-")?;
    }
    write!(f, "{}", size / one)?;
    let (mut rest, mut width) = (size % one, digits as usize);
    if rest == 0 {
        return Ok(());
    }
    while rest.is_multiple_of(10) {
        rest /= 10;
        width -= 1;
    }
    write!(f, ".{rest:0width$}")
}

impl fmt::Display for Degrees {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        print(self.0.into(), 7, f)
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        print(self.0, 6, f)
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{}", self.lat, self.lon)
    }
}

impl fmt::Display for Polygon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, point) in self.0.iter().enumerate() {
            if n > 0 {
                f.write_str(" ")?;
            }
            write!(f, "{point}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Circle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.center, self.radius)
    }
}
