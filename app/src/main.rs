//! The program that the page loads.

fn main() {
    reader::start();
}
