//! QR codes, for paper and for what is handed over in person.

use fast_qr::QRBuilder;
use ui::el::{El, cl, el};

/// A QR code as one path, dark on light in either theme.
pub fn qr(text: &str, label: &'static str) -> El {
    let Ok(code) = QRBuilder::new(text).build() else { return el("p") };
    let mut path = String::new();
    for y in 0..code.size {
        for x in 0..code.size {
            if code[y][x].value() {
                path.push_str(&format!("M{} {}h1v1h-1z", x + 4, y + 4));
            }
        }
    }
    let size = code.size + 8;
    let picture = cl("svg", "qr").attr("viewBox", format!("0 0 {size} {size}")).attr("role", "img").attr("aria-label", label);
    picture.kid(el("path").attr("d", path))
}
