//! Compiles the code of the guides, so that none of it can go stale. There is nothing to use here.

#[cfg(doctest)]
#[doc = include_str!("../../../docs/guides/axum-leptos.md")]
struct AxumLeptos;
