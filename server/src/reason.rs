//! Why an item is not taken. For the operator's eyes: Vietnamese first, then a code that stays the same.

use std::fmt;
use std::ops::RangeInclusive;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Longer than a line may be.
    LongLine,
    NotUtf8,
    NotJson(String),
    /// JSON, but no object.
    NotAnItem,
    Missing(&'static str),
    /// A field holds something else than it should.
    Wrong(&'static str),
    /// A field is longer, or holds more, than it may.
    TooLong(&'static str, usize),
    UnknownField(String),
    UnknownKind(String),
    UnknownTopic(String),
    UnknownPlace(String),
    UnknownHazard(String),
    BadLevel {
        level: u64,
        levels: RangeInclusive<u8>,
    },
    BadTime(String),
    /// Ends before it begins.
    Backwards,
    /// Issued more than a day ahead of the clock.
    Future,
    UnknownReference(String),
    /// An alert speaks of something else than an alert.
    NoAlert(String),
    /// It replaces what replaces it.
    Circle,
    BadUrl(String),
    BadPhone(String),
    UnknownBlock,
    /// HTML with an element that readers would miss and no block can hold.
    NoBlock(&'static str),
    /// Two texts in the same language.
    Twice(String),
    NoMedia(String),
    BadMedia(String),
    /// People at the desk have taken it over: it is changed there.
    AtDesk,
    /// Nothing is left of HTML once everything without a block is gone.
    EmptyHtml,
}

impl Reason {
    pub fn code(&self) -> &'static str {
        match self {
            Reason::LongLine => "long-line",
            Reason::NotUtf8 => "not-utf8",
            Reason::NotJson(_) => "not-json",
            Reason::Missing(_) => "missing",
            Reason::NotAnItem | Reason::Wrong(_) => "wrong",
            Reason::TooLong(..) => "too-long",
            Reason::UnknownField(_) => "unknown-field",
            Reason::UnknownKind(_) => "unknown-kind",
            Reason::UnknownTopic(_) => "unknown-topic",
            Reason::UnknownPlace(_) => "unknown-place",
            Reason::UnknownHazard(_) => "unknown-hazard",
            Reason::BadLevel { .. } => "bad-level",
            Reason::BadTime(_) => "bad-time",
            Reason::Backwards => "backwards",
            Reason::Future => "future",
            Reason::UnknownReference(_) => "unknown-reference",
            Reason::NoAlert(_) => "no-alert",
            Reason::Circle => "circle",
            Reason::BadUrl(_) => "bad-url",
            Reason::BadPhone(_) => "bad-phone",
            Reason::UnknownBlock => "unknown-block",
            Reason::NoBlock(_) => "no-block",
            Reason::Twice(_) => "twice",
            Reason::NoMedia(_) => "no-media",
            Reason::BadMedia(_) => "bad-media",
            Reason::AtDesk => "at-desk",
            Reason::EmptyHtml => "empty-html",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::LongLine => write!(f, "dòng dài quá 1 MiB")?,
            Reason::NotUtf8 => write!(f, "không phải UTF-8")?,
            Reason::NotJson(cause) => write!(f, "không phải JSON ({cause})")?,
            Reason::Missing(field) => write!(f, "thiếu “{field}”")?,
            Reason::NotAnItem => f.write_str("không phải một mục dạng {…}")?,
            Reason::Wrong(field) => write!(f, "“{field}” không đúng dạng")?,
            Reason::TooLong(field, max) => write!(f, "“{field}” quá {max}")?,
            Reason::UnknownField(field) => write!(f, "không biết trường “{field}”")?,
            Reason::UnknownKind(kind) => write!(f, "không biết loại “{kind}”")?,
            Reason::UnknownTopic(topic) => write!(f, "không có chủ đề “{topic}”")?,
            Reason::UnknownPlace(place) => write!(f, "không có nơi mang mã “{place}”")?,
            Reason::UnknownHazard(hazard) => write!(f, "không biết loại thiên tai “{hazard}”")?,
            Reason::BadLevel { level, levels } => {
                write!(f, "cấp {level} nằm ngoài {}–{} của loại thiên tai này", levels.start(), levels.end())?;
            }
            Reason::BadTime(text) => {
                write!(f, "không hiểu thời điểm “{text}”, hãy viết như 2026-11-23T18:05:00+07:00 hoặc 2026-11-23")?;
            }
            Reason::Backwards => write!(f, "kết thúc trước khi bắt đầu")?,
            Reason::Future => write!(f, "ngày phát hành ở tương lai")?,
            Reason::UnknownReference(id) => write!(f, "nhắc tới “{id}” mà không có tin đó")?,
            Reason::NoAlert(id) => write!(f, "cảnh báo nhắc tới “{id}” mà đó không phải cảnh báo")?,
            Reason::Circle => write!(f, "thay một tin mà chính tin đó đang thay tin này")?,
            Reason::BadUrl(url) => write!(f, "địa chỉ “{url}” không dùng được")?,
            Reason::BadPhone(number) => write!(f, "số điện thoại “{number}” không đúng")?,
            Reason::UnknownBlock => write!(f, "có khối nội dung không rõ loại")?,
            Reason::NoBlock(tag) => write!(f, "HTML có <{tag}> mà không khối nào giữ được; bỏ đi hoặc dùng khối riêng")?,
            Reason::Twice(lang) => write!(f, "có hai nội dung cùng ngôn ngữ “{lang}”")?,
            Reason::NoMedia(file) => write!(f, "không thấy tệp “{file}”")?,
            Reason::BadMedia(file) => {
                write!(f, "tệp “{file}” sai loại, hỏng, quá lớn, hoặc tên có cả đường dẫn: hãy để tệp cạnh tệp nhập")?;
            }
            Reason::AtDesk => write!(f, "bàn làm việc đã nhận tin này; sửa hoặc rút ở đó")?,
            Reason::EmptyHtml => write!(f, "HTML không có nội dung đọc được")?,
        }
        write!(f, " [{}]", self.code())
    }
}
