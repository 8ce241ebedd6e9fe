//! The module that the pages of administration are made of.

fn main() {
    portcullis_demo::run_admin();
}
