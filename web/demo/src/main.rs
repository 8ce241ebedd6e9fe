//! The module that every page but those of administration is made of.

fn main() {
    portcullis_demo::run();
}
