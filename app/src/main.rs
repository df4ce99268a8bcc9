//! The program that the page loads.

/// Two-level segregated fit: a third of the code of the standard library's allocator, which phones would download.
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

fn main() {
    reader::start();
}
