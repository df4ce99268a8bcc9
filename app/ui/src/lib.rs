//! Pure Leptos views.
