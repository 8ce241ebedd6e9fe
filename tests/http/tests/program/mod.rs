//! The process: how it starts, what it prints and logs, and how it ends.

mod accounts;
mod client;
mod config;
mod keys;
mod kill;
mod logs;
mod registration_token;
mod serve;
mod slow_callers;
mod tls;
