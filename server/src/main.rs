//! The server: `bantin`.
fn main() {}
