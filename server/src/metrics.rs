//! Counters for whoever runs the server, in Prometheus' text form. Nothing in here tells readers apart.

use crate::log;
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};

#[derive(Default)]
pub struct Metrics {
    /// Answers by first digit of their status.
    answers: [AtomicU64; 6],
    pub connections: AtomicU64,
    pub open: AtomicU64,
    pub shed: AtomicU64,
}

impl Metrics {
    pub fn answered(&self, status: u16) {
        let class = usize::from(status / 100).min(5);
        self.answers[class].fetch_add(1, Ordering::Relaxed);
    }

    /// `free` are the bytes left on the disk of the data folder, where that is known.
    pub fn print(&self, seq: u32, items: usize, free: Option<u64>) -> String {
        let mut out = String::new();
        let mut line = |name: &str, kind: &str, rows: &[(String, u64)]| {
            let _ = writeln!(out, "# TYPE {name} {kind}");
            for (labels, value) in rows {
                let _ = writeln!(out, "{name}{labels} {value}");
            }
        };
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let classes: Vec<_> = (1..6).map(|n| (format!("{{class=\"{n}xx\"}}"), get(&self.answers[n]))).collect();
        line("bantin_answers_total", "counter", &classes);
        let one = |value| [(String::new(), value)];
        line("bantin_connections_total", "counter", &one(get(&self.connections)));
        line("bantin_connections_open", "gauge", &one(get(&self.open)));
        line("bantin_connections_shed_total", "counter", &one(get(&self.shed)));
        line("bantin_failures_total", "counter", &one(log::errors()));
        line("bantin_log_seq", "gauge", &one(seq.into()));
        line("bantin_items", "gauge", &one(items as u64));
        if let Some(free) = free {
            line("bantin_disk_free_bytes", "gauge", &one(free));
        }
        out
    }
}
