//! Modules of the OpenID Foundation's conformance suite, re-enacted by name: each test does what the
//! public description of the module of its name says. They are ours, and certify nothing.

mod backchannel_logout;
mod basic_op;
mod config_op;
mod fapi2;
mod rp_logout;
