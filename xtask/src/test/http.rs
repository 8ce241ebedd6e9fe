//! What the server answers over HTTP.

use anyhow::Result;

use super::counts::Tally;
use super::unit;
use crate::workspace::Workspace;

pub(super) fn run(ws: &Workspace) -> Result<Tally> {
    unit::nextest(ws, "http", "HTTP tests", "package(portcullis-http-tests)")
}
