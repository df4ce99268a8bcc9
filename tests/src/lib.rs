//! Stories across crates live in `tests/`.
